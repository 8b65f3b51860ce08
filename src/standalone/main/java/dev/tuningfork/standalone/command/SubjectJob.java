package dev.tuningfork.standalone.command;

import dev.tuningfork.classifier.ClassifierSettings;
import dev.tuningfork.classifier.batch.Batcher;
import dev.tuningfork.classifier.batch.ImageOrigin;
import dev.tuningfork.classifier.batch.Outcome;
import dev.tuningfork.classifier.batch.Sampler;
import dev.tuningfork.classifier.fetch.FetchPolicy;
import dev.tuningfork.classifier.fetch.SurveyImageFetcher;
import dev.tuningfork.classifier.message.GalaxyImageReference;
import dev.tuningfork.classifier.metrics.ClassifierMetrics;
import dev.tuningfork.classifier.rollout.Shadow;
import dev.tuningfork.image.ImageLimits;
import dev.tuningfork.image.Preprocessor;
import dev.tuningfork.model.MorphologyModel;
import dev.tuningfork.tree.AnswerProbabilities;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Fetches and classifies the images of a manifest. The manifest is the user's own, so images may be
 * on any public host, in the manifest's folder, or in the manifest.
 *
 * <p>Threads: the batcher's threads put outcomes into {@link #finished}. All else belongs to the
 * thread that calls {@link #run}. At most {@link #IN_FLIGHT} images are between the two.
 */
final class SubjectJob {

  private static final int IN_FLIGHT = 512;
  private static final long PATIENCE_MILLIS = 100;

  private record Finished(String subject, Outcome outcome) {}

  private final SubjectManifest manifest;
  private final Path file;
  private final Terminal terminal;
  private final BlockingQueue<Finished> finished = new LinkedBlockingQueue<>();
  private final AtomicReference<@Nullable Throwable> broken = new AtomicReference<>();

  /**
   * @param file where the manifest is
   */
  SubjectJob(SubjectManifest manifest, Path file, Terminal terminal) {
    this.manifest = manifest;
    this.file = file;
    this.terminal = terminal;
  }

  /**
   * Classifies all images.
   *
   * @param answered gets each subject's id and the model's answer
   * @param failed gets each other subject's id and the reason
   * @throws CancellationException if it was asked to stop
   */
  void run(
      MorphologyModel model,
      Interruption stop,
      BiConsumer<String, AnswerProbabilities> answered,
      BiConsumer<String, String> failed)
      throws IOException {
    List<String> subjects = manifest.subjects();
    ProgressBar progress = new ProgressBar(terminal, subjects.size(), System::nanoTime);
    ClassifierSettings.Pipeline settings = settings().pipeline();
    try (SurveyImageFetcher fetcher = new SurveyImageFetcher(settings.fetch());
        Batcher batcher = batcher(settings, fetcher, model)) {
      int submitted = 0;
      int done = 0;
      int failures = 0;
      while (done < subjects.size()) {
        while (submitted < subjects.size()
            && submitted - done < IN_FLIGHT
            && submit(batcher, subjects.get(submitted))) {
          submitted++;
        }
        for (Finished next = await(); next != null; next = finished.poll()) {
          switch (next.outcome()) {
            case Outcome.Classified classified ->
                answered.accept(next.subject(), classified.probabilities());
            case Outcome.Failed failure -> {
              failed.accept(next.subject(), Sentence.reason(failure.cause()));
              failures++;
            }
          }
          done++;
        }
        progress.update(done, failures);
        requireWorking(stop);
      }
    } finally {
      progress.finish();
    }
  }

  private void requireWorking(Interruption stop) {
    Throwable failure = broken.get();
    if (failure != null) {
      throw new IllegalStateException(
          "The classifier has failed: " + failure.getMessage(), failure);
    }
    if (stop.requested()) {
      throw new CancellationException("Stopped; nothing was written.");
    }
  }

  private ClassifierSettings settings() {
    Path folder = Objects.requireNonNull(file.toAbsolutePath().getParent());
    return ClassifierSettings.DEFAULT
        .with(FetchPolicy.SCHEMES, List.of("https", "http", "data", "file"))
        .with(FetchPolicy.HOSTS, List.of("*"))
        .with(FetchPolicy.FOLDERS, List.of(folder));
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
  private boolean submit(Batcher batcher, String subject) {
    String image = Objects.requireNonNull(manifest.images().get(subject));
    Optional<CompletableFuture<Outcome>> outcome =
        batcher.submit(ImageOrigin.of(GalaxyImageReference.of(subject, image)));
    outcome.ifPresent(
        promised -> promised.thenAccept(result -> finished.add(new Finished(subject, result))));
    return outcome.isPresent();
  }

  private @Nullable Finished await() {
    try {
      return finished.poll(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException("Stopped; nothing was written.");
    }
  }
}
