package dev.tuningfork.standalone.check;

import dev.tuningfork.tree.AnswerProbabilities;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How far the answers of one computation are from those of another.
 *
 * @param largest difference of any conditional probability
 * @param mean of the differences
 * @param allowed the largest difference that may be
 */
record Difference(double largest, double mean, double allowed) {

  /**
   * Compares answers.
   *
   * @param answers of the same model to the same galaxies, in the same order
   */
  static Difference of(
      List<AnswerProbabilities> answers, List<AnswerProbabilities> expected, double allowed) {
    DoubleSummaryStatistics differences =
        IntStream.range(0, expected.size())
            .boxed()
            .flatMapToDouble(galaxy -> answers.get(galaxy).differences(expected.get(galaxy)))
            .summaryStatistics();
    return new Difference(Math.max(0, differences.getMax()), differences.getAverage(), allowed);
  }

  boolean holds() {
    return largest <= allowed;
  }
}
