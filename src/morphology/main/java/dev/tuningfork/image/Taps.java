package dev.tuningfork.image;

import java.util.Arrays;

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

  /** In whole numbers, neighbours come in groups of so many, the last filled up with zeros. */
  static final int GROUP = 4;

  private final int from;
  private final int width;
  private final int groupedWidth;
  private final int[] first;
  private final float[] weights;
  private final long[] coarse;
  private final int[] fine;

  private Taps(int from, int width, int[] first, float[] weights) {
    this.from = from;
    this.width = width;
    this.first = first;
    this.weights = weights;
    this.groupedWidth = Math.ceilDiv(width, GROUP) * GROUP;
    this.coarse = new long[first.length * groupedWidth];
    this.fine = new int[first.length * groupedWidth];
    for (int i = 0; i < first.length; i++) {
      int[] whole = whole(i, COARSE_BITS);
      for (int k = 0; k < width; k++) {
        coarse[i * groupedWidth + k] = whole[k];
      }
      System.arraycopy(whole(i, FINE_BITS), 0, fine, i * groupedWidth, width);
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

  /** The first of the neighbours that make a sample. */
  int first(int sample) {
    return first[sample];
  }

  /** How many neighbours there are when their groups are filled up. */
  int groupedWidth() {
    return groupedWidth;
  }

  /**
   * The weight of neighbour {@code k}, in units of {@code 1 / (1 << FINE_BITS)}; 0 behind the last.
   */
  int fine(int sample, int k) {
    return fine[sample * groupedWidth + k];
  }

  /**
   * Resamples a line of numbers. Each number may hold several channels, each in so many bits: no
   * weight may be negative, and no sum may carry into the next channel.
   *
   * @param line at least {@link #packedLength} numbers, of which those behind the last sample are
   *     multiplied by 0
   * @param start what each sum begins with
   * @param resampled gets {@code start + line × (1 << COARSE_BITS)}
   */
  void along(long[] line, long start, long[] resampled) {
    if (groupedWidth == GROUP) {
      alongFour(coarse, first, line, start, resampled);
      return;
    }
    int at = 0;
    for (int i = 0; i < first.length; i++) {
      int begin = first[i];
      long sum = start;
      for (int k = 0; k < groupedWidth; k++) {
        sum += coarse[at + k] * line[begin + k];
      }
      resampled[i] = sum;
      at += groupedWidth;
    }
  }

  /** Four neighbours are what shrinking by less than two takes, as most crops are. */
  private static void alongFour(
      long[] weights, int[] first, long[] line, long start, long[] resampled) {
    for (int i = 0; i < first.length; i++) {
      int at = GROUP * i;
      int begin = first[i];
      resampled[i] =
          start
              + weights[at] * line[begin]
              + weights[at + 1] * line[begin + 1]
              + weights[at + 2] * line[begin + 2]
              + weights[at + 3] * line[begin + 3];
    }
  }

  /** How long the line must be that {@link #along} takes. */
  int packedLength() {
    return from + groupedWidth;
  }

  /**
   * Resamples each row of a plane.
   *
   * @param out a line for each row
   */
  void alongRows(float[] plane, int offset, float[][] out) {
    for (int y = 0; y < from; y++) {
      int row = offset + y * from;
      switch (width) {
        case 2 -> alongRowOfTwo(weights, first, plane, row, out[y]);
        case 3 -> alongRowOfThree(weights, first, plane, row, out[y]);
        case 4 -> alongRowOfFour(weights, first, plane, row, out[y]);
        default -> alongRow(plane, row, out[y]);
      }
    }
  }

  private void alongRow(float[] plane, int row, float[] out) {
    for (int x = 0; x < out.length; x++) {
      int at = row + first[x];
      float sum = 0;
      for (int k = 0; k < width; k++) {
        sum += weights[x * width + k] * plane[at + k];
      }
      out[x] = sum;
    }
  }

  /** Two neighbours are what enlarging takes; the sums are those of the loop above. */
  private static void alongRowOfTwo(
      float[] weights, int[] first, float[] plane, int row, float[] out) {
    for (int x = 0; x < out.length; x++) {
      int at = row + first[x];
      out[x] = 0 + weights[2 * x] * plane[at] + weights[2 * x + 1] * plane[at + 1];
    }
  }

  /** Three or four are what shrinking by less than two takes. */
  private static void alongRowOfThree(
      float[] weights, int[] first, float[] plane, int row, float[] out) {
    for (int x = 0; x < out.length; x++) {
      int at = row + first[x];
      int weight = 3 * x;
      out[x] =
          0
              + weights[weight] * plane[at]
              + weights[weight + 1] * plane[at + 1]
              + weights[weight + 2] * plane[at + 2];
    }
  }

  private static void alongRowOfFour(
      float[] weights, int[] first, float[] plane, int row, float[] out) {
    for (int x = 0; x < out.length; x++) {
      int at = row + first[x];
      int weight = 4 * x;
      out[x] =
          0
              + weights[weight] * plane[at]
              + weights[weight + 1] * plane[at + 1]
              + weights[weight + 2] * plane[at + 2]
              + weights[weight + 3] * plane[at + 3];
    }
  }

  /** Resamples each column of rows that {@link #alongRows} made. */
  void alongColumns(float[][] rows, float[] out, int offset) {
    int to = first.length;
    float[] line = new float[to];
    for (int y = 0; y < to; y++) {
      Arrays.fill(line, 0);
      for (int k = 0; k < width; k++) {
        add(weights[y * width + k], rows[first[y] + k], line);
      }
      System.arraycopy(line, 0, out, offset + y * to, to);
    }
  }

  /** With one index for both lines, the JVM adds several numbers at a time. */
  private static void add(float weight, float[] line, float[] sum) {
    for (int x = 0; x < sum.length; x++) {
      sum[x] += weight * line[x];
    }
  }
}
