package dev.tuningfork.image;

import java.util.Arrays;

/**
 * Percentiles near either end of many numbers, without sorting them all: a sample says below which
 * number the wanted one is, and only what is below is sorted. Between two numbers it interpolates
 * linearly, as numpy does. Serves one call at a time.
 */
final class Percentiles {

  private static final int SAMPLE = 256;

  /** So many places of the sample further in, the wanted number is surely included. */
  private static final int MARGIN = 6;

  private final float[] sample = new float[SAMPLE];
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
    for (int i = 0; i < SAMPLE; i++) {
      sample[i] = these[begin + (int) ((long) i * (end - begin) / SAMPLE)];
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
    float[] end;
    int before; // how many numbers are less than those of the end
    if (place < count / 2.0) {
      end = atMost(sample[Math.min(SAMPLE - 1, inSample + MARGIN)]);
      before = 0;
    } else {
      end = atLeast(sample[Math.max(0, inSample - MARGIN)]);
      before = count - end.length;
    }
    if (lower < before || lower + 1 >= before + end.length) {
      end = Arrays.copyOfRange(values, from, to);
      before = 0;
    }
    Arrays.sort(end);
    float below = end[lower - before];
    if (lower == place) {
      return below;
    }
    return (float) (below + (place - lower) * ((double) end[lower + 1 - before] - below));
  }

  private float[] atMost(float bound) {
    float[] found = new float[SAMPLE];
    int count = 0;
    for (int i = from; i < to; i++) {
      if (values[i] <= bound) {
        found = count < found.length ? found : Arrays.copyOf(found, 2 * count);
        found[count++] = values[i];
      }
    }
    return Arrays.copyOf(found, count);
  }

  private float[] atLeast(float bound) {
    float[] found = new float[SAMPLE];
    int count = 0;
    for (int i = from; i < to; i++) {
      if (values[i] >= bound) {
        found = count < found.length ? found : Arrays.copyOf(found, 2 * count);
        found[count++] = values[i];
      }
    }
    return Arrays.copyOf(found, count);
  }
}
