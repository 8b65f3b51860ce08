package dev.tuningfork.image;

import java.util.Arrays;

/**
 * Bridges narrow gaps of undefined pixels in a square of flux, such as a dead row: each is
 * interpolated along its row and its column, between the two defined pixels on either side and by
 * the slopes there, the narrower gap weighing more.
 */
final class Gaps {

  /** What is wider stays open, in pixels; in larger squares it may be more. */
  private static final int NARROW = 4;

  private static final int OF_SIDE = 16;

  /** Where a dead row crosses a dead column, the second round finds the first one's pixels. */
  private static final int ROUNDS = 2;

  private final double[] flux;
  private final int side;
  private final int widest;

  private Gaps(double[] flux, int side) {
    this.flux = flux;
    this.side = side;
    this.widest = Math.max(NARROW, side / OF_SIDE);
  }

  /** Replaces what is not finite, as far as its gap is narrow. */
  static void bridge(double[] flux, int side) {
    for (int round = 0; round < ROUNDS; round++) {
      new Gaps(flux.clone(), side).bridgeInto(flux);
    }
  }

  /** Each gap is measured once, so wide ones take no longer than narrow ones. */
  private void bridgeInto(double[] bridged) {
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
        }
      }
    }
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
        int beyondLeft = before - toLeft - 1 >= 0 ? -(toLeft + 1) : 0;
        int beyondRight = before + toRight + 1 < side ? toRight + 1 : 0;
        sum += weight * between(at, step, toLeft, toRight, beyondLeft, beyondRight);
        weights += weight;
      }
    }
    return weights > 0 ? sum / weights : Double.NaN;
  }

  /** Hermite's cubic; straight at an end where the pixel beyond is not defined. */
  private double between(
      int at, int step, int toLeft, int toRight, int beyondLeft, int beyondRight) {
    double left = flux[at - toLeft * step];
    double right = flux[at + toRight * step];
    double width = toLeft + toRight;
    double straight = (right - left) / width;
    double slopeLeft = slope(left, at + beyondLeft * step, beyondLeft != 0, straight, 1);
    double slopeRight = slope(right, at + beyondRight * step, beyondRight != 0, straight, -1);
    double t = toLeft / width;
    return left * (1 + 2 * t) * (1 - t) * (1 - t)
        + right * t * t * (3 - 2 * t)
        + width * (slopeLeft * t * (1 - t) * (1 - t) - slopeRight * t * t * (1 - t));
  }

  private double slope(double edge, int beyond, boolean known, double straight, int sign) {
    return known && Double.isFinite(flux[beyond]) ? sign * (edge - flux[beyond]) : straight;
  }
}
