package dev.tuningfork.image;

import com.fasterxml.jackson.annotation.JsonCreator;

/**
 * How a crop is brought to the size that a network takes. The kernels are widened when shrinking,
 * so that nothing aliases; a crop that has the right size already is not touched.
 */
public enum Resampling {
  /** A triangle: linear between pixels. */
  BILINEAR(1) {
    @Override
    double kernel(double x) {
      return Math.max(0, 1 - Math.abs(x));
    }
  },
  /** A windowed sinc of three lobes: sharper, and may overshoot at the edges of bright sources. */
  LANCZOS(3) {
    @Override
    double kernel(double x) {
      return Math.abs(x) < 3 ? sinc(x) * sinc(x / 3) : 0;
    }
  };

  private final double support;

  Resampling(double support) {
    this.support = support;
  }

  /** The weight of a sample at a distance of {@code x} pixels. */
  abstract double kernel(double x);

  @JsonCreator
  static Resampling fromJson(String name) {
    for (Resampling known : values()) {
      if (known.name().equalsIgnoreCase(name)) {
        return known;
      }
    }
    throw new IllegalArgumentException(
        "\"" + name + "\" names no resampling: BILINEAR and LANCZOS are known.");
  }

  /**
   * Resamples square planes.
   *
   * @param planes one plane of {@code from} × {@code from} numbers after the other
   * @return as many planes of {@code to} × {@code to} numbers
   */
  float[] resample(float[] planes, int from, int to) {
    Taps taps = taps(from, to);
    int count = planes.length / (from * from);
    float[] rows = new float[from * to];
    float[] resampled = new float[count * to * to];
    for (int plane = 0; plane < count; plane++) {
      taps.alongRows(planes, plane * from * from, from, rows);
      taps.alongColumns(rows, resampled, plane * to * to);
    }
    return resampled;
  }

  private Taps taps(int from, int to) {
    double scale = (double) from / to;
    double stretch = Math.max(1, scale);
    double reach = support * stretch;
    int[] first = new int[to];
    float[][] weights = new float[to][];
    for (int i = 0; i < to; i++) {
      double centre = (i + 0.5) * scale;
      int begin = (int) Math.max(0, Math.floor(centre - reach + 0.5));
      int end = (int) Math.min(from, Math.floor(centre + reach + 0.5));
      double[] exact = new double[end - begin];
      double sum = 0;
      for (int k = 0; k < exact.length; k++) {
        exact[k] = kernel((begin + k + 0.5 - centre) / stretch);
        sum += exact[k];
      }
      first[i] = begin;
      weights[i] = new float[exact.length];
      for (int k = 0; k < exact.length; k++) {
        weights[i][k] = (float) (exact[k] / sum);
      }
    }
    return new Taps(first, weights);
  }

  private static double sinc(double x) {
    return x == 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
  }

  /** For each output sample the first input sample and the weights from there on. */
  @SuppressWarnings("ArrayRecordComponent") // lives for one call and is never compared
  private record Taps(int[] first, float[][] weights) {

    void alongRows(float[] plane, int offset, int side, float[] out) {
      int to = first.length;
      for (int y = 0; y < side; y++) {
        int row = offset + y * side;
        for (int x = 0; x < to; x++) {
          float[] w = weights[x];
          int at = row + first[x];
          float sum = 0;
          for (int k = 0; k < w.length; k++) {
            sum += w[k] * plane[at + k];
          }
          out[y * to + x] = sum;
        }
      }
    }

    void alongColumns(float[] rows, float[] out, int offset) {
      int to = first.length;
      for (int y = 0; y < to; y++) {
        float[] w = weights[y];
        int target = offset + y * to;
        for (int k = 0; k < w.length; k++) {
          int source = (first[y] + k) * to;
          float weight = w[k];
          for (int x = 0; x < to; x++) {
            out[target + x] += weight * rows[source + x];
          }
        }
      }
    }
  }
}
