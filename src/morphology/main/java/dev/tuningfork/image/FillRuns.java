package dev.tuningfork.image;

import java.util.Arrays;

/**
 * Finds fill values by their runs: a number is one where it is repeated exactly, along rows or
 * columns, for longer than chance allows, and these facts hold as well:
 *
 * <ul>
 *   <li>On the lines that hold the runs it is rare outside of them. It is common where an image has
 *       few levels, as counts of photons do; these are all real.
 *   <li>The flux beside the runs is not the next level: in an image of few levels, contours are
 *       runs.
 *   <li>The flux beside the runs is not the lowest of all. It is where a galaxy fades into a
 *       background of exactly 0, as in simulations and in stamps cut out along an isophote.
 *   <li>If the number is above the sky, there is no light beside the runs, or hardly any compared
 *       with the number. There is around a source that is saturated.
 *   <li>Enough else is left, and it has noise.
 * </ul>
 */
final class FillRuns {

  private static final int LEAST_PIXELS = 12;
  private static final int MOST_CANDIDATES = 4;

  /** Below this share, every pixel of the number is undefined, not only those in runs. */
  private static final double RARE = 0.01;

  /** The share of the other pixels that is fainter than those beside the runs. */
  private static final double LEAST_FAINTER = 0.12;

  /** The same where the number is the image's own next level below its lowest flux. */
  private static final double LEAST_FAINTER_AT_THE_LOWEST = 0.3;

  private static final double JUST_BELOW = 0.5;

  /** So many levels away, a number is still next to another. */
  private static final double NEXT_LEVELS = 2;

  private static final double CLEARLY_BELOW = 5;

  /** Of a number that is below {@link #RARE}, a run of so many pixels is not chance. */
  private static final int SHORTEST_OF_ZEROS = 6;

  private final FluxLines lines;

  FillRuns(FluxLines lines) {
    this.lines = lines;
  }

  /** Adds the fill values that there are. */
  void find(FoundFills fills) {
    for (double value : lines.mostInRuns(LEAST_PIXELS, MOST_CANDIDATES)) {
      int run = runThatIsNoChance(value);
      if (run > 0 && isFill(value, run, fills.others(value))) {
        fills.add(value, run);
      }
    }
  }

  /** How long a run of zeros that are a fill value is at least; 0 if they are none. */
  int runOfZeros(FoundFills fills) {
    int run = runThatIsNoChance(0);
    return run > 0 && isFill(0, run, fills.others(0)) ? Math.max(run, SHORTEST_OF_ZEROS) : 0;
  }

  /**
   * How long a run of the number must be for it to be no chance; 1 if the number is so rare that
   * each of its pixels counts, and 0 if there are no such runs or it is one of the image's levels.
   */
  private int runThatIsNoChance(double value) {
    int run = FluxLines.SHORTEST_RUN;
    for (int round = 0; round < 4; round++) {
      FluxLines.Tally tally = lines.tally(value, run);
      if (tally.inRuns() < LEAST_PIXELS || tally.share() > FillValues.ORDINARY) {
        return 0;
      }
      if (tally.share() < RARE) {
        return 1;
      }
      int needed =
          (int) Math.ceil(Math.log(FillValues.CHANCE / tally.pixels()) / Math.log(tally.share()));
      if (needed <= run) {
        return run;
      }
      run = needed;
    }
    return run;
  }

  /**
   * @param others the flux of the plane without the number and the fill values, sorted
   */
  private boolean isFill(double value, int run, double[] others) {
    if (others.length < FoundFills.LEAST_OTHERS) {
      return false;
    }
    Background background = Background.ofSorted(others);
    if (background.noise() == 0) {
      return false;
    }
    double[] beside = lines.beside(value, Math.max(run, FluxLines.SHORTEST_RUN));
    if (beside.length == 0) {
      return true;
    }
    Arrays.sort(beside);
    double median = beside[beside.length / 2];
    double[] steps = Arrays.stream(beside).map(other -> Math.abs(other - value)).sorted().toArray();
    if (steps[steps.length / 2] <= NEXT_LEVELS * Sorted.level(others)) {
      return false;
    }
    if (value > median) {
      double light = median - background.sky();
      double height = value - background.sky();
      return height > FillValues.FAR_ABOVE * Math.max(light, background.noise())
          || (light <= FillValues.NO_LIGHT * background.noise()
              && light < Math.max(height / 2, background.noise()));
    }
    double gap = others[0] - value;
    boolean lowest = gap > 0 && gap <= JUST_BELOW * background.noise();
    double least = lowest ? LEAST_FAINTER_AT_THE_LOWEST : LEAST_FAINTER;
    return Sorted.below(others, median) >= least * others.length
        || gap > CLEARLY_BELOW * background.noise();
  }
}
