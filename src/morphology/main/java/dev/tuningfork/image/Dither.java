package dev.tuningfork.image;

/**
 * How quantised pixels of floating point are brought back (FITS standard 4.0, section 10.2): {@code
 * integer × ZSCALE + ZZERO}, from which a random offset was subtracted that both sides know. The
 * offsets of a tile follow one another in a fixed sequence, so one of these serves one tile.
 */
final class Dither {

  /** Of SUBTRACTIVE_DITHER_2: this stands for exactly 0. */
  private static final int ZERO = Integer.MIN_VALUE + 2;

  private static final int COUNT = 10_000;
  private static final float[] RANDOM = random();

  /** Without offsets. */
  static final Dither NONE = new Dither(false, false, 0);

  private final boolean dithered;
  private final boolean keepsZero;
  private int seed;
  private int next;

  private Dither(boolean dithered, boolean keepsZero, int seed) {
    this.dithered = dithered;
    this.keepsZero = keepsZero;
    this.seed = seed;
    this.next = (int) (RANDOM[seed] * 500);
  }

  /**
   * The way of a tile.
   *
   * @param method ZQUANTIZ
   * @param seed ZDITHER0 plus the number of the tile, which counts from 0
   */
  static Dither of(String method, long seed) {
    boolean second = method.equals("SUBTRACTIVE_DITHER_2");
    return second || method.equals("SUBTRACTIVE_DITHER_1")
        ? new Dither(true, second, Math.floorMod(seed - 1, COUNT))
        : NONE;
  }

  /** Whether 0 comes back as exactly 0. */
  boolean keepsZero() {
    return keepsZero;
  }

  /** The value of the tile's next pixel. */
  double value(long stored, boolean undefined, double scale, double zero) {
    if (!dithered) {
      return undefined ? Double.NaN : stored * scale + zero;
    }
    double offset = RANDOM[next];
    if (++next == COUNT) {
      seed = (seed + 1) % COUNT;
      next = (int) (RANDOM[seed] * 500);
    }
    if (undefined) {
      return Double.NaN;
    }
    return keepsZero && stored == ZERO ? 0 : (stored - offset + 0.5) * scale + zero;
  }

  /** The same of all pixels of a tile, in single precision; there must be no undefined ones. */
  void values(int[] stored, double scale, double zero, float[] into) {
    if (!dithered) {
      for (int i = 0; i < stored.length; i++) {
        into[i] = (float) (stored[i] * scale + zero);
      }
      return;
    }
    for (int from = 0; from < stored.length; ) {
      int count = Math.min(stored.length - from, COUNT - next);
      for (int i = 0; i < count; i++) {
        into[from + i] =
            (float) ((stored[from + i] - (double) RANDOM[next + i] + 0.5) * scale + zero);
      }
      from += count;
      next += count;
      if (next == COUNT) {
        seed = (seed + 1) % COUNT;
        next = (int) (RANDOM[seed] * 500);
      }
    }
    for (int i = 0; keepsZero && i < stored.length; i++) {
      if (stored[i] == ZERO) {
        into[i] = 0;
      }
    }
  }

  /** The standard's sequence (appendix I), in single precision as CFITSIO keeps it. */
  private static float[] random() {
    float[] random = new float[COUNT];
    double seed = 1;
    for (int i = 0; i < COUNT; i++) {
      double product = 16807 * seed;
      seed = product - 2147483647.0 * (int) (product / 2147483647.0);
      random[i] = (float) (seed / 2147483647.0);
    }
    return random;
  }
}
