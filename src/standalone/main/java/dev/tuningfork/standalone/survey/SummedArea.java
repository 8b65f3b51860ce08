package dev.tuningfork.standalone.survey;

/** Sums of a square image over any rectangle, in constant time. Immutable after construction. */
final class SummedArea {

  private final double[] sums;
  private final int size;

  /**
   * @param pixels size × size numbers, row by row
   */
  SummedArea(float[] pixels, int size) {
    this.size = size;
    this.sums = new double[(size + 1) * (size + 1)];
    for (int y = 0; y < size; y++) {
      double row = 0;
      for (int x = 0; x < size; x++) {
        row += pixels[y * size + x];
        sums[(y + 1) * (size + 1) + x + 1] = sums[y * (size + 1) + x + 1] + row;
      }
    }
  }

  /**
   * The sum between two corners, which may lie within pixels; beyond the image there is nothing.
   */
  double sum(double left, double low, double right, double high) {
    return upTo(right, high) - upTo(left, high) - upTo(right, low) + upTo(left, low);
  }

  private double upTo(double x, double y) {
    double column = Math.clamp(x, 0, size);
    double row = Math.clamp(y, 0, size);
    int left = Math.min(size - 1, (int) column);
    int low = Math.min(size - 1, (int) row);
    double across = column - left;
    double up = row - low;
    int at = low * (size + 1) + left;
    return (1 - up) * ((1 - across) * sums[at] + across * sums[at + 1])
        + up * ((1 - across) * sums[at + size + 1] + across * sums[at + size + 2]);
  }
}
