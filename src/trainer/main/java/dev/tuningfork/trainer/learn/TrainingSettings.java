package dev.tuningfork.trainer.learn;

import dev.tuningfork.image.InputSpec;
import dev.tuningfork.network.Architectures;
import dev.tuningfork.network.Head;
import dev.tuningfork.network.Network;
import dev.tuningfork.network.Weights;
import dev.tuningfork.trainer.augment.Augmentation;
import dev.tuningfork.tree.DecisionTree;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The settings of a training run: with the same data and the same first weights, the same settings
 * on the same machine give the same model.
 *
 * @param campaigns what the network learns to answer, at least one, each of another tree
 * @param architecture such as {@code alexnet-lite}
 * @param input how images are prepared
 * @param losses whose weighted sum is minimised: at least one
 * @param augmentation what is done to the images
 * @param epochs how often each galaxy is seen, on average and before its data set's weight
 * @param batch how many galaxies a step learns from
 * @param descent how steps are taken
 * @param frozenEpochs for so many epochs at the beginning all but the last layer stays as it is
 * @param patience the run ends early when the validation loss has not fallen for so many epochs,
 *     and the best weights are kept; 0 runs to the end and keeps the last
 * @param seed of the first weights, the order of galaxies, their augmentation and dropout
 */
public record TrainingSettings(
    List<Campaign> campaigns,
    String architecture,
    InputSpec input,
    List<Objective.Term> losses,
    Augmentation augmentation,
    int epochs,
    int batch,
    Descent descent,
    int frozenEpochs,
    int patience,
    int seed) {

  /**
   * How steps are taken.
   *
   * @param optimizer how a gradient becomes a step
   * @param learningRate the highest of the schedule: the last layer's
   * @param warmUp the share of all steps over which the rate rises, above 0
   * @param depthDecay each layer's rate is that of the layer above it times this; 1 for the same
   *     rate everywhere
   * @param weightDecay of convolutions and dense layers; biases and normalisations do not shrink
   * @param clipNorm the longest that the gradient over all weights may be (Pascanu et al. 2013)
   * @param average the share of the old average of the weights that a step keeps; 0 for none
   */
  public record Descent(
      Optimizer.Kind optimizer,
      double learningRate,
      double warmUp,
      double depthDecay,
      double weightDecay,
      double clipNorm,
      double average) {
    public Descent {
      require(learningRate > 0, "The learning rate must be positive, not " + learningRate + ".");
      require(warmUp > 0 && warmUp < 1, "The warm-up must be between 0 and 1, not " + warmUp + ".");
      require(
          depthDecay > 0 && depthDecay <= 1,
          "The decay by depth is above 0 and at most 1, not " + depthDecay + ".");
      require(weightDecay >= 0, "Weight decay must not be negative, not " + weightDecay + ".");
      require(
          clipNorm > 0, "The largest norm of the gradient must be positive, not " + clipNorm + ".");
      require(
          average >= 0 && average < 1,
          "The decay of the weights' average is at least 0 and below 1, not " + average + ".");
    }
  }

  /** The settings where nothing else is said. */
  public static final TrainingSettings DEFAULT =
      new TrainingSettings(
          List.of(Campaign.of(DecisionTree.galaxyZoo2())),
          "residual-lite",
          Architectures.named("residual-lite").input(),
          List.of(
              new Objective.Term(new Loss.DirichletMultinomial(40), 1),
              new Objective.Term(new Loss.SquaredError(), 10)),
          new Augmentation(true, true, 1.15, 4, 1.1, 0.01),
          30,
          64,
          new Descent(Optimizer.Kind.ADAMW, 0.001, 0.05, 1, 0.02, 1, 0.998),
          0,
          0,
          1);

  public TrainingSettings {
    campaigns = List.copyOf(campaigns);
    losses = List.copyOf(losses);
    require(!campaigns.isEmpty(), "Training needs a decision tree.");
    require(!losses.isEmpty(), "Training minimises at least one loss.");
    require(epochs >= 1, "Training needs at least 1 epoch, not " + epochs + ".");
    require(batch >= 2, "A batch has at least 2 galaxies, not " + batch + ".");
    require(
        frozenEpochs >= 0 && patience >= 0,
        "Frozen epochs and patience must not be negative, not %d and %d."
            .formatted(frozenEpochs, patience));
  }

  /** The network that is trained: its outputs are the answers of one campaign after the other. */
  public Network network() {
    return Architectures.named(architecture)
        .describe(input.channels().count(), input.size(), Campaign.heads(campaigns));
  }

  /** The likelihood among the losses: with it the network gives concentrations, and intervals. */
  public Optional<Loss.DirichletMultinomial> likelihood() {
    return losses.stream()
        .map(Objective.Term::loss)
        .filter(Loss.DirichletMultinomial.class::isInstance)
        .map(Loss.DirichletMultinomial.class::cast)
        .findFirst();
  }

  /**
   * Random weights to begin with. A network that gives concentrations begins as sure as the votes
   * that its loss takes a galaxy to have had, since it is long in learning that from nothing.
   */
  public Weights firstWeights(Network network) {
    Weights random = Weights.initial(network, seed);
    Optional<Loss.DirichletMultinomial> votes = likelihood();
    if (votes.isEmpty()) {
      return random;
    }
    float[] logarithms = new float[network.outputs()];
    int at = 0;
    for (Head head : network.heads()) {
      int answers = head.answers();
      Arrays.fill(logarithms, at, at + answers, (float) Math.log(votes.get().votes() / answers));
      at += answers;
    }
    return random.with(Network.ANSWERS + ".bias", logarithms);
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new IllegalArgumentException(otherwise);
    }
  }
}
