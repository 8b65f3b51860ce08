package dev.tuningfork.standalone.check;

import dev.tuningfork.tree.AnswerProbabilities;
import dev.tuningfork.tree.Question;
import java.util.List;

/**
 * How far the answers of one computation are from those of another.
 *
 * @param largest difference of any conditional probability
 * @param mean of the differences
 * @param allowed the largest difference that may be
 */
record Agreement(double largest, double mean, double allowed) {

  /**
   * Compares answers.
   *
   * @param answers of the same model to the same galaxies, in the same order
   */
  static Agreement of(
      List<AnswerProbabilities> answers, List<AnswerProbabilities> expected, double allowed) {
    double largest = 0;
    double sum = 0;
    int count = 0;
    for (int galaxy = 0; galaxy < expected.size(); galaxy++) {
      AnswerProbabilities one = answers.get(galaxy);
      for (Question question : one.tree().questions()) {
        if (one.answers(question)) {
          double[] here = one.conditional(question);
          double[] there = expected.get(galaxy).conditional(question);
          for (int a = 0; a < here.length; a++) {
            double difference = Math.abs(here[a] - there[a]);
            largest = Math.max(largest, difference);
            sum += difference;
            count++;
          }
        }
      }
    }
    return new Agreement(largest, count == 0 ? 0 : sum / count, allowed);
  }

  boolean holds() {
    return largest <= allowed;
  }
}
