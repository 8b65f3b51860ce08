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
        "\"" + name + "\" is not a kind of resampling: BILINEAR and LANCZOS are known.");
  }

  /** How far its kernel reaches, in pixels. */
  double support() {
    return support;
  }

  /**
   * Resamples square planes.
   *
   * @param planes one plane of {@code taps.from()} × {@code taps.from()} numbers after the other
   * @return as many planes of {@code taps.to()} × {@code taps.to()} numbers
   */
  static float[] resample(float[] planes, Taps taps) {
    int from = taps.from();
    int to = taps.to();
    int count = planes.length / (from * from);
    float[][] rows = new float[from][to];
    float[] resampled = new float[count * to * to];
    for (int plane = 0; plane < count; plane++) {
      taps.alongRows(planes, plane * from * from, rows);
      taps.alongColumns(rows, resampled, plane * to * to);
    }
    return resampled;
  }

  private static double sinc(double x) {
    return x == 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
  }
}
