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

  private Asinh() {}

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
      float square = s * s;
      float sum = 1 / 11f;
      sum = sum * square + 1 / 9f;
      sum = sum * square + 1 / 7f;
      sum = sum * square + 1 / 5f;
      sum = sum * square + 1 / 3f;
      float log = 64 * (s + s * square * sum);
      values[i] = log * (x / Math.max(Math.abs(x), SMALLEST)); // with the sign of x
    }
  }
}
