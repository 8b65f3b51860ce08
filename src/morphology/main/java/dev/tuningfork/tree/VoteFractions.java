package dev.tuningfork.tree;

import java.util.Arrays;
import java.util.OptionalDouble;

/**
 * What volunteers said about one galaxy. Immutable.
 *
 * @see KaggleColumns#read
 */
public final class VoteFractions {

  private final String galaxyId;
  private final AnswerProbabilities fractions;
  private final double[] asked;
  private final OptionalDouble volunteers;

  VoteFractions(String galaxyId, AnswerProbabilities fractions, double[] asked) {
    this(galaxyId, fractions, asked, OptionalDouble.empty());
  }

  private VoteFractions(
      String galaxyId, AnswerProbabilities fractions, double[] asked, OptionalDouble volunteers) {
    this.galaxyId = galaxyId;
    this.fractions = fractions;
    this.asked = asked;
    this.volunteers = volunteers;
  }

  /**
   * As if volunteers had said what a model says, as many of them asked each question as it expects.
   */
  public static VoteFractions of(String galaxyId, AnswerProbabilities model) {
    return new VoteFractions(galaxyId, model, new double[model.tree().questions().size()])
        .towards(model, 1);
  }

  /**
   * Of vote fractions. They count as votes where the number of votes for each question is known, or
   * at least the number of volunteers. How many were asked a question then follows from the answers
   * that lead to it; a question about which these say nothing weighs as if everyone had been asked.
   *
   * @param fractions of each answer in the tree's order, which need not sum to 1; NaN where nothing
   *     is known; not kept
   * @param totals the number of votes for each question, NaN where it is not known; not kept
   * @param volunteers how many looked at the galaxy; NaN where it is not known
   * @throws IllegalArgumentException if a fraction is negative or infinite, or a question is known
   *     in part
   */
  public static VoteFractions ofFractions(
      String galaxyId, DecisionTree tree, double[] fractions, double[] totals, double volunteers) {
    double[] conditional = conditional(tree, fractions, sums(galaxyId, tree, fractions));
    AnswerProbabilities shares = AnswerProbabilities.of(tree, conditional);
    double[] asked =
        tree.questions().stream()
            .mapToDouble(q -> shares.answers(q) ? shares.asked(q).orElse(1) : 0)
            .toArray();
    double[] votes = new double[conditional.length];
    for (int q = 0; q < totals.length; q++) {
      double counted = Double.isNaN(totals[q]) ? volunteers * asked[q] : totals[q];
      if (Double.isNaN(counted) && asked[q] > 0) {
        return new VoteFractions(galaxyId, shares, asked);
      }
      for (int a = tree.firstAnswer(q); a < tree.firstAnswer(q + 1); a++) {
        votes[a] = asked[q] > 0 ? counted * conditional[a] : Double.NaN;
      }
    }
    return ofCounts(galaxyId, tree, votes);
  }

  /**
   * Of counted votes. Volunteers who stop midway are no error: a question may have fewer votes than
   * those who lead to it.
   *
   * @param tree the questions
   * @param votes for each answer in the tree's order: 0 or more, not necessarily whole where votes
   *     are weighted; NaN in every answer of a question of which nothing is known; not kept
   * @throws IllegalArgumentException if a vote is negative or infinite, a question is known in
   *     part, or there is no vote at all
   */
  public static VoteFractions ofCounts(String galaxyId, DecisionTree tree, double[] votes) {
    double[] totals = sums(galaxyId, tree, votes);
    double most = Arrays.stream(totals).max().orElse(0);
    if (most == 0) {
      throw new IllegalArgumentException("Galaxy %s has no vote.".formatted(galaxyId));
    }
    return new VoteFractions(
        galaxyId,
        AnswerProbabilities.of(tree, conditional(tree, votes, totals)),
        Arrays.stream(totals).map(total -> total / most).toArray(),
        OptionalDouble.of(most));
  }

  /** Each answer's share of its question's sum; NaN where that is 0. */
  private static double[] conditional(DecisionTree tree, double[] values, double[] sums) {
    double[] shares = new double[values.length];
    for (int q = 0; q < sums.length; q++) {
      for (int a = tree.firstAnswer(q); a < tree.firstAnswer(q + 1); a++) {
        shares[a] = sums[q] > 0 ? values[a] / sums[q] : Double.NaN;
      }
    }
    return shares;
  }

  /** Of each question's answers; 0 where nothing is known of them. */
  private static double[] sums(String galaxyId, DecisionTree tree, double[] values) {
    double[] sums = new double[tree.questions().size()];
    for (int q = 0; q < sums.length; q++) {
      double sum = sum(galaxyId, tree, values, q);
      sums[q] = Double.isNaN(sum) ? 0 : sum;
    }
    return sums;
  }

  /** Of a question's answers; NaN where nothing is known of them. */
  private static double sum(String galaxyId, DecisionTree tree, double[] votes, int q) {
    double sum = 0;
    for (int a = tree.firstAnswer(q); a < tree.firstAnswer(q + 1); a++) {
      if (votes[a] < 0 || Double.isInfinite(votes[a])) {
        throw new IllegalArgumentException(
            "Galaxy %s has %s votes for an answer of question %s; votes are 0 or more."
                .formatted(galaxyId, votes[a], tree.questions().get(q).id()));
      }
      if (Double.isNaN(votes[a]) != Double.isNaN(votes[tree.firstAnswer(q)])) {
        throw new IllegalArgumentException(
            "Galaxy %s has votes for some answers of question %s only: fill in the others, or leave all of them empty."
                .formatted(galaxyId, tree.questions().get(q).id()));
      }
      sum += votes[a];
    }
    return sum;
  }

  public String galaxyId() {
    return galaxyId;
  }

  /**
   * For each question the share of each answer among those who were asked; questions that nobody
   * was asked, or of which nothing is known, are not answered.
   */
  public AnswerProbabilities fractions() {
    return fractions;
  }

  /**
   * The share of volunteers who were asked this question, 0 to 1, and so how much its fractions
   * weigh; 0 where nothing is known of it.
   */
  public double asked(Question question) {
    return asked[fractions.tree().index(question.id())];
  }

  /**
   * How many volunteers looked at the galaxy, so that the votes for an answer are this number times
   * {@link #asked} times the answer's fraction; empty where only fractions are known.
   */
  public OptionalDouble volunteers() {
    return volunteers;
  }

  /**
   * What volunteers and a model say together: the mean of their joint probabilities. So the fewer
   * volunteers were asked a question, the less their fractions count beside the model's; where
   * nothing is known of it, the model's are taken, with its share of the weight.
   *
   * @param model of the same tree
   * @param share of the model in the mean, 0 to 1
   */
  public VoteFractions towards(AnswerProbabilities model, double share) {
    DecisionTree tree = fractions.tree();
    double[] conditional = new double[tree.answerCount()];
    double[] together = new double[asked.length];
    for (int q = 0; q < asked.length; q++) {
      Question question = tree.questions().get(q);
      double ours = (1 - share) * asked[q];
      double models = model.answers(question) ? share * model.asked(question).orElse(0) : 0;
      together[q] = ours + models;
      int first = tree.firstAnswer(q);
      Arrays.fill(conditional, first, tree.firstAnswer(q + 1), together[q] > 0 ? 0 : Double.NaN);
      add(conditional, first, ours / together[q], fractions, question);
      add(conditional, first, models / together[q], model, question);
    }
    return new VoteFractions(
        galaxyId, AnswerProbabilities.of(tree, conditional), together, volunteers);
  }

  private static void add(
      double[] to, int first, double weight, AnswerProbabilities of, Question question) {
    if (weight > 0) {
      double[] vector = of.conditional(question);
      for (int a = 0; a < vector.length; a++) {
        to[first + a] += weight * vector[a];
      }
    }
  }
}
