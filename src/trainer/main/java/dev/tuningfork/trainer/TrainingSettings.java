package dev.tuningfork.trainer;

import dev.tuningfork.image.InputSpec;
import dev.tuningfork.tree.DecisionTree;
import dev.tuningfork.tree.Question;
import java.util.List;

/**
 * What decides a training run: with the same data, the same settings on the same machine give the
 * same model.
 *
 * @param architecture such as {@code alexnet-lite}
 * @param input how images are prepared
 * @param questions those that the network learns to answer, in the tree's order
 * @param epochs how often each galaxy is seen
 * @param batch how many galaxies a step learns from
 * @param learningRate the highest, which a warm-up leads to and a cosine away from
 * @param weightDecay of AdamW
 * @param clipNorm the longest that the gradient over all weights may be
 * @param seed of the first weights, the order of galaxies, their orientations and dropout
 * @param split which galaxies are held out
 */
public record TrainingSettings(
    String architecture,
    InputSpec input,
    List<Question> questions,
    int epochs,
    int batch,
    float learningRate,
    float weightDecay,
    float clipNorm,
    int seed,
    HeldOutSplit split) {

  public TrainingSettings {
    questions = List.copyOf(questions);
    if (epochs < 1 || batch < 2) {
      throw new IllegalArgumentException(
          "Training takes at least 1 epoch and batches of at least 2, not %d and %d."
              .formatted(epochs, batch));
    }
    if (!(learningRate > 0) || !(weightDecay >= 0) || !(clipNorm > 0)) {
      throw new IllegalArgumentException(
          "Learning rate and clipping must be positive and weight decay not negative, not %s, %s and %s."
              .formatted(learningRate, clipNorm, weightDecay));
    }
  }

  /**
   * The whole Galaxy Zoo 2 tree by the article's AlexNet-like network, its input brought to mean 0
   * and deviation 1 over pictures of the SDSS.
   */
  public static TrainingSettings defaults() {
    return new TrainingSettings(
        "alexnet-lite",
        InputSpec.article().withStandardisation(List.of(0.12), List.of(0.14)),
        DecisionTree.galaxyZoo2().questions(),
        30,
        64,
        1e-3f,
        1e-2f,
        1,
        1,
        new HeldOutSplit(0.2, "tuning-fork"));
  }
}
