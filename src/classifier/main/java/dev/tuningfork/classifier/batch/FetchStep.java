package dev.tuningfork.classifier.batch;

import dev.tuningfork.classifier.fetch.FetchException;
import dev.tuningfork.classifier.fetch.FetchedImage;
import dev.tuningfork.classifier.fetch.ImageFetcher;
import dev.tuningfork.classifier.message.FailureKind;
import dev.tuningfork.classifier.message.Stage;
import dev.tuningfork.classifier.metrics.ClassifierMetrics;
import dev.tuningfork.classifier.recording.FetchEvent;
import java.util.Optional;

/**
 * Gets the bytes of one image, from a host or from its message. Once it is {@linkplain #close
 * closed}, no image fails any more: what is interrupted then is no fault of the image's.
 *
 * <p>Safe for use by many threads at once.
 */
final class FetchStep {

  private final ImageFetcher fetcher;
  private final ClassifierMetrics metrics;
  private volatile boolean closed;

  FetchStep(ImageFetcher fetcher, ClassifierMetrics metrics) {
    this.fetcher = fetcher;
    this.metrics = metrics;
  }

  /** Empty where nobody waits for the image any longer, or it failed. */
  Optional<Fetched> fetch(Submitted submitted) {
    if (submitted.isDone()) {
      return Optional.empty();
    }
    long start = System.nanoTime();
    FetchEvent event = new FetchEvent();
    event.begin();
    try {
      FetchedImage file = bytes(submitted.origin());
      metrics.fetched(System.nanoTime() - start);
      event.objectId = submitted.origin().objectId();
      event.bytes = file.bytes().length;
      event.attempts = file.attempts();
      event.commit();
      return Optional.of(new Fetched(submitted, file));
    } catch (FetchException e) {
      fail(submitted, e.kind(), e.attempts(), e);
    } catch (RuntimeException | Error e) {
      fail(submitted, FailureKind.TRANSIENT, 1, e);
    }
    return Optional.empty();
  }

  void close() {
    closed = true;
  }

  private void fail(Submitted submitted, FailureKind kind, int attempts, Throwable cause) {
    if (!closed) {
      submitted.fail(Stage.FETCH, kind, attempts, cause);
    }
  }

  private FetchedImage bytes(ImageOrigin origin) throws FetchException {
    return switch (origin) {
      case ImageOrigin.Referenced(_, var image) -> fetcher.fetch(image);
      case ImageOrigin.Carried(_, var bytes, _) -> FetchedImage.of(bytes, 1);
    };
  }
}
