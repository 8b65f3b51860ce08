package dev.tuningfork.tree;

import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * One question that volunteers are asked about a galaxy.
 *
 * @param id the campaign's identifier, such as {@code t01}
 * @param key a readable name that is unique within the tree, such as {@code smooth-or-featured}
 * @param text the question as volunteers read it
 * @param answers at least two answers, in the campaign's order
 */
public record Question(String id, String key, String text, List<Answer> answers) {

  public Question {
    answers = List.copyOf(answers);
  }

  /**
   * Draws an answer.
   *
   * @param weights of each answer: 0 or more, not all 0; an answer is drawn as often as its weight
   *     in their sum says
   */
  public Answer draw(double[] weights, RandomGenerator random) {
    double left = random.nextDouble() * Arrays.stream(weights).sum();
    int drawn = 0;
    for (int a = 0; a < weights.length; a++) {
      if (weights[a] > 0) {
        drawn = a;
        left -= weights[a];
        if (left < 0) {
          break;
        }
      }
    }
    return answers.get(drawn);
  }
}
