package dev.tuningfork.standalone.command;

import dev.tuningfork.classifier.ClassifierSettings;
import dev.tuningfork.classifier.batch.Batcher;
import dev.tuningfork.classifier.batch.ImageOrigin;
import dev.tuningfork.classifier.batch.Outcome;
import dev.tuningfork.classifier.batch.Sampler;
import dev.tuningfork.classifier.fetch.SurveyImageFetcher;
import dev.tuningfork.classifier.message.GalaxyImageReference;
import dev.tuningfork.classifier.metrics.ClassifierMetrics;
import dev.tuningfork.classifier.rollout.Shadow;
import dev.tuningfork.image.ImageLimits;
import dev.tuningfork.image.Preprocessor;
import dev.tuningfork.model.MorphologyModel;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Classifies a list of images with the {@link Batcher} of a classifier on Kafka, without a broker.
 *
 * <p>Threads: the batcher's threads put outcomes into {@link #finished}. All else belongs to the
 * thread that calls {@link #run}. At most so many images as the constructor was given are between
 * the two, whatever the length of the list.
 *
 * @param <T> what the caller knows an image by
 */
final class Classification<T> {

  /**
   * An image that is done.
   *
   * @param image what the caller knows it by
   * @param reference where it is
   * @param since when it was submitted
   * @param outcome its answers, or why it has none
   */
  record Finished<T>(T image, GalaxyImageReference reference, Instant since, Outcome outcome) {}

  /** Takes the images that are done, in the order in which they are. */
  @FunctionalInterface
  interface Taker<T> {
    void take(Finished<T> image) throws IOException;
  }

  private static final long PATIENCE_MILLIS = 100;

  private final List<T> images;
  private final Function<T, GalaxyImageReference> reference;
  private final int inFlight;
  private final BlockingQueue<Finished<T>> finished = new LinkedBlockingQueue<>();
  private final AtomicReference<@Nullable Throwable> broken = new AtomicReference<>();

  /**
   * @param reference where an image is
   * @param inFlight how many images are submitted and not yet taken, at most
   */
  Classification(List<T> images, Function<T, GalaxyImageReference> reference, int inFlight) {
    this.images = images;
    this.reference = reference;
    this.inFlight = inFlight;
  }

  /**
   * Classifies all images.
   *
   * @throws CancellationException if it was asked to stop
   * @throws IllegalStateException if the classifier has failed
   * @throws IOException if the taker fails
   */
  void run(
      ClassifierSettings.Pipeline settings,
      MorphologyModel model,
      ProgressBar progress,
      Interruption stop,
      Taker<T> taker)
      throws IOException {
    try (SurveyImageFetcher fetcher = new SurveyImageFetcher(settings.fetch());
        Batcher batcher = batcher(settings, fetcher, model)) {
      int submitted = 0;
      int done = 0;
      int failures = 0;
      while (done < images.size()) {
        while (submitted < images.size()
            && submitted - done < inFlight
            && submit(batcher, images.get(submitted))) {
          submitted++;
        }
        for (Finished<T> next = await(); next != null; next = finished.poll()) {
          taker.take(next);
          failures += next.outcome() instanceof Outcome.Failed ? 1 : 0;
          done++;
        }
        progress.update(done, failures);
        requireWorking(stop);
      }
    }
  }

  private Batcher batcher(
      ClassifierSettings.Pipeline settings, SurveyImageFetcher fetcher, MorphologyModel model) {
    ImageLimits limits = settings.image();
    ClassifierMetrics metrics = ClassifierMetrics.noop();
    return new Batcher(
        settings.batch(),
        fetcher,
        input -> Batcher.Preparation.by(new Preprocessor(input, limits)),
        model,
        broken::set,
        metrics,
        new Shadow(0, limits, metrics),
        Sampler.NONE);
  }

  /** Whether the batcher has room for the image. */
  @SuppressWarnings("FutureReturnValueIgnored") // the outcome never arrives exceptionally
  private boolean submit(Batcher batcher, T image) {
    GalaxyImageReference where = reference.apply(image);
    Instant since = Instant.now();
    Optional<CompletableFuture<Outcome>> outcome = batcher.submit(ImageOrigin.of(where));
    outcome.ifPresent(
        promised ->
            promised.thenAccept(
                result -> finished.add(new Finished<>(image, where, since, result))));
    return outcome.isPresent();
  }

  private @Nullable Finished<T> await() {
    try {
      return finished.poll(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException("interrupted");
    }
  }

  private void requireWorking(Interruption stop) {
    Throwable failure = broken.get();
    if (failure != null) {
      throw new IllegalStateException(
          "The classifier has failed: " + failure.getMessage(), failure);
    }
    if (stop.requested()) {
      throw new CancellationException("stopped");
    }
  }
}
