package dev.tuningfork.image;

import java.util.Arrays;

/**
 * Percentiles of many numbers without sorting them all: one pass counts them by the upper bits of
 * their value, and for each percentile the few that share these are sorted. Between two numbers it
 * interpolates linearly, as numpy does. Serves one call at a time.
 */
final class Percentiles {

  /** Sign, exponent and 5 bits of the mantissa. */
  private static final int BITS = 14;

  private final int[] counts = new int[1 << BITS];
  private float[] values = {};
  private int from;
  private int to;

  /**
   * The numbers that are asked about from now on.
   *
   * @param these finite, at least one
   */
  Percentiles over(float[] these, int begin, int end) {
    values = these;
    from = begin;
    to = end;
    Arrays.fill(counts, 0);
    for (int i = begin; i < end; i++) {
      counts[bucket(these[i])]++;
    }
    return this;
  }

  /** A percentile of 0 to 100. */
  float at(double percent) {
    double place = percent / 100 * (to - from - 1);
    int lower = (int) Math.floor(place);
    int bucket = 0;
    int before = 0;
    while (before + counts[bucket] <= lower) {
      before += counts[bucket++];
    }
    float[] shared = new float[counts[bucket]];
    float next = Float.POSITIVE_INFINITY; // the least of the buckets above
    int found = 0;
    for (int i = from; i < to; i++) {
      int own = bucket(values[i]);
      if (own == bucket) {
        shared[found++] = values[i];
      } else if (own > bucket) {
        next = Math.min(next, values[i]);
      }
    }
    Arrays.sort(shared);
    float below = shared[lower - before];
    if (lower == place) {
      return below;
    }
    float above = lower + 1 - before < shared.length ? shared[lower + 1 - before] : next;
    return (float) (below + (place - lower) * ((double) above - below));
  }

  /** Greater for a greater value, but for those that share one. */
  private static int bucket(float value) {
    int bits = Float.floatToRawIntBits(value + 0f);
    return (bits ^ ((bits >> 31) | Integer.MIN_VALUE)) >>> (Integer.SIZE - BITS);
  }
}
