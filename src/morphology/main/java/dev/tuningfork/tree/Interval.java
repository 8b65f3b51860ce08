package dev.tuningfork.tree;

/**
 * Where the share of volunteers who give an answer, among those who are asked its question, lies
 * with a probability of 90 %. Where nearly all of a skewed distribution lies at one end, the mean
 * may lie outside.
 *
 * @param lower90 the 5th percentile, 0 to 1
 * @param upper90 the 95th percentile, from {@code lower90} to 1
 */
public record Interval(double lower90, double upper90) {

  public Interval {
    if (!(lower90 >= 0 && lower90 <= upper90 && upper90 <= 1)) {
      throw new IllegalArgumentException(
          "An interval of a fraction must be within 0 and 1, not from %s to %s."
              .formatted(lower90, upper90));
    }
  }
}
