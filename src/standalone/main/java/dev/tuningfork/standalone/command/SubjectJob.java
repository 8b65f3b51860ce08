package dev.tuningfork.standalone.command;

import dev.tuningfork.classifier.ClassifierSettings;
import dev.tuningfork.classifier.batch.Outcome;
import dev.tuningfork.classifier.fetch.FetchPolicy;
import dev.tuningfork.classifier.message.GalaxyImageReference;
import dev.tuningfork.model.MorphologyModel;
import dev.tuningfork.tree.AnswerProbabilities;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.function.BiConsumer;

/**
 * Fetches and classifies the images of a manifest. The manifest is the user's own, so images may be
 * on any public host, in the manifest's folder, or in the manifest.
 */
final class SubjectJob {

  private static final int IN_FLIGHT = 512;

  private final SubjectManifest manifest;
  private final Path file;
  private final Terminal terminal;

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
    try {
      new Classification<>(subjects, this::reference, IN_FLIGHT)
          .run(
              settings().pipeline(),
              model,
              progress,
              stop,
              image -> {
                switch (image.outcome()) {
                  case Outcome.Classified classified ->
                      answered.accept(image.image(), classified.probabilities());
                  case Outcome.Failed failure ->
                      failed.accept(image.image(), Sentence.reason(failure.cause()));
                }
              });
    } catch (CancellationException e) {
      CancellationException stopped = new CancellationException("Stopped; nothing was written.");
      stopped.initCause(e);
      throw stopped;
    } finally {
      progress.finish();
    }
  }

  private ClassifierSettings settings() {
    Path folder = Objects.requireNonNull(file.toAbsolutePath().getParent());
    return ClassifierSettings.DEFAULT
        .with(FetchPolicy.SCHEMES, List.of("https", "http", "data", "file"))
        .with(FetchPolicy.HOSTS, List.of("*"))
        .with(FetchPolicy.FOLDERS, List.of(folder));
  }

  private GalaxyImageReference reference(String subject) {
    return GalaxyImageReference.of(subject, Objects.requireNonNull(manifest.images().get(subject)));
  }
}
