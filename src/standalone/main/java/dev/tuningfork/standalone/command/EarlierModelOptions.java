package dev.tuningfork.standalone.command;

import dev.tuningfork.model.ModelBundle;
import dev.tuningfork.model.ModelDescription;
import dev.tuningfork.model.ModelException;
import dev.tuningfork.model.Safetensors;
import dev.tuningfork.network.Weights;
import dev.tuningfork.trainer.Pretrained;
import dev.tuningfork.trainer.Teacher;
import dev.tuningfork.trainer.learn.Campaign;
import dev.tuningfork.tree.DecisionTree;
import dev.tuningfork.tree.Question;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The earlier models that a training builds on: the weights that it begins with, and a teacher. */
final class EarlierModelOptions {

  @Option(
      names = "--weights",
      paramLabel = "NAME|BUNDLE|FILE",
      description =
          "Initial weights: a model to fine-tune, whose architecture and input are used too, or a safetensors file with the network's array names. Default: random.")
  @Nullable String weights;

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
      split = ",",
      paramLabel = "NAME|BUNDLE",
      description =
          "A model whose answers, from eight views of each galaxy, are learnt together with the labels; of several models, the mean of their answers. They should not have been trained on the held-out galaxies.")
  List<String> teachers = List.of();

  @Option(
      names = "--teacher-share",
      paramLabel = "SHARE",
      description =
          "Share of the teacher's answers in the target of a galaxy with votes. Default: ${DEFAULT-VALUE}.")
  double teacherShare = Teacher.SHARE;

  /**
   * The model whose weights are the first ones, with its head for a tree if it has one; empty where
   * there is none, or a file of weights.
   *
   * @throws ModelException if the bundle cannot be used
   */
  Optional<ModelBundle> model(DecisionTree tree) throws ModelException {
    if (weights == null) {
      return Optional.empty();
    }
    boolean bundle =
        ModelBundle.shipped().contains(weights)
            || weights.endsWith(".zip")
            || Files.isDirectory(Path.of(weights));
    if (!bundle) {
      return Optional.empty();
    }
    ModelBundle model = ModelBundle.named(weights);
    return Optional.of(
        model.answering(
            model.trees().stream().filter(tree::equals).map(DecisionTree::id).findFirst()));
  }

  /**
   * The first weights. Those of a model are all of its weights if it answers the same questions,
   * else all but those of its head.
   *
   * @param model as {@link #model} gives it
   * @param campaigns that are to be learnt
   * @throws IOException if the weights cannot be read
   */
  Optional<Pretrained> pretrained(Optional<ModelBundle> model, List<Campaign> campaigns)
      throws IOException {
    if (weights == null) {
      return Optional.empty();
    }
    if (model.isPresent()) {
      ModelDescription description = model.get().description();
      Campaign first = campaigns.getFirst();
      boolean same =
          campaigns.size() == 1
              && description.tree().equals(first.tree())
              && description
                  .questions()
                  .equals(first.questions().stream().map(Question::id).toList());
      Weights all = model.get().weights();
      return Optional.of(
          new Pretrained(
              same ? all : all.trunk(),
              weightsOrigin == null
                  ? "%s %s%s"
                      .formatted(
                          description.name(),
                          description.version(),
                          same ? "" : " without its answers to " + description.tree().name())
                  : weightsOrigin,
              weightsKept));
    }
    Path file = Path.of(weights);
    try {
      return Optional.of(
          new Pretrained(
              Safetensors.read(Files.readAllBytes(file)),
              weightsOrigin == null ? String.valueOf(file.getFileName()) : weightsOrigin,
              weightsKept));
    } catch (IOException e) {
      throw new IOException(
          "The weights %s cannot be read. %s".formatted(weights, e.getMessage()), e);
    }
  }

  Optional<Teacher> teacher() throws ModelException {
    if (teachers.isEmpty()) {
      return Optional.empty();
    }
    List<ModelBundle> bundles = new ArrayList<>();
    for (String teacher : teachers) {
      bundles.add(ModelBundle.named(teacher));
    }
    return Optional.of(new Teacher(bundles, teacherShare));
  }
}
