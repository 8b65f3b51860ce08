package dev.tuningfork.image;

import java.util.Arrays;

/**
 * Percentiles of many numbers in two passes: counts by the upper half of their bits, and then a
 * sort of the few that share them. Between two numbers it interpolates linearly, as numpy does.
 * Serves one call at a time.
 */
final class Percentiles {

  private final int[] counts = new int[1 << 16];

  /**
   * A percentile.
   *
   * @param values finite
   * @param percent 0 to 100
   */
  float of(float[] values, int from, int to, double percent) {
    double place = percent / 100 * (to - from - 1);
    int lower = (int) Math.floor(place);
    float below = ranked(values, from, to, lower);
    if (lower == place) {
      return below;
    }
    float above = ranked(values, from, to, lower + 1);
    return (float) (below + (place - lower) * ((double) above - below));
  }

  /** The number that so many others are not greater than. */
  private float ranked(float[] values, int from, int to, int rank) {
    Arrays.fill(counts, 0);
    for (int i = from; i < to; i++) {
      counts[key(values[i]) >>> 16]++;
    }
    int bucket = 0;
    int before = 0;
    while (before + counts[bucket] <= rank) {
      before += counts[bucket++];
    }
    float[] shared = new float[counts[bucket]];
    int found = 0;
    for (int i = from; i < to && found < shared.length; i++) {
      if (key(values[i]) >>> 16 == bucket) {
        shared[found++] = values[i];
      }
    }
    Arrays.sort(shared);
    return shared[rank - before];
  }

  /** As an unsigned number, greater for a greater value. */
  private static int key(float value) {
    int bits = Float.floatToRawIntBits(value + 0f);
    return bits ^ ((bits >> 31) | Integer.MIN_VALUE);
  }
}
