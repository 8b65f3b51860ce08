package dev.tuningfork.image;

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

  private void bridgeInto(double[] bridged) {
    for (int y = 0; y < side; y++) {
      for (int x = 0; x < side; x++) {
        int at = y * side + x;
        if (!Double.isFinite(flux[at])) {
          bridged[at] = bridge(at, x, y);
        }
      }
    }
  }

  private double bridge(int at, int x, int y) {
    double sum = 0;
    double weights = 0;
    for (boolean alongRow : new boolean[] {true, false}) {
      int step = alongRow ? 1 : side;
      int before = alongRow ? x : y;
      int toLeft = distance(at, -step, before);
      int toRight = distance(at, step, side - 1 - before);
      if (toLeft > 0 && toRight > 0 && toLeft + toRight - 1 <= widest) {
        double weight = 1.0 / ((toLeft + toRight) * (toLeft + toRight));
        int beyondLeft = before - toLeft - 1 >= 0 ? -(toLeft + 1) : 0;
        int beyondRight = before + toRight + 1 < side ? toRight + 1 : 0;
        sum += weight * between(at, step, toLeft, toRight, beyondLeft, beyondRight);
        weights += weight;
      }
    }
    return weights > 0 ? sum / weights : Double.NaN;
  }

  /** How far the next defined pixel is in a direction; 0 where there is none near. */
  private int distance(int at, int step, int most) {
    for (int far = 1; far <= Math.min(most, widest); far++) {
      if (Double.isFinite(flux[at + far * step])) {
        return far;
      }
    }
    return 0;
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
