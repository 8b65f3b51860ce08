package dev.tuningfork.image;

/**
 * Which samples of a line make those of a resampled one, and with which weights, for lines of one
 * length brought to another. Immutable, and the same for rows and columns of a square.
 *
 * <p>Every resampled sample is a sum over as many neighbours ({@link #width}); where fewer are
 * needed, the rest weigh nothing. The weights of a sample sum to 1, or in whole numbers to exactly
 * {@code 1 << COARSE_BITS} and {@code 1 << FINE_BITS}, so that what is flat stays flat.
 */
final class Taps {

  static final int COARSE_BITS = 10;
  static final int FINE_BITS = 14;

  private final int from;
  private final int width;
  private final int overlap;
  private final int[] first;
  private final float[] weights;
  private final long[] coarse;
  private final int[] fine;

  private Taps(int from, int width, int[] first, float[] weights) {
    this.from = from;
    this.width = width;
    this.first = first;
    this.weights = weights;
    this.overlap = overlap(first, width);
    this.fine = new int[weights.length];
    this.coarse = new long[weights.length];
    for (int i = 0; i < first.length; i++) {
      int[] whole = whole(i, COARSE_BITS);
      for (int k = 0; k < width; k++) {
        coarse[i * width + k] = whole[k];
      }
      System.arraycopy(whole(i, FINE_BITS), 0, fine, i * width, width);
    }
  }

  static Taps of(Resampling resampling, int from, int to) {
    double scale = (double) from / to;
    double stretch = Math.max(1, scale);
    double reach = resampling.support() * stretch;
    int width = (int) Math.min(from, Math.ceil(2 * reach));
    int[] first = new int[to];
    float[] weights = new float[to * width];
    double[] exact = new double[width];
    for (int i = 0; i < to; i++) {
      double centre = (i + 0.5) * scale;
      first[i] = Math.clamp((long) Math.floor(centre - reach + 0.5), 0, from - width);
      double sum = 0;
      for (int k = 0; k < width; k++) {
        exact[k] = resampling.kernel((first[i] + k + 0.5 - centre) / stretch);
        sum += exact[k];
      }
      for (int k = 0; k < width; k++) {
        weights[i * width + k] = (float) (exact[k] / sum);
      }
    }
    return new Taps(from, width, first, weights);
  }

  private static int overlap(int[] first, int width) {
    int most = 1;
    int open = 0;
    for (int i = 0; i < first.length; i++) {
      while (open < first.length && first[open] < first[i] + width) {
        open++;
      }
      most = Math.max(most, open - i);
    }
    return most;
  }

  /**
   * The weights of a sample in units of {@code 1 / (1 << bits)}; the largest one takes the rest.
   */
  private int[] whole(int sample, int bits) {
    int[] whole = new int[width];
    int rest = 1 << bits;
    int largest = 0;
    for (int k = 0; k < width; k++) {
      whole[k] = Math.round(weights[sample * width + k] * (1 << bits));
      rest -= whole[k];
      largest = whole[k] > whole[largest] ? k : largest;
    }
    whole[largest] += rest;
    return whole;
  }

  /** The length of the lines that are resampled. */
  int from() {
    return from;
  }

  /** The length that they are brought to. */
  int to() {
    return first.length;
  }

  /** How many neighbours make a sample. */
  int width() {
    return width;
  }

  /** How many resampled lines are unfinished at most, when lines are taken one after the other. */
  int overlap() {
    return overlap;
  }

  /** The first of the neighbours that make a sample. */
  int first(int sample) {
    return first[sample];
  }

  /** The weight of neighbour {@code k}, in units of {@code 1 / (1 << FINE_BITS)}. */
  int fine(int sample, int k) {
    return fine[sample * width + k];
  }

  /**
   * Resamples a line of several channels at once, each in so many bits of a number: what is added
   * must not carry into the next channel, so no weight may be negative.
   *
   * @param line sums to {@code line × (1 << COARSE_BITS)}
   * @param start what each sum begins with
   */
  void along(long[] line, long start, long[] resampled) {
    int at = 0;
    for (int i = 0; i < first.length; i++) {
      int begin = first[i];
      long sum = start;
      for (int k = 0; k < width; k++) {
        sum += coarse[at + k] * line[begin + k];
      }
      resampled[i] = sum;
      at += width;
    }
  }

  /** Resamples each row of a plane. */
  void alongRows(float[] plane, int offset, float[] out) {
    int to = first.length;
    for (int y = 0; y < from; y++) {
      int row = offset + y * from;
      for (int x = 0; x < to; x++) {
        int at = row + first[x];
        float sum = 0;
        for (int k = 0; k < width; k++) {
          sum += weights[x * width + k] * plane[at + k];
        }
        out[y * to + x] = sum;
      }
    }
  }

  /** Resamples each column of rows that {@link #alongRows} made. */
  void alongColumns(float[] rows, float[] out, int offset) {
    int to = first.length;
    for (int y = 0; y < to; y++) {
      int target = offset + y * to;
      for (int k = 0; k < width; k++) {
        int source = (first[y] + k) * to;
        float weight = weights[y * width + k];
        for (int x = 0; x < to; x++) {
          out[target + x] += weight * rows[source + x];
        }
      }
    }
  }
}
