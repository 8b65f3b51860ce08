package dev.tuningfork.image;

/**
 * asinh in single precision, 1e-6 of the true value or of 1, whichever is larger. The JVM computes
 * several at a time.
 */
final class Asinh {

  /** Beyond it the square of a number is no longer finite; asinh is 42 there. */
  private static final float LARGEST = 1e18f;

  /** The bits of the root of 1/2: mantissas are brought between it and twice it. */
  private static final int ROOT_OF_HALF = 0x3f3504f3;

  private Asinh() {}

  /** Replaces each number by the asinh of a factor times it. */
  static void of(float[] values, int from, int to, float factor) {
    for (int i = from; i < to; i++) {
      values[i] = of(factor * values[i]);
    }
  }

  /** The logarithm after Cephes' logf (Moshier 1992), of |x| + √(x² + 1). */
  static float of(float x) {
    float size = Math.min(Math.abs(x), LARGEST);
    float y = size + (float) Math.sqrt(size * size + 1);
    int bits = Float.floatToRawIntBits(y);
    int exponent = (bits - ROOT_OF_HALF) >> 23;
    float f = Float.intBitsToFloat(bits - (exponent << 23)) - 1;
    float square = f * f;
    float sum = 7.0376836292e-2f;
    sum = sum * f - 1.1514610310e-1f;
    sum = sum * f + 1.1676998740e-1f;
    sum = sum * f - 1.2420140846e-1f;
    sum = sum * f + 1.4249322787e-1f;
    sum = sum * f - 1.6668057665e-1f;
    sum = sum * f + 2.0000714765e-1f;
    sum = sum * f - 2.4999993993e-1f;
    sum = sum * f + 3.3333331174e-1f;
    float log = f + (sum * f * square - 0.5f * square) + exponent * 0.69314718f;
    // the sign of x, without a branch
    return Float.intBitsToFloat(
        (Float.floatToRawIntBits(log) & Integer.MAX_VALUE)
            | (Float.floatToRawIntBits(x) & Integer.MIN_VALUE));
  }
}
