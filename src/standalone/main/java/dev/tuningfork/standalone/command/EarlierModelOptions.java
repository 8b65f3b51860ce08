package dev.tuningfork.standalone.command;

import dev.tuningfork.model.ModelBundle;
import dev.tuningfork.model.ModelException;
import dev.tuningfork.model.Safetensors;
import dev.tuningfork.trainer.Pretrained;
import dev.tuningfork.trainer.Teacher;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The earlier models that a training builds on: the weights that it begins with, and a teacher. */
final class EarlierModelOptions {

  @Option(
      names = "--weights",
      paramLabel = "FILE",
      description =
          "Initial weights: a safetensors file with the network's array names. Default: random.")
  @Nullable Path weights;

  @Option(
      names = "--weights-origin",
      paramLabel = "TEXT",
      description = "Origin of the initial weights, for the model card. Default: the file's name.")
  @Nullable String weightsOrigin;

  @Option(
      names = "--weights-kept",
      paramLabel = "SHARE",
      description =
          "Share of the initial weights in the final model, which is the average of initial and trained weights. Default: ${DEFAULT-VALUE}.")
  double weightsKept;

  @Option(
      names = "--teacher",
      paramLabel = "NAME|BUNDLE",
      description =
          "A model whose answers, from eight views of each galaxy, are learnt together with the labels. It should not have been trained on the held-out galaxies.")
  @Nullable String teacher;

  @Option(
      names = "--teacher-share",
      paramLabel = "SHARE",
      description =
          "Share of the teacher's answers in the target of a galaxy with votes. Default: ${DEFAULT-VALUE}.")
  double teacherShare = Teacher.SHARE;

  /**
   * @throws IOException if the weights cannot be read
   */
  Optional<Pretrained> pretrained() throws IOException {
    if (weights == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new Pretrained(
              Safetensors.read(Files.readAllBytes(weights)),
              weightsOrigin == null ? String.valueOf(weights.getFileName()) : weightsOrigin,
              weightsKept));
    } catch (IOException e) {
      throw new IOException(
          "The weights %s cannot be read. %s".formatted(weights, e.getMessage()), e);
    }
  }

  Optional<Teacher> teacher() throws ModelException {
    return teacher == null
        ? Optional.empty()
        : Optional.of(new Teacher(ModelBundle.named(teacher), teacherShare));
  }
}
