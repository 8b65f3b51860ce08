package dev.tuningfork.classifier.batch;

import dev.tuningfork.classifier.batch.SecondTry.ImageFault;
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
 * closed}, no further image fails: what is interrupted then is no fault of the image's.
 *
 * <p>Safe for use by many threads at once.
 */
final class FetchStep {

  private final ImageFetcher fetcher;
  private final ClassifierMetrics metrics;
  private final SecondTry secondTry = new SecondTry("Fetching");
  private volatile boolean closed;

  FetchStep(ImageFetcher fetcher, ClassifierMetrics metrics) {
    this.fetcher = fetcher;
    this.metrics = metrics;
  }

  /**
   * Empty where nobody waits for the image any longer, or a defect of the program made it fail.
   *
   * @throws BrokenInstanceException where this instance cannot continue
   */
  Optional<Fetched> fetch(Submitted submitted) throws FetchException {
    if (submitted.isDone()) {
      return Optional.empty();
    }
    long start = System.nanoTime();
    FetchEvent event = new FetchEvent();
    event.begin();
    try {
      Fetched fetched = fetched(submitted);
      metrics.fetched(System.nanoTime() - start);
      event.objectId = submitted.origin().objectId();
      event.bytes = fetched.bytes();
      event.attempts = fetched instanceof Fetched.File(_, var file) ? file.attempts() : 1;
      event.commit();
      return Optional.of(fetched);
    } catch (ImageFault e) {
      fail(submitted, FailureKind.TRANSIENT, e.attempts(), e.failure());
      return Optional.empty();
    }
  }

  /** An image cannot be fetched. */
  void fail(Submitted submitted, FetchException why) {
    fail(submitted, why.kind(), why.attempts(), why);
  }

  void close() {
    closed = true;
  }

  private void fail(Submitted submitted, FailureKind kind, int attempts, Throwable cause) {
    if (!closed) {
      submitted.fail(Stage.FETCH, kind, attempts, cause);
    }
  }

  /**
   * Others are not waited for: their fetches may take a minute. Second tries are, by each other.
   */
  private Fetched fetched(Submitted submitted) throws FetchException, ImageFault {
    try {
      return once(submitted);
    } catch (RuntimeException | Error e) {
      return secondTry.after(e, submitted.origin().objectId(), () -> once(submitted));
    }
  }

  private Fetched once(Submitted submitted) throws FetchException {
    return switch (submitted.origin()) {
      case ImageOrigin.Referenced(_, var image) ->
          new Fetched.File(submitted, fetcher.fetch(image));
      case ImageOrigin.Carried(_, var bytes) ->
          new Fetched.File(submitted, FetchedImage.of(bytes, 1));
      // what is slow, or may hang, is done here and not by a decoder
      case ImageOrigin.OnTile origin ->
          new Fetched.Square(submitted, origin, fetcher.open(origin.cutout(), origin.cut()));
    };
  }
}
