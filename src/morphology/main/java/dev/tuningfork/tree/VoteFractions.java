package dev.tuningfork.tree;

import java.util.Arrays;

/**
 * What volunteers said about one galaxy. Immutable.
 *
 * @see KaggleColumns#read
 */
public final class VoteFractions {

  private final String galaxyId;
  private final AnswerProbabilities fractions;
  private final double[] asked;

  VoteFractions(String galaxyId, AnswerProbabilities fractions, double[] asked) {
    this.galaxyId = galaxyId;
    this.fractions = fractions;
    this.asked = asked;
  }

  /**
   * As if volunteers had said what a model says, as many of them asked each question as it expects.
   */
  public static VoteFractions of(String galaxyId, AnswerProbabilities model) {
    return new VoteFractions(galaxyId, model, new double[model.tree().questions().size()])
        .towards(model, 1);
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
    return new VoteFractions(galaxyId, AnswerProbabilities.of(tree, conditional), together);
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
