package dev.tuningfork.standalone.survey;

import dev.tuningfork.tree.Answer;
import dev.tuningfork.tree.AnswerProbabilities;
import dev.tuningfork.tree.DecisionTree;
import dev.tuningfork.tree.Question;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** One walk down the Galaxy Zoo 2 tree: what a rendered galaxy is meant to be. */
final class TrueWalk {

  /**
   * How often each answer, by its id, is given where its question is asked. Rough shares of the
   * real sample, with the rare forms made less rare, since a demonstration is to show them. What
   * cannot be drawn convincingly has no weight.
   */
  private static final Map<String, Double> WEIGHTS =
      Map.ofEntries(
          Map.entry("a01", 0.36), // smooth
          Map.entry("a02", 0.61), // features or disk
          Map.entry("a03", 0.03), // star or artifact
          Map.entry("a04", 0.22), // edge-on
          Map.entry("a05", 0.78), // not edge-on
          Map.entry("a06", 0.3), // bar
          Map.entry("a07", 0.7), // no bar
          Map.entry("a08", 0.85), // spiral
          Map.entry("a09", 0.15), // no spiral
          Map.entry("a10", 0.15), // no bulge
          Map.entry("a11", 0.4), // just noticeable
          Map.entry("a12", 0.35), // obvious
          Map.entry("a13", 0.1), // dominant
          Map.entry("a14", 0.12), // odd
          Map.entry("a15", 0.88), // not odd
          Map.entry("a16", 0.35), // completely round
          Map.entry("a17", 0.45), // in between
          Map.entry("a18", 0.2), // cigar-shaped
          Map.entry("a19", 0.6), // ring
          Map.entry("a24", 0.4), // merger
          Map.entry("a25", 0.55), // rounded
          Map.entry("a26", 0.1), // boxy
          Map.entry("a27", 0.35), // no bulge
          Map.entry("a28", 0.3), // tight
          Map.entry("a29", 0.4), // medium
          Map.entry("a30", 0.3), // loose
          Map.entry("a31", 0.05), // one arm
          Map.entry("a32", 0.5), // two
          Map.entry("a33", 0.15), // three
          Map.entry("a34", 0.1), // four
          Map.entry("a36", 0.1), // more than four
          Map.entry("a37", 0.1), // cannot tell
          Map.entry("a38", 0.8)); // dust lane

  private final Map<String, String> answers = new HashMap<>();
  private final double[] conditional;

  private final Map<String, Double> kinds;

  TrueWalk(DecisionTree tree, RandomGenerator random, ObservingConditions conditions) {
    kinds = conditions.kinds().equals(Kind.USUAL) ? Map.of() : weights(conditions);
    conditional = new double[tree.answerCount()];
    Arrays.fill(conditional, Double.NaN);
    Optional<Question> question = Optional.of(tree.root());
    while (question.isPresent()) {
      Question asked = question.get();
      double[] weights = asked.answers().stream().mapToDouble(this::weight).toArray();
      Answer answer = asked.draw(weights, random);
      answers.put(asked.key(), answer.key());
      int first = tree.firstAnswer(asked);
      Arrays.fill(conditional, first, first + asked.answers().size(), 0);
      conditional[first + asked.answers().indexOf(answer)] = 1;
      question = answer.next().map(tree::question);
    }
  }

  /** The key of the answer to a question, by the question's key; empty where it was not asked. */
  String answer(String question) {
    return answers.getOrDefault(question, "");
  }

  boolean is(String question, String answer) {
    return answer(question).equals(answer);
  }

  AnswerProbabilities truth(DecisionTree tree) {
    return AnswerProbabilities.of(tree, conditional);
  }

  private double weight(Answer answer) {
    boolean possible =
        switch (answer.key()) {
          case "ring" -> is("edge-on", "no");
          case "dust-lane" -> is("edge-on", "yes");
          default -> true;
        };
    return possible ? kinds.getOrDefault(answer.id(), WEIGHTS.getOrDefault(answer.id(), 0.0)) : 0;
  }

  /** What replaces the usual weights where the kinds are not the usual ones. */
  private static Map<String, Double> weights(ObservingConditions conditions) {
    double edgeOn = conditions.share(Kind.EDGE_ON);
    double disk = conditions.share(Kind.DISK);
    if (conditions.share(Kind.SMOOTH) + edgeOn + disk + conditions.share(Kind.STAR) == 0) {
      return Map.of(); // all are damaged, and may be anything
    }
    Map<String, Double> weights = new HashMap<>();
    weights.put("a01", conditions.share(Kind.SMOOTH));
    weights.put("a02", edgeOn + disk);
    weights.put("a03", conditions.share(Kind.STAR));
    weights.put("a04", edgeOn);
    weights.put("a05", disk);
    return weights;
  }
}
