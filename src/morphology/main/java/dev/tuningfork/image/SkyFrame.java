package dev.tuningfork.image;

import org.jspecify.annotations.Nullable;

/**
 * A system of celestial coordinates, as a rotation of ICRS.
 *
 * <p>FK5 is turned against ICRS by 23 milliarcseconds, and its equinoxes precess after IAU 2006
 * (Capitaine, Wallace and Chapront 2003, A&amp;A 412, 567). The galactic system is defined on FK5
 * of J2000 (Blaauw et al. 1960, in the numbers that astropy uses).
 *
 * @param rotation rows are the axes of the system in ICRS
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record SkyFrame(double[][] rotation) {

  private static final double MILLIARCSECONDS = 3_600_000;

  /** Degrees. */
  private static final double OBLIQUITY = 84381.448 / 3600;

  private static final double GALACTIC_POLE_RA = 192.8594812065348;
  private static final double GALACTIC_POLE_DEC = 27.12825118085622;
  private static final double CELESTIAL_POLE_LONGITUDE = 122.9319185680026;

  static final SkyFrame ICRS = new SkyFrame(new double[][] {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}});

  private static final double[][] FK5_J2000 =
      product(
          about(0, 19.9 / MILLIARCSECONDS),
          product(about(1, 9.1 / MILLIARCSECONDS), about(2, -22.9 / MILLIARCSECONDS)));

  /** FK5 of an equinox, Julian years. */
  static SkyFrame fk5(double equinox) {
    double t = (equinox - 2000) / 100;
    if (t == 0) {
      return new SkyFrame(FK5_J2000);
    }
    double zeta =
        polynomial(t, 2.650545, 2306.083227, 0.2988499, 0.01801828, -0.000005971, -3.173e-7);
    double z =
        polynomial(t, -2.650545, 2306.077181, 1.0927348, 0.01826837, -0.000028596, -2.904e-7);
    double theta = polynomial(t, 0, 2004.191903, -0.4294934, -0.04182264, -0.000007089, -1.274e-7);
    double[][] precession = product(about(2, -z), product(about(1, theta), about(2, -zeta)));
    return new SkyFrame(product(precession, FK5_J2000));
  }

  static SkyFrame galactic() {
    double[][] ofFk5 =
        product(
            about(2, 180 - CELESTIAL_POLE_LONGITUDE),
            product(about(1, 90 - GALACTIC_POLE_DEC), about(2, GALACTIC_POLE_RA)));
    return new SkyFrame(product(ofFk5, FK5_J2000));
  }

  /** Of the mean ecliptic of J2000. */
  static SkyFrame ecliptic() {
    return new SkyFrame(about(0, OBLIQUITY));
  }

  /** In degrees, of arcseconds. */
  private static double polynomial(double t, double... coefficients) {
    double sum = 0;
    for (int i = coefficients.length - 1; i >= 0; i--) {
      sum = sum * t + coefficients[i];
    }
    return sum / 3600;
  }

  /** Turns the axes about one of them (0, 1, 2), by degrees. */
  private static double[][] about(int axis, double degrees) {
    double cos = Math.cos(Math.toRadians(degrees));
    double sin = Math.sin(Math.toRadians(degrees));
    double[][] matrix = new double[3][3];
    int next = (axis + 1) % 3;
    int last = (axis + 2) % 3;
    matrix[axis][axis] = 1;
    matrix[next][next] = cos;
    matrix[last][last] = cos;
    matrix[next][last] = sin;
    matrix[last][next] = -sin;
    return matrix;
  }

  private static double[][] product(double[][] left, double[][] right) {
    double[][] product = new double[3][3];
    for (int row = 0; row < 3; row++) {
      for (int column = 0; column < 3; column++) {
        for (int k = 0; k < 3; k++) {
          product[row][column] += left[row][k] * right[k][column];
        }
      }
    }
    return product;
  }

  /** Longitude and latitude in this system, radians. */
  double[] of(SkyPosition position) {
    double ra = Math.toRadians(position.ra());
    double dec = Math.toRadians(position.dec());
    double[] icrs = {Math.cos(dec) * Math.cos(ra), Math.cos(dec) * Math.sin(ra), Math.sin(dec)};
    double[] turned = new double[3];
    for (int row = 0; row < 3; row++) {
      for (int k = 0; k < 3; k++) {
        turned[row] += rotation[row][k] * icrs[k];
      }
    }
    return new double[] {
      Math.atan2(turned[1], turned[0]), Math.atan2(turned[2], Math.hypot(turned[0], turned[1]))
    };
  }

  /** The position at a longitude and latitude of this system, radians. */
  @Nullable SkyPosition position(double longitude, double latitude) {
    double[] own = {
      Math.cos(latitude) * Math.cos(longitude),
      Math.cos(latitude) * Math.sin(longitude),
      Math.sin(latitude)
    };
    double[] icrs = new double[3];
    for (int k = 0; k < 3; k++) {
      for (int row = 0; row < 3; row++) {
        icrs[k] += rotation[row][k] * own[row];
      }
    }
    return SkyPosition.of(
        Math.toDegrees(Math.atan2(icrs[1], icrs[0])),
        Math.toDegrees(Math.atan2(icrs[2], Math.hypot(icrs[0], icrs[1]))));
  }
}
