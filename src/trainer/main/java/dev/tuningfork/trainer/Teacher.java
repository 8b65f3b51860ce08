package dev.tuningfork.trainer;

import dev.tuningfork.model.DeviceSetting;
import dev.tuningfork.model.ModelBundle;
import dev.tuningfork.model.ModelException;
import dev.tuningfork.model.ModelLoader;
import dev.tuningfork.model.MorphologyModel;
import dev.tuningfork.trainer.data.LabelledGalaxy;
import dev.tuningfork.trainer.data.TrainingData.Member;
import dev.tuningfork.trainer.evaluate.Evaluator;
import dev.tuningfork.trainer.learn.Campaign;
import dev.tuningfork.trainer.metrics.Judged;
import dev.tuningfork.tree.AnswerProbabilities;
import dev.tuningfork.tree.DecisionTree;
import dev.tuningfork.tree.VoteFractions;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;
import java.util.stream.Collectors;

/**
 * A model whose answers are learnt beside those of volunteers ("distillation", Hinton et al. 2015,
 * arXiv:1503.02531). What it says is the mean of eight views of an image, which is surer than what
 * it says of one, and less scattered than forty votes; and it says something of galaxies that
 * nobody has labelled (Xie et al. 2020, arXiv:1911.04252).
 *
 * <p>It should not have seen the galaxies that the new model will be judged on: what it knows of
 * them would be handed on.
 *
 * @param bundle the model
 * @param share of its answers in what is learnt of a galaxy with vote fractions, above 0 to 1; the
 *     rest are the volunteers'. Of a galaxy without, they are all
 */
public record Teacher(ModelBundle bundle, double share) {

  /** The share where nothing else is said. */
  public static final double SHARE = 0.5;

  private static final int ASKED_AT_ONCE = 64;

  public Teacher {
    if (!(share > 0 && share <= 1)) {
      throw new IllegalArgumentException(
          "A teacher's share in what is learnt must be above 0 and at most 1, not %s."
              .formatted(share));
    }
  }

  /**
   * @throws IllegalArgumentException if the teacher answers another tree, or the new model more
   *     than one
   */
  void requireTrees(List<Campaign> campaigns) {
    if (campaigns.size() > 1) {
      throw new IllegalArgumentException(
          "A teacher answers one tree, and the new model %d: train without --teacher, or on one tree."
              .formatted(campaigns.size()));
    }
    DecisionTree tree = campaigns.getFirst().tree();
    DecisionTree own = bundle.description().tree();
    if (!own.equals(tree)) {
      throw new IllegalArgumentException(
          "The teacher %s answers the tree %s, and the new model the tree %s: name a teacher of the same tree."
              .formatted(bundle.description().name(), own, tree));
    }
  }

  /**
   * The same galaxies with what is to be learnt of them. One whose image cannot be read stays as it
   * is.
   *
   * @param progress gets the number of galaxies that are done, after each batch
   * @throws ModelException if the model cannot be used
   */
  List<Member> taught(List<Member> galaxies, IntConsumer progress) throws ModelException {
    Map<String, AnswerProbabilities> answers;
    try (MorphologyModel model =
        ModelLoader.load(bundle, new DeviceSetting.Auto(), ASKED_AT_ONCE)) {
      answers =
          Evaluator.ask(model, galaxies, true, progress).stream()
              .collect(
                  Collectors.toMap(
                      judged -> judged.galaxy().id(),
                      judged -> judged.turned().map(Judged.Turned::mean).orElseThrow()));
    }
    return galaxies.stream()
        .map(member -> new Member(taught(member.galaxy(), answers), member.dataSet()))
        .toList();
  }

  private LabelledGalaxy taught(LabelledGalaxy galaxy, Map<String, AnswerProbabilities> answers) {
    AnswerProbabilities said = answers.get(galaxy.id());
    if (said == null) {
      return galaxy;
    }
    return galaxy.with(
        galaxy
            .votes()
            .map(votes -> votes.towards(said, share))
            .orElseGet(() -> VoteFractions.of(galaxy.id(), said)));
  }

  /** What decides its answers, for the identity of a run. */
  String fingerprint() {
    return "%s %s (%s), share %s"
        .formatted(
            bundle.identity().name(),
            bundle.identity().version(),
            bundle.identity().sha256(),
            share);
  }

  /** For a model's card. */
  String describe() {
    return "%s %s, from eight views; the targets are %s × its answers + %s × the volunteers', or its answers alone for galaxies without votes (Hinton et al. 2015; Xie et al. 2020)"
        .formatted(bundle.description().name(), bundle.description().version(), share, 1 - share);
  }
}
