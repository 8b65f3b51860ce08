package dev.tuningfork.image;

import java.util.ArrayList;
import java.util.List;

/**
 * Finds fill values by how often they are repeated: in an image of continuous flux, in which hardly
 * any number is repeated, a number counts that is repeated more often than chance allows. A single
 * 0 is such a number there: the floating-point numbers next to 0 are so close together that none is
 * met by chance.
 */
final class FillRepeats {

  private static final int MOST_CANDIDATES = 4;

  /** In continuous flux, this share of the numbers is there once. */
  private static final double CONTINUOUS = 0.9;

  /** Of n numbers, the two nearest are about a noise / n² apart, unless all were rounded. */
  private static final double ROUNDED = 100;

  /** The share of fainter flux from which on a number is not the lowest. */
  private static final double LEAST_AMID = 0.01;

  private final double[] shown;
  private final double[] window;
  private final boolean quantised;

  /**
   * @param shown the flux in the window
   * @param window finite flux from all over it, sorted
   * @param quantised whether the flux was rounded when the file was compressed: only 0 counts then
   */
  FillRepeats(double[] shown, double[] window, boolean quantised) {
    this.shown = shown;
    this.window = window;
    this.quantised = quantised;
  }

  /** A number, and how often it is in the window. */
  private record Repeat(double value, int count) {}

  /** Adds the fill values that there are. */
  void find(FoundFills fills) {
    List<Repeat> most = new ArrayList<>(); // the most frequent first
    int zeros = zeros();
    if (zeros > 0) {
      most.add(new Repeat(0, Math.max(1, (int) ((long) zeros * window.length / shown.length))));
    }
    int distinct = 0;
    for (int begin = 0, i = 1; i <= window.length; i++) {
      if (i == window.length || window[i] != window[begin]) {
        distinct++;
        if (!quantised && i - begin >= FillValues.LEAST_REPEATS && window[begin] != 0) {
          keep(most, new Repeat(window[begin], i - begin));
        }
        begin = i;
      }
    }
    int once = distinct - most.size();
    int others = window.length - most.stream().mapToInt(Repeat::count).sum();
    if (others < FoundFills.LEAST_OTHERS || once < CONTINUOUS * others) {
      return;
    }
    for (Repeat candidate : most) {
      double value = candidate.value;
      if (!fills.holdsEverywhere(value)
          && candidate.count < FillValues.ORDINARY * window.length
          && isUnusual(value, candidate.count, fills.others(value))) {
        fills.addEverywhere(value);
      }
    }
  }

  private int zeros() {
    int zeros = 0;
    for (double value : shown) {
      zeros += value == 0 ? 1 : 0;
    }
    return zeros;
  }

  /** Adds a number, in its order, to the few that are repeated most. */
  private static void keep(List<Repeat> most, Repeat repeat) {
    int place = most.size();
    while (place > 0 && most.get(place - 1).count < repeat.count) {
      place--;
    }
    if (place < MOST_CANDIDATES) {
      most.add(place, repeat);
      if (most.size() > MOST_CANDIDATES) {
        most.removeLast();
      }
    }
  }

  /**
   * Whether a number is repeated more often than by chance, and amid the sky: at the limit of all
   * flux it may be where flux ends or is clipped.
   *
   * @param rest the flux of the plane without the number and the fill values, sorted
   */
  private boolean isUnusual(double value, int count, double[] rest) {
    if (rest.length < FoundFills.LEAST_OTHERS) {
      return false;
    }
    Background background = Background.ofSorted(rest);
    if (background.noise() == 0) {
      return false;
    }
    double step = Sorted.level(window);
    double spacing = Math.ulp((float) value);
    if (step * window.length * window.length > ROUNDED * background.noise()) {
      spacing = Math.max(spacing, step);
    }
    double expected = window.length * spacing / background.noise();
    double chance = window.length;
    for (int i = 1; i <= count && chance > 0; i++) {
      chance *= expected / i;
    }
    return chance < FillValues.CHANCE
        && Math.abs(value - background.sky()) <= FillValues.NO_LIGHT * background.noise()
        && Sorted.below(rest, value) >= LEAST_AMID * rest.length;
  }
}
