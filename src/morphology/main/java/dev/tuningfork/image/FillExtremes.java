package dev.tuningfork.image;

import java.util.Arrays;

/**
 * Finds fill values at the ends of a window's flux: its lowest and its highest number count, if all
 * others are far from it. The highest one also counts if it is repeated and the pixels next to it
 * hardly shine compared with it.
 */
final class FillExtremes {

  /** The lowest number is this far below all others, in units of the noise. */
  private static final double APART = 50;

  /** Next to a repeated number, no source is so many times fainter than where it is saturated. */
  private static final double FAINT_BESIDE = 30;

  private static final int ROUNDS = 2;

  private final FluxLines lines;
  private final double[] shown;

  /**
   * @param shown the flux in the window
   */
  FillExtremes(FluxLines lines, double[] shown) {
    this.lines = lines;
    this.shown = shown;
  }

  /**
   * Adds the fill values that there are. The median spares most images the measurement of their
   * noise.
   *
   * @param median of the window
   */
  void find(FoundFills fills, double median) {
    boolean more = true;
    for (int round = 0; round < ROUNDS && more; round++) {
      Extreme lowest = lowest(fills, 1);
      Extreme highest = lowest(fills, -1);
      more = addLowest(fills, lowest, median);
      more |= addHighest(fills, highest, median);
    }
  }

  private boolean addLowest(FoundFills fills, Extreme lowest, double median) {
    double apart = lowest.next - lowest.value;
    if (!lowest.isRare(shown.length) || !(apart > median - lowest.next)) {
      return false;
    }
    double noise = fills.background(lowest.value).noise();
    if (noise == 0 || !(apart > APART * noise)) {
      return false;
    }
    fills.addEverywhere(lowest.value);
    return true;
  }

  private boolean addHighest(FoundFills fills, Extreme highest, double median) {
    double value = -highest.value;
    double next = -highest.next;
    boolean repeated = highest.count >= FillValues.LEAST_REPEATS;
    boolean isFar = value - median > FillValues.FAR_ABOVE / 2 * (next - median);
    if (!highest.isRare(shown.length) || !(isFar || repeated)) {
      return false;
    }
    Background background = fills.background(value);
    double height = value - background.sky();
    double light = Math.max(next - background.sky(), background.noise());
    if (background.noise() == 0
        || !(height > FillValues.FAR_ABOVE * light
            || (repeated && height / FAINT_BESIDE > lightBeside(value, background)))) {
      return false;
    }
    fills.addEverywhere(value);
    return true;
  }

  /** The usual light next to a number, at least the noise. */
  private double lightBeside(double value, Background background) {
    double[] beside = lines.beside(value, 1);
    Arrays.sort(beside);
    return beside.length == 0
        ? Double.POSITIVE_INFINITY
        : Math.max(beside[beside.length / 2] - background.sky(), background.noise());
  }

  /**
   * The lowest number of the window.
   *
   * @param next the lowest one but for it
   */
  private record Extreme(double value, int count, double next) {
    boolean isRare(int pixels) {
      return 2 * count < pixels && Double.isFinite(next);
    }
  }

  /** Of the finite numbers that are not fill values everywhere, times a sign. */
  private Extreme lowest(FoundFills fills, int sign) {
    double value = Double.POSITIVE_INFINITY;
    double next = Double.POSITIVE_INFINITY;
    int count = 0;
    for (double flux : shown) {
      double signed = sign * flux;
      if (!Double.isFinite(flux) || signed > next || fills.holdsEverywhere(flux)) {
        continue;
      }
      if (signed < value) {
        next = value;
        value = signed;
        count = 1;
      } else if (signed == value) {
        count++;
      } else {
        next = signed;
      }
    }
    return new Extreme(value, count, next);
  }
}
