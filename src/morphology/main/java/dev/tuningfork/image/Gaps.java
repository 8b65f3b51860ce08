package dev.tuningfork.image;

import java.util.Arrays;

/**
 * Bridges gaps of undefined pixels in a square of flux, such as a dead row: each is interpolated
 * along its row and its column, between the two defined pixels on either side and by the slopes
 * there, the narrower gap weighing more. Pixels without a defined one on both sides, as beyond the
 * edge of a mosaic, stay undefined.
 */
final class Gaps {

  private static final int NARROW = 4;
  private static final int OF_SIDE = 8;

  /** Where a dead row crosses a dead column, the second round finds the first one's pixels. */
  private static final int ROUNDS = 2;

  /** Over so much of a gap's width on either side, the slope is measured. */
  private static final int OF_WIDTH = 4;

  /** From one defined pixel to the other; in narrower gaps the noise of a slope matters little. */
  private static final int WIDE = 8;

  /** Times the straight line's slope, a cubic still is monotone. */
  private static final double STEEPEST = 3;

  private final double[] flux;
  private final int side;
  private final int widest;

  private Gaps(double[] flux, int side, int widest) {
    this.flux = flux;
    this.side = side;
    this.widest = widest;
  }

  /**
   * Replaces what is not finite and has defined pixels on both sides, narrow gaps first. After
   * {@link #bridgeNarrow} these are two more rounds for them, which a diagonal trail needs.
   */
  static void bridge(double[] flux, int side) {
    bridgeNarrow(flux, side);
    bridge(flux, side, side);
  }

  /**
   * Replaces what is not finite in gaps of up to an eighth of the side: of a galaxy whose core is
   * in such a gap, the model's answers still are about right.
   */
  static void bridgeNarrow(double[] flux, int side) {
    bridge(flux, side, Math.max(NARROW, side / OF_SIDE));
  }

  /**
   * @param widest what is wider stays open, in pixels
   */
  private static void bridge(double[] flux, int side, int widest) {
    boolean open = true;
    for (int round = 0; round < ROUNDS && open; round++) {
      open = new Gaps(flux.clone(), side, widest).bridgeInto(flux);
    }
  }

  /**
   * Each gap is measured once, so wide ones take no longer than narrow ones.
   *
   * @return whether some pixels still are undefined
   */
  private boolean bridgeInto(double[] bridged) {
    boolean open = false;
    int[] above = new int[side];
    int[] below = new int[side];
    Arrays.fill(above, -1);
    for (int y = 0; y < side; y++) {
      int left = -1;
      int right = -1;
      for (int x = 0; x < side; x++) {
        int at = y * side + x;
        if (Double.isFinite(flux[at])) {
          left = x;
          above[x] = y;
        } else {
          right = right > x ? right : nextDefined(at, 1, x);
          below[x] = below[x] > y ? below[x] : nextDefined(at, side, y);
          bridged[at] = bridge(at, x, y, new Gap(left, right), new Gap(above[x], below[x]));
          open |= Double.isNaN(bridged[at]);
        }
      }
    }
    return open;
  }

  /**
   * The defined pixels on either side of an undefined one, along its row or column.
   *
   * @param from −1 where there is none
   * @param to the length of the side where there is none
   */
  private record Gap(int from, int to) {}

  private int nextDefined(int at, int step, int from) {
    int to = from + 1;
    while (to < side && !Double.isFinite(flux[at + (to - from) * step])) {
      to++;
    }
    return to;
  }

  private double bridge(int at, int x, int y, Gap row, Gap column) {
    double sum = 0;
    double weights = 0;
    for (boolean alongRow : new boolean[] {true, false}) {
      int step = alongRow ? 1 : side;
      int before = alongRow ? x : y;
      Gap gap = alongRow ? row : column;
      int toLeft = before - gap.from;
      int toRight = gap.to - before;
      if (gap.from >= 0 && gap.to < side && toLeft + toRight - 1 <= widest) {
        double weight = 1.0 / ((toLeft + toRight) * (toLeft + toRight));
        int apart = Math.max(1, (toLeft + toRight) / OF_WIDTH);
        double slopeLeft = slope(at - toLeft * step, -step, apart, before - toLeft);
        double slopeRight = slope(at + toRight * step, step, apart, side - 1 - before - toRight);
        sum += weight * between(at, step, toLeft, toRight, slopeLeft, slopeRight);
        weights += weight;
      }
    }
    return weights > 0 ? sum / weights : Double.NaN;
  }

  /**
   * Hermite's cubic; straight at an end whose slope is not known. In a wide gap, a slope that falls
   * into it is limited so that the flux does not fall below both ends (Fritsch and Carlson 1980).
   */
  private double between(
      int at, int step, int toLeft, int toRight, double slopeLeft, double slopeRight) {
    double left = flux[at - toLeft * step];
    double right = flux[at + toRight * step];
    double width = toLeft + toRight;
    double straight = (right - left) / width;
    double fromLeft = Double.isNaN(slopeLeft) ? straight : -slopeLeft;
    double fromRight = Double.isNaN(slopeRight) ? straight : slopeRight;
    if (width >= WIDE) {
      fromLeft = Math.max(fromLeft, Math.min(0, STEEPEST * straight));
      fromRight = Math.min(fromRight, Math.max(0, STEEPEST * straight));
    }
    double t = toLeft / width;
    return left * (1 + 2 * t) * (1 - t) * (1 - t)
        + right * t * t * (3 - 2 * t)
        + width * fromLeft * t * (1 - t) * (1 - t)
        - width * fromRight * t * t * (1 - t);
  }

  /**
   * How the flux changes away from a gap, per pixel.
   *
   * @param edge the last defined pixel
   * @param away the step from it away from the gap
   * @param apart over how many steps the change is measured
   * @param left how many steps there are to the end of the line
   * @return NaN where that cannot be said
   */
  private double slope(int edge, int away, int apart, int left) {
    return apart <= left ? (flux[edge + apart * away] - flux[edge]) / apart : Double.NaN;
  }
}
