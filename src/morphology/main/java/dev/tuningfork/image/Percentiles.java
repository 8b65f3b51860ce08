package dev.tuningfork.image;

import java.util.Arrays;

/**
 * Percentiles near either end of many numbers, without sorting them all: a sample says below which
 * number the wanted one is, and only what is below is looked at closely. Between two numbers it
 * interpolates linearly, as numpy does. Serves one call at a time.
 */
final class Percentiles {

  private static final int SAMPLE = 256;

  /** So many places of the sample further in, the wanted number is surely included. */
  private static final int MARGIN = 6;

  private final float[] sample = new float[SAMPLE];
  private float[] values = {};
  private int from;
  private int to;

  /** Those of the numbers that are near the wanted end. */
  private double[] end = {};

  /**
   * The numbers that are asked about from now on.
   *
   * @param these finite, at least one
   */
  Percentiles over(float[] these, int begin, int behind) {
    values = these;
    from = begin;
    to = behind;
    if (end.length < behind - begin) {
      end = new double[behind - begin];
    }
    for (int i = 0; i < SAMPLE; i++) {
      sample[i] = these[begin + (int) ((long) i * (behind - begin) / SAMPLE)];
    }
    Arrays.sort(sample);
    return this;
  }

  /** A percentile of 0 to 100. */
  float at(double percent) {
    int count = to - from;
    double place = percent / 100 * (count - 1);
    int lower = (int) Math.floor(place);
    int inSample = (int) (place / count * SAMPLE);
    int held; // how many numbers the end has
    int before; // how many numbers are less than those of the end
    if (place < count / 2.0) {
      held = takeAtMost(sample[Math.min(SAMPLE - 1, inSample + MARGIN)]);
      before = 0;
    } else {
      held = takeAtLeast(sample[Math.max(0, inSample - MARGIN)]);
      before = count - held;
    }
    if (lower < before || lower + 1 >= before + held) {
      held = takeAtMost(Float.POSITIVE_INFINITY);
      before = 0;
    }
    double below = Selection.of(end, lower - before, held);
    if (lower == place) {
      return (float) below;
    }
    double above = least(lower + 1 - before, held);
    return (float) (below + (place - lower) * (above - below));
  }

  private int takeAtMost(float bound) {
    int count = 0;
    for (int i = from; i < to; i++) {
      if (values[i] <= bound) {
        end[count++] = values[i];
      }
    }
    return count;
  }

  private int takeAtLeast(float bound) {
    int count = 0;
    for (int i = from; i < to; i++) {
      if (values[i] >= bound) {
        end[count++] = values[i];
      }
    }
    return count;
  }

  private double least(int begin, int count) {
    double least = end[begin];
    for (int i = begin + 1; i < count; i++) {
      least = Math.min(least, end[i]);
    }
    return least;
  }
}
