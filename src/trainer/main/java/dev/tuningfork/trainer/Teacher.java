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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;
import java.util.stream.Collectors;

/**
 * One or more models whose answers are learnt beside those of volunteers ("distillation", Hinton et
 * al. 2015, arXiv:1503.02531). What the teacher says is the mean over its models, and over eight
 * views of an image: that is surer than what one model says of one view, and less scattered than
 * forty votes; and it says something of galaxies that nobody has labelled (Xie et al. 2020,
 * arXiv:1911.04252).
 *
 * <p>Its models should not have seen the galaxies that the new model will be judged on: what they
 * know of them would be handed on.
 *
 * @param bundles the models, at least one
 * @param share of the teacher's answers in what is learnt of a galaxy with vote fractions, above 0
 *     to 1; the rest are the volunteers'. Of a galaxy without, they are all
 */
public record Teacher(List<ModelBundle> bundles, double share) {

  /** The share where nothing else is said. */
  public static final double SHARE = 0.5;

  private static final int ASKED_AT_ONCE = 64;

  public Teacher {
    bundles = List.copyOf(bundles);
    if (bundles.isEmpty()) {
      throw new IllegalArgumentException("A teacher needs a model.");
    }
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
    for (ModelBundle bundle : bundles) {
      DecisionTree own = bundle.description().tree();
      if (!own.equals(tree)) {
        throw new IllegalArgumentException(
            "The teacher %s answers the tree %s, and the new model the tree %s: name a teacher of the same tree."
                .formatted(bundle.description().name(), own, tree));
      }
    }
  }

  /**
   * The same galaxies with what is to be learnt of them. One whose image cannot be read stays as it
   * is.
   *
   * @param progress gets the number of galaxies that are done, after each batch; with several
   *     models, of galaxies that as large a share of all answers is known for
   * @throws ModelException if a model cannot be used
   * @throws IllegalArgumentException if the models answer different questions
   */
  List<Member> taught(List<Member> galaxies, IntConsumer progress) throws ModelException {
    Map<String, List<AnswerProbabilities>> said = new HashMap<>();
    for (int m = 0; m < bundles.size(); m++) {
      int before = m * galaxies.size();
      try (MorphologyModel model =
          ModelLoader.load(bundles.get(m), new DeviceSetting.Auto(), ASKED_AT_ONCE)) {
        IntConsumer part = done -> progress.accept((before + done) / bundles.size());
        for (Judged judged : Evaluator.ask(model, galaxies, true, part)) {
          said.computeIfAbsent(judged.galaxy().id(), _ -> new ArrayList<>())
              .add(judged.turned().map(Judged.Turned::mean).orElseThrow());
        }
      }
    }
    return galaxies.stream()
        .map(member -> new Member(taught(member.galaxy(), said), member.dataSet()))
        .toList();
  }

  private LabelledGalaxy taught(
      LabelledGalaxy galaxy, Map<String, List<AnswerProbabilities>> answers) {
    if (!answers.containsKey(galaxy.id())) {
      return galaxy;
    }
    AnswerProbabilities said = AnswerProbabilities.average(answers.get(galaxy.id()));
    return galaxy.with(
        galaxy
            .votes()
            .map(votes -> votes.towards(said, share))
            .orElseGet(() -> VoteFractions.of(galaxy.id(), said)));
  }

  /** What decides its answers, for the identity of a run. */
  String fingerprint() {
    return bundles.stream()
        .map(ModelBundle::identity)
        .map(model -> "%s %s (%s), ".formatted(model.name(), model.version(), model.sha256()))
        .collect(Collectors.joining("", "", "share " + share));
  }

  /** For a model's card. */
  String describe() {
    return "%s, from eight views; the targets are %s × %s + %s × the volunteers', or %s alone for galaxies without votes (Hinton et al. 2015; Xie et al. 2020)"
        .formatted(
            bundles.stream()
                .map(ModelBundle::description)
                .map(model -> model.name() + " " + model.version())
                .collect(Collectors.joining(" and ")),
            share,
            bundles.size() == 1 ? "its answers" : "the mean of their answers",
            1 - share,
            bundles.size() == 1 ? "its answers" : "that mean");
  }
}
