package dev.tuningfork.image;

import java.util.Arrays;
import java.util.List;

/**
 * Finds the numbers that stand for missing pixels in a plane of linear flux: 0 beyond the edge of a
 * mosaic, in a dead column, or in a band without coverage; −999 where a pipeline writes that.
 *
 * <p>A number is such a fill value by its runs ({@link FillRuns}), or if it is far from all other
 * numbers ({@link FillExtremes}), or repeated more often than chance allows ({@link FillRepeats}).
 * 0 also is one, if it is far below the sky.
 */
final class FillValues {

  /** So many runs or repeats may come about by chance in all of the pixels. */
  static final double CHANCE = 1e-6;

  /** From this share of the pixels on, a number is one of the image's own levels. */
  static final double ORDINARY = 0.25;

  /** No source is so many times brighter than what is around it. */
  static final double FAR_ABOVE = 100;

  /** Flux that is this near to the sky is not a source, in units of the noise. */
  static final double NO_LIGHT = 5;

  static final int LEAST_REPEATS = 3;

  private static final double FAR_BELOW = 8;

  /** Pixels of the window that are searched for repeated numbers. */
  private static final int REPEAT_SAMPLES = 16_384;

  private FillValues() {}

  /** A plane's fill values, and the sky of the rest; without others, all of it is one value. */
  record Found(List<Double> values, Background background, boolean isBare, List<Integer> runs) {

    /** Makes the undefined pixels of a square NaN. */
    void clear(double[] flux, int side) {
      if (values.isEmpty()) {
        return;
      }
      boolean[] undefined = new boolean[flux.length];
      for (int i = 0; i < values.size(); i++) {
        mark(flux, side, values.get(i), runs.get(i), undefined);
      }
      for (int i = 0; i < flux.length; i++) {
        if (undefined[i]) {
          flux[i] = Double.NaN;
        }
      }
    }

    private static void mark(double[] flux, int side, double value, int run, boolean[] undefined) {
      if (run == 1) {
        for (int i = 0; i < flux.length; i++) {
          undefined[i] |= flux[i] == value;
        }
        return;
      }
      for (int line = 0; line < side; line++) {
        mark(flux, line * side, 1, side, value, run, undefined);
        mark(flux, line, side, side, value, run, undefined);
      }
    }

    private static void mark(
        double[] flux, int from, int step, int count, double value, int run, boolean[] undefined) {
      int begin = 0;
      for (int i = 0; i <= count; i++) {
        if (i == count || flux[from + i * step] != value) {
          for (int k = begin; i - begin >= run && k < i; k++) {
            undefined[from + k * step] = true;
          }
          begin = i + 1;
        }
      }
    }
  }

  /**
   * Looks for the fill values of a plane, of which a window will be shown.
   *
   * @param shown the flux in the window
   */
  static Found in(FitsPixels pixels, int plane, Window window, double[] shown) {
    double[] sample = pixels.sample(plane);
    RadixSort.sort(sample, sample.length);
    FluxLines lines = FluxLines.ofPlane(pixels, plane, window, shown);
    return in(lines, sample, shown, spread(shown), pixels.isQuantised());
  }

  /**
   * How long a run of zeros is that stands for missing pixels, in a plane whose zeros may be flux
   * by chance; 0 if all of them are.
   */
  static int runOfZeros(FitsPixels pixels, int plane, Window window) {
    double[] sample = pixels.sample(plane);
    RadixSort.sort(sample, sample.length);
    FoundFills fills = new FoundFills(sample);
    Background background = fills.background(0);
    if (background.noise() > 0 && background.sky() > FAR_BELOW * background.noise()) {
      return 1;
    }
    double[] shown = pixels.window(plane, window);
    return new FillRuns(FluxLines.ofPlane(pixels, plane, window, shown)).runOfZeros(fills);
  }

  /** Looks for the fill values of a square of which nothing is known beyond it. */
  static Found in(double[] flux, int side) {
    double[] sample = sample(flux, 1);
    RadixSort.sort(sample, sample.length);
    double[] window = step(flux) == 1 ? sample : spread(flux);
    return in(FluxLines.ofSquare(flux, side), sample, flux, window, false);
  }

  /**
   * @param sample finite flux from all over the plane, sorted
   * @param shown the flux in the window
   * @param window finite flux from all over the window, sorted
   * @param quantised whether equal numbers were not equal before the file was compressed
   */
  private static Found in(
      FluxLines lines, double[] sample, double[] shown, double[] window, boolean quantised) {
    if (sample.length == 0) {
      return new Found(List.of(), new Background(0, 0), true, List.of());
    }
    FoundFills fills = new FoundFills(sample);
    new FillRuns(lines).find(fills);
    if (window.length > 0) {
      new FillExtremes(lines, shown).find(fills, window[window.length / 2]);
    }
    new FillRepeats(shown, window, quantised).find(fills);
    Background background = fills.background();
    if (background.noise() > 0
        && background.sky() > FAR_BELOW * background.noise()
        && !fills.holds(0)) {
      fills.add(0, 1);
    }
    return new Found(
        fills.all().stream().map(FoundFills.Fill::value).toList(),
        background,
        isBare(sample),
        fills.all().stream().map(FoundFills.Fill::shortestRun).toList());
  }

  /**
   * @param sample sorted
   */
  private static boolean isBare(double[] sample) {
    int others = sample.length - Sorted.count(sample, sample[sample.length / 2]);
    return others * 200L < sample.length;
  }

  /** Finite flux from all over the window, sorted. */
  private static double[] spread(double[] shown) {
    double[] spread = sample(shown, step(shown));
    RadixSort.sort(spread, spread.length);
    return spread;
  }

  /** How far the pixels of a window are apart that are looked at. */
  private static int step(double[] shown) {
    return Math.max(1, shown.length / REPEAT_SAMPLES) | 1; // odd, so as not to keep to columns
  }

  /** Every so manyth number that is finite. */
  private static double[] sample(double[] shown, int step) {
    double[] sample = new double[Math.ceilDiv(shown.length, step)];
    int count = 0;
    for (int i = 0; i < shown.length; i += step) {
      if (Double.isFinite(shown[i])) {
        sample[count++] = shown[i];
      }
    }
    return Arrays.copyOf(sample, count);
  }
}
