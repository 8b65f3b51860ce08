package dev.tuningfork.image;

/**
 * Passes over many numbers that decide whether a slower look is needed. They have no branches, so
 * that the JVM computes several numbers at a time.
 */
final class Extremes {

  private Extremes() {}

  /** The largest absolute value; NaN if any number is NaN. */
  static float largest(float[] values, int from, int to) {
    float largest = 0;
    for (int i = from; i < to; i++) {
      largest = Math.max(largest, Math.abs(values[i]));
    }
    return largest;
  }

  /** The smallest absolute value; NaN if any number is NaN. */
  static float smallest(float[] values, int from, int to) {
    float smallest = Float.POSITIVE_INFINITY;
    for (int i = from; i < to; i++) {
      smallest = Math.min(smallest, Math.abs(values[i]));
    }
    return smallest;
  }
}
