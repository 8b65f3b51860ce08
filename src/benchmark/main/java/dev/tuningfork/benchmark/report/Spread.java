package dev.tuningfork.benchmark.report;

import java.util.Arrays;
import java.util.Collection;

/**
 * The middle and the ends of several measurements of one thing.
 *
 * @param runs how many there were, at least 1
 */
public record Spread(int runs, double least, double median, double most) {

  public static Spread of(Collection<Double> values) {
    double[] sorted = values.stream().mapToDouble(Double::doubleValue).toArray();
    if (sorted.length == 0) {
      throw new IllegalArgumentException("Nothing was measured, so there is no median of it.");
    }
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    double median =
        sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    return new Spread(sorted.length, sorted[0], median, sorted[sorted.length - 1]);
  }
}
