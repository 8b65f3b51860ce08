package dev.tuningfork.image;

import java.util.Arrays;

/**
 * The sky beneath an image, by the median and the median absolute deviation of its pixels, sources
 * clipped.
 *
 * @param sky the level of empty sky
 * @param noise its standard deviation; 0 where all pixels are alike
 */
record Background(double sky, double noise) {

  /** The standard deviation of a normal distribution over its median absolute deviation. */
  static final double SIGMA_OVER_MAD = 1.4826;

  private static final int ROUNDS = 5;
  private static final double CLIP = 3;

  /**
   * Estimates the background.
   *
   * @param samples finite, at least one; sorted by this call
   */
  static Background of(double[] samples) {
    Arrays.sort(samples);
    int from = 0;
    int to = samples.length;
    double sky = samples[to / 2];
    double noise = 0;
    for (int round = 0; round < ROUNDS; round++) {
      sky = samples[(from + to) / 2];
      noise = SIGMA_OVER_MAD * medianDeviation(samples, from, to, sky);
      if (noise == 0) {
        break;
      }
      int lower = from;
      int upper = to;
      while (samples[from] < sky - CLIP * noise) {
        from++;
      }
      while (samples[to - 1] > sky + CLIP * noise) {
        to--;
      }
      if (lower == from && upper == to) {
        break;
      }
    }
    return new Background(sky, noise);
  }

  /** Of the samples that differ from the median: blank borders hold one value many times over. */
  private static double medianDeviation(double[] sorted, int from, int to, double median) {
    double[] deviations = new double[to - from];
    int count = 0;
    for (int i = from; i < to; i++) {
      if (sorted[i] != median) {
        deviations[count++] = Math.abs(sorted[i] - median);
      }
    }
    Arrays.sort(deviations, 0, count);
    return count == 0 ? 0 : deviations[count / 2];
  }
}
