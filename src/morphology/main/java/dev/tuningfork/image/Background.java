package dev.tuningfork.image;

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
    RadixSort.sort(samples, samples.length);
    return ofSorted(samples);
  }

  /**
   * The same of samples that are sorted already.
   *
   * @param samples finite, at least one
   */
  static Background ofSorted(double[] samples) {
    int from = 0;
    int to = samples.length;
    double sky = samples[to / 2];
    double noise = 0;
    for (int round = 0; round < ROUNDS; round++) {
      sky = samples[(from + to) / 2];
      noise = SIGMA_OVER_MAD * medianDeviation(samples, from, to);
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

  /**
   * Of the samples that differ from the median: blank borders hold one value many times over. Below
   * the median and above it the deviations are in order, so that their own median is found by
   * halving.
   */
  private static double medianDeviation(double[] sorted, int from, int to) {
    double median = sorted[(from + to) / 2];
    int below = (from + to) / 2;
    while (below > from && sorted[below - 1] == median) {
      below--;
    }
    int above = (from + to) / 2;
    while (above < to && sorted[above] == median) {
      above++;
    }
    int place = (below - from + to - above) / 2;
    int least = Math.max(0, place - (to - above)); // so many of the smaller ones are below
    int most = Math.min(place, below - from);
    while (least < most) {
      int middle = (least + most) / 2;
      if (median - sorted[below - 1 - middle] < sorted[above + place - middle - 1] - median) {
        least = middle + 1;
      } else {
        most = middle;
      }
    }
    double next = Double.POSITIVE_INFINITY;
    if (below - least > from) {
      next = median - sorted[below - 1 - least];
    }
    if (above + place - least < to) {
      next = Math.min(next, sorted[above + place - least] - median);
    }
    return next == Double.POSITIVE_INFINITY ? 0 : next;
  }
}
