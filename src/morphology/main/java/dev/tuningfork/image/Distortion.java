package dev.tuningfork.image;

import java.util.stream.IntStream;
import nom.tam.fits.Header;
import org.jspecify.annotations.Nullable;

/** A small change of the plane that polynomials describe, and its inverse. */
interface Distortion {

  /** Changes nothing. */
  Distortion NONE = (x, y) -> new double[] {x, y};

  /** Newton's method, until nothing changes: the distortions of surveys need 3 or 4 rounds. */
  int ROUNDS = 20;

  /** Where a point of the undistorted plane is. */
  double[] apply(double x, double y);

  /** The undistorted point of a point; null where there is none. */
  default double @Nullable [] undo(double x, double y) {
    if (this.equals(NONE)) {
      return new double[] {x, y};
    }
    double u = x;
    double v = y;
    double step = 1e-6 * Math.max(1e-3, Math.max(Math.abs(x), Math.abs(y)));
    double enough = 1e-12 * Math.max(1e-3, Math.max(Math.abs(x), Math.abs(y)));
    for (int round = 0; round < ROUNDS; round++) {
      double[] at = apply(u, v);
      double[] right = apply(u + step, v);
      double[] up = apply(u, v + step);
      double dx = x - at[0];
      double dy = y - at[1];
      double a = (right[0] - at[0]) / step;
      double b = (up[0] - at[0]) / step;
      double c = (right[1] - at[1]) / step;
      double d = (up[1] - at[1]) / step;
      double determinant = a * d - b * c;
      double du = (d * dx - b * dy) / determinant;
      double dv = (a * dy - c * dx) / determinant;
      u += du;
      v += dv;
      if (Math.abs(du) + Math.abs(dv) <= enough) {
        return new double[] {u, v};
      }
    }
    return null;
  }

  /**
   * SIP (Shupe et al. 2005, ASP Conf. Ser. 347, 491), in pixels from the reference pixel. As
   * astropy does, it is applied where its orders are above 1, whatever CTYPE says.
   */
  static Distortion sip(Header header) {
    double[][] a = sip(header, "A");
    double[][] b = sip(header, "B");
    return a.length == 0 && b.length == 0
        ? NONE
        : (u, v) -> new double[] {u + sum(a, u, v), v + sum(b, u, v)};
  }

  private static double[][] sip(Header header, String polynomial) {
    int order = Math.clamp(header.getIntValue(polynomial + "_ORDER", 0), 0, 9);
    if (order < 2) {
      return new double[0][];
    }
    double[][] coefficients = new double[order + 1][];
    for (int p = 0; p <= order; p++) {
      coefficients[p] = new double[order + 1 - p];
      for (int q = 0; p + q <= order; q++) {
        coefficients[p][q] = header.getDoubleValue(polynomial + "_" + p + "_" + q, 0);
      }
    }
    return coefficients;
  }

  /** Of terms uᵖvq. */
  private static double sum(double[][] coefficients, double u, double v) {
    double sum = 0;
    for (int p = coefficients.length - 1; p >= 0; p--) {
      double inner = 0;
      for (int q = coefficients[p].length - 1; q >= 0; q--) {
        inner = inner * v + coefficients[p][q];
      }
      sum = sum * u + inner;
    }
    return sum;
  }

  /**
   * TPV (registry of FITS conventions), in degrees on the plane of projection: 39 terms under the
   * keywords PV. Files of SCAMP say TAN and mean this.
   */
  static Distortion tpv(Header header, int longitude, int latitude) {
    double[] along = tpv(header, longitude);
    double[] across = tpv(header, latitude);
    return (x, y) -> {
      double r = Math.hypot(x, y);
      return new double[] {sum(along, x, y, r), sum(across, y, x, r)};
    };
  }

  /** Whether the header has terms that only a distortion has. */
  static boolean isTpv(Header header, int longitude, int latitude) {
    return IntStream.range(5, 40).anyMatch(m -> header.containsKey("PV" + longitude + "_" + m))
        || IntStream.range(0, 40).anyMatch(m -> header.containsKey("PV" + latitude + "_" + m));
  }

  private static double[] tpv(Header header, int axis) {
    double[] terms = new double[40];
    for (int m = 0; m < terms.length; m++) {
      terms[m] = header.getDoubleValue("PV" + axis + "_" + m, m == 1 ? 1 : 0);
    }
    return terms;
  }

  /** The terms are 1, x, y, r, x², xy, y², x³ …, and r³, r⁵ and r⁷ after those of their order. */
  private static double sum(double[] terms, double x, double y, double r) {
    double sum = 0;
    int term = 0;
    double radial = r;
    for (int order = 0; order <= 7; order++) {
      double power = Math.pow(x, order);
      for (int q = 0; q <= order; q++) {
        double coefficient = terms[term++];
        if (coefficient != 0) {
          sum += coefficient * (q == 0 ? power : Math.pow(x, order - q) * Math.pow(y, q));
        }
      }
      if (order % 2 == 1) {
        sum += terms[term++] * radial;
        radial *= r * r;
      }
    }
    return sum;
  }
}
