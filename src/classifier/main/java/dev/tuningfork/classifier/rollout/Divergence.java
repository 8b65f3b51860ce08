package dev.tuningfork.classifier.rollout;

import dev.tuningfork.tree.AnswerProbabilities;
import dev.tuningfork.tree.Question;
import java.util.Optional;

/**
 * How far two models' answers to one question are apart.
 *
 * @param distance the total variation distance of their conditional probabilities, 0 to 1: half the
 *     sum of the absolute differences, which is the largest difference in the probability of any
 *     set of answers (Levin and Peres, Markov Chains and Mixing Times, 2nd edition, 2017,
 *     proposition 4.2). Of vote fractions, it is the share of volunteers who would have to vote
 *     otherwise
 * @param agreed whether the same answer is the most probable
 */
record Divergence(double distance, boolean agreed) {

  /** A question that volunteers would rarely get to has an answer that nobody asks for. */
  private static final double ASKED = 0.5;

  /**
   * Of a question that both models answer, and that the serving one would rather ask than not.
   *
   * @param question of the serving model's tree
   */
  static Optional<Divergence> of(
      Question question, AnswerProbabilities serving, AnswerProbabilities shadow) {
    if (!serving.answers(question) || serving.asked(question).orElse(1) < ASKED) {
      return Optional.empty();
    }
    return shadow.tree().questions().stream()
        .filter(same -> same.id().equals(question.id()) && shadow.answers(same))
        .filter(same -> same.answers().size() == question.answers().size())
        .findFirst()
        .map(same -> of(serving.conditional(question), shadow.conditional(same)));
  }

  private static Divergence of(double[] one, double[] other) {
    return new Divergence(totalVariation(one, other), largest(one) == largest(other));
  }

  static double totalVariation(double[] one, double[] other) {
    double sum = 0;
    for (int i = 0; i < one.length; i++) {
      sum += Math.abs(one[i] - other[i]);
    }
    return sum / 2;
  }

  private static int largest(double[] probabilities) {
    int largest = 0;
    for (int i = 1; i < probabilities.length; i++) {
      if (probabilities[i] > probabilities[largest]) {
        largest = i;
      }
    }
    return largest;
  }
}
