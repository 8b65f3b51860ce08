package dev.tuningfork.image;

import org.jspecify.annotations.Nullable;

/**
 * Zenithal projections of the sphere (Calabretta and Greisen 2002, A&amp;A 395, 1077, section 5.1):
 * the distance from the reference point on the plane follows from that on the sphere alone.
 */
enum Projection {
  /** Gnomonic. */
  TAN {
    @Override
    double radius(double cos, double sin) {
      return sin > 0 ? cos / sin : Double.NaN;
    }

    @Override
    double latitude(double radius) {
      return Math.atan2(1, radius);
    }
  },
  /** Orthographic. */
  SIN {
    @Override
    double radius(double cos, double sin) {
      return sin >= 0 ? cos : Double.NaN;
    }

    @Override
    double latitude(double radius) {
      return Math.acos(radius);
    }
  },
  /** Equidistant. */
  ARC {
    @Override
    double radius(double cos, double sin) {
      return Math.atan2(cos, sin);
    }

    @Override
    double latitude(double radius) {
      return Math.PI / 2 - radius;
    }
  },
  /** Stereographic. */
  STG {
    @Override
    double radius(double cos, double sin) {
      return 2 * cos / (1 + sin);
    }

    @Override
    double latitude(double radius) {
      return Math.PI / 2 - 2 * Math.atan(radius / 2);
    }
  },
  /** Equal-area. */
  ZEA {
    @Override
    double radius(double cos, double sin) {
      return 2 * Math.sin(Math.atan2(cos, sin) / 2);
    }

    @Override
    double latitude(double radius) {
      return Math.PI / 2 - 2 * Math.asin(radius / 2);
    }
  };

  /**
   * The distance from the reference point on the plane, radians.
   *
   * @param cos of the native latitude
   * @param sin of the native latitude
   * @return NaN where the projection does not show it
   */
  abstract double radius(double cos, double sin);

  /** The native latitude at a distance on the plane, both in radians; may be NaN. */
  abstract double latitude(double radius);

  /** By its code, such as {@code TAN}; TPV is TAN with a distortion. */
  static @Nullable Projection of(String code) {
    for (Projection projection : values()) {
      if (projection.name().equals(code) || (projection == TAN && code.equals("TPV"))) {
        return projection;
      }
    }
    return null;
  }
}
