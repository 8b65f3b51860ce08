package dev.tuningfork.image;

import java.util.Locale;
import nom.tam.fits.Header;
import org.jspecify.annotations.Nullable;

/**
 * The celestial coordinates of an image (Greisen and Calabretta 2002, A&A 395, 1061; Calabretta and
 * Greisen 2002, A&A 395, 1077), as far as its pixel scale and the position of its centre need them:
 * either order of the axes, CD, PC or CDELT with CROTA, any unit of angle, equatorial, galactic and
 * ecliptic axes, and SIP distortions.
 */
public final class Wcs {

  private static final double ARCSECONDS_A_DEGREE = 3600;

  /** Equinoxes before it are of the system FK4 (FITS standard 4.0, section 8.3). */
  private static final double FIRST_OF_FK5 = 1984;

  /** Of J2000, degrees. */
  private static final double OBLIQUITY = 84381.448 / ARCSECONDS_A_DEGREE;

  /** The galactic pole in ICRS, and the galactic longitude of the celestial pole, degrees. */
  private static final double GALACTIC_POLE_RA = 192.859481;

  private static final double GALACTIC_POLE_DEC = 27.128251;
  private static final double CELESTIAL_POLE_LONGITUDE = 122.931918;

  private final Header header;
  private final int longitude;
  private final int latitude;
  private final int[] pixelAxes;
  private final String projection;

  private Wcs(Header header, int longitude, int latitude, int[] pixelAxes) {
    this.header = header;
    this.longitude = longitude;
    this.latitude = latitude;
    this.pixelAxes = pixelAxes;
    String type = type(header, longitude);
    this.projection = type.length() < 8 ? "" : type.substring(5, 8);
  }

  /**
   * Reads a header.
   *
   * @param pixelAxes the numbers of the image's horizontal and vertical axis, from 1
   * @return null where there is no pair of celestial axes
   */
  static @Nullable Wcs of(Header header, int... pixelAxes) {
    int longitude = 0;
    int latitude = 0;
    int axes = Math.clamp(header.getIntValue("WCSAXES", 9), 2, 9);
    for (int axis = 1; axis <= axes; axis++) {
      String coordinate = coordinate(type(header, axis));
      if (coordinate.equals("RA") || coordinate.endsWith("LON")) {
        longitude = axis;
      } else if (coordinate.equals("DEC") || coordinate.endsWith("LAT")) {
        latitude = axis;
      }
    }
    if (longitude > 0 && longitude <= 2 && latitude == 0) {
      latitude = 3 - longitude; // some headers name one axis alone
    }
    return longitude == 0 || latitude == 0 ? null : new Wcs(header, longitude, latitude, pixelAxes);
  }

  private static String type(Header header, int axis) {
    return header.getStringValue("CTYPE" + axis, "").strip().toUpperCase(Locale.ROOT);
  }

  /** {@code RA} of {@code RA---TAN}. */
  private static String coordinate(String type) {
    int dash = type.indexOf('-');
    return dash < 0 ? type : type.substring(0, dash);
  }

  /** Arcseconds a pixel at the centre of an image; null where the header does not say. */
  @Nullable Double pixelScale(int width, int height) {
    double[][] matrix = matrix();
    if (matrix == null) {
      return null;
    }
    double area = Math.abs(matrix[0][0] * matrix[1][1] - matrix[0][1] * matrix[1][0]);
    if (projection.equals("CAR")) {
      area *= Math.cos(Math.toRadians(projected(width, height, matrix)[1]));
    }
    double arcseconds = Math.sqrt(area) * ARCSECONDS_A_DEGREE;
    return arcseconds > 0 && Double.isFinite(arcseconds) ? arcseconds : null;
  }

  /**
   * The position of a point of the sky on the grid.
   *
   * @return null where the projection does not show it
   */
  public @Nullable PixelPosition toPixel(SkyPosition sky) {
    throw new UnsupportedOperationException();
  }

  /**
   * The point of the sky at a position on the grid.
   *
   * @return null where the projection shows none
   */
  public @Nullable SkyPosition toSky(double x, double y) {
    throw new UnsupportedOperationException();
  }

  /** Arcseconds a pixel around a position of the grid: the root of a pixel's area. */
  public double scaleAt(double x, double y) {
    throw new UnsupportedOperationException();
  }

  /** The position angle of the direction up the columns, degrees east of north, 0 to below 360. */
  public double orientationAt(double x, double y) {
    throw new UnsupportedOperationException();
  }

  /** Whether east is to the right where north is up, as on the ground and not on the sky. */
  public boolean isMirrored() {
    throw new UnsupportedOperationException();
  }

  /** Where the centre of an image is; null where that cannot be told. */
  @Nullable SkyPosition centre(int width, int height) {
    double[][] matrix = matrix();
    double referenceLongitude = value("CRVAL", longitude);
    double referenceLatitude = value("CRVAL", latitude);
    if (matrix == null
        || !header.containsKey("CRVAL" + longitude)
        || !header.containsKey("CRVAL" + latitude)
        || isOfAnotherEquinox()
        || isDistortedByPolynomials()) {
      return null;
    }
    double[] plane = projected(width, height, matrix);
    double radius = Math.toRadians(Math.hypot(plane[0], plane[1]));
    double theta; // the native latitude, radians
    switch (projection) {
      case "TAN" -> theta = Math.atan2(1, radius);
      case "SIN" -> theta = Math.acos(radius);
      case "ARC" -> theta = Math.PI / 2 - radius;
      case "STG" -> theta = Math.PI / 2 - 2 * Math.atan(radius / 2);
      case "ZEA" -> theta = Math.PI / 2 - 2 * Math.asin(radius / 2);
      case "CAR" -> {
        return referenceLatitude == 0
            ? position(referenceLongitude + plane[0], plane[1])
            : null; // a rotated grid, which surveys do not cut images from
      }
      default -> {
        return null;
      }
    }
    double phi = Math.atan2(plane[0], -plane[1]);
    double pole =
        Math.toRadians(
            header.getDoubleValue(
                "LONPOLE",
                header.getDoubleValue("PV" + longitude + "_3", referenceLatitude < 90 ? 180 : 0)));
    double[] turned =
        rotated(phi - pole, theta, Math.toRadians(referenceLatitude)); // about the native pole
    return position(referenceLongitude + Math.toDegrees(turned[0]), Math.toDegrees(turned[1]));
  }

  /**
   * Spherical coordinates of which the pole is at a latitude of another system, in that system:
   * longitude (from the pole's) and latitude, radians.
   */
  private static double[] rotated(double longitude, double latitude, double pole) {
    double x =
        Math.sin(latitude) * Math.cos(pole)
            - Math.cos(latitude) * Math.sin(pole) * Math.cos(longitude);
    double y = -Math.cos(latitude) * Math.sin(longitude);
    double z =
        Math.sin(latitude) * Math.sin(pole)
            + Math.cos(latitude) * Math.cos(pole) * Math.cos(longitude);
    return new double[] {Math.atan2(y, x), Math.asin(Math.clamp(z, -1, 1))};
  }

  /** In ICRS, of degrees in the system of the axes. */
  private @Nullable SkyPosition position(double along, double above) {
    double lon = Math.toRadians(along);
    double lat = Math.toRadians(above);
    return switch (coordinate(type(header, longitude))) {
      case "RA" -> SkyPosition.of(along, above);
      case "GLON" -> {
        double[] turned =
            rotated(
                lon - Math.toRadians(CELESTIAL_POLE_LONGITUDE),
                lat,
                Math.toRadians(GALACTIC_POLE_DEC));
        yield SkyPosition.of(
            GALACTIC_POLE_RA + Math.toDegrees(turned[0]), Math.toDegrees(turned[1]));
      }
      case "ELON" -> {
        double tilt = Math.toRadians(OBLIQUITY);
        double x = Math.cos(lat) * Math.cos(lon);
        double y = Math.cos(lat) * Math.sin(lon) * Math.cos(tilt) - Math.sin(lat) * Math.sin(tilt);
        double z = Math.cos(lat) * Math.sin(lon) * Math.sin(tilt) + Math.sin(lat) * Math.cos(tilt);
        yield SkyPosition.of(Math.toDegrees(Math.atan2(y, x)), Math.toDegrees(Math.asin(z)));
      }
      default -> null;
    };
  }

  private boolean isOfAnotherEquinox() {
    double equinox = header.getDoubleValue("EQUINOX", 2000);
    String system = header.getStringValue("RADESYS", header.getStringValue("RADECSYS", ""));
    double epoch = header.getDoubleValue("EPOCH", 2000); // EQUINOX in old files
    boolean old =
        !header.containsKey("EQUINOX") && system.isBlank() && epoch > 0 && epoch < FIRST_OF_FK5;
    return equinox != 2000 || old || system.strip().toUpperCase(Locale.ROOT).startsWith("FK4");
  }

  /** As SCAMP and TPV write them, under the keywords of a projection's parameters. */
  private boolean isDistortedByPolynomials() {
    return header.containsKey("PV" + longitude + "_5")
        || header.containsKey("PV" + latitude + "_5");
  }

  /** The centre on the plane of projection: degrees along longitude and latitude. */
  private double[] projected(int width, int height, double[][] matrix) {
    double u = (width + 1) / 2.0 - header.getDoubleValue("CRPIX" + pixelAxes[0], 0);
    double v = (height + 1) / 2.0 - header.getDoubleValue("CRPIX" + pixelAxes[1], 0);
    double x = u + distortion("A", u, v);
    double y = v + distortion("B", u, v);
    return new double[] {matrix[0][0] * x + matrix[0][1] * y, matrix[1][0] * x + matrix[1][1] * y};
  }

  /** SIP (Shupe et al. 2005, ASP Conf. Ser. 347, 491), pixels. */
  private double distortion(String polynomial, double u, double v) {
    int order =
        type(header, longitude).endsWith("-SIP")
            ? Math.clamp(header.getIntValue(polynomial + "_ORDER", 0), 0, 9)
            : 0;
    double sum = 0;
    for (int p = 0; p <= order; p++) {
      for (int q = 0; p + q <= order; q++) {
        String key = polynomial + "_" + p + "_" + q;
        if (order > 0 && header.containsKey(key)) {
          sum += header.getDoubleValue(key, 0) * Math.pow(u, p) * Math.pow(v, q);
        }
      }
    }
    return sum;
  }

  /**
   * From pixels to degrees: rows are longitude and latitude, columns the pixel axes. Null where the
   * header has none, or an unknown unit.
   */
  private double @Nullable [][] matrix() {
    boolean cd = isAny("CD");
    boolean pc = isAny("PC");
    if (!cd
        && !pc
        && !header.containsKey("CDELT" + longitude)
        && !header.containsKey("CDELT" + latitude)) {
      return null;
    }
    if (Double.isNaN(degrees(longitude) + degrees(latitude))) {
      return null;
    }
    double[][] matrix = new double[2][2];
    for (int row = 0; row < 2; row++) {
      int world = row == 0 ? longitude : latitude;
      for (int column = 0; column < 2; column++) {
        int pixel = pixelAxes[column];
        String key = world + "_" + pixel;
        matrix[row][column] =
            degrees(world)
                * (cd
                    ? header.getDoubleValue("CD" + key, 0)
                    : pc
                        ? header.getDoubleValue("CDELT" + world, 1)
                            * header.getDoubleValue("PC" + key, world == pixel ? 1 : 0)
                        : turned(row, world, pixel));
      }
    }
    return matrix;
  }

  private boolean isAny(String matrix) {
    for (int world : new int[] {longitude, latitude}) {
      for (int pixel : pixelAxes) {
        if (header.containsKey(matrix + world + "_" + pixel)) {
          return true;
        }
      }
    }
    return false;
  }

  /** The older form: steps along the axes, turned by the angle that the latitude's axis has. */
  private double turned(int row, int world, int pixel) {
    double angle = Math.toRadians(header.getDoubleValue("CROTA" + latitude, 0));
    double step = header.getDoubleValue("CDELT" + pixel, 1);
    if (world == pixel) {
      return step * Math.cos(angle);
    }
    boolean celestial = pixel == longitude || pixel == latitude;
    return celestial ? (row == 0 ? -step : step) * Math.sin(angle) : 0;
  }

  private double value(String keyword, int axis) {
    return degrees(axis) * header.getDoubleValue(keyword + axis, 0);
  }

  /** The unit of an axis in degrees; NaN where it is unknown. */
  private double degrees(int axis) {
    return switch (header.getStringValue("CUNIT" + axis, "").strip().toLowerCase(Locale.ROOT)) {
      case "", "deg", "degs", "degree", "degrees" -> 1;
      case "arcmin", "arcmins", "arcminute", "arcminutes", "amin" -> 1 / 60.0;
      case "arcsec", "arcsecs", "arcsecond", "arcseconds", "asec" -> 1 / ARCSECONDS_A_DEGREE;
      case "mas", "marcsec", "milliarcsec" -> 1e-3 / ARCSECONDS_A_DEGREE;
      case "uas", "uarcsec", "microarcsec" -> 1e-6 / ARCSECONDS_A_DEGREE;
      case "rad", "radian", "radians" -> Math.toDegrees(1);
      case "hourangle", "hour", "hours" -> 15;
      default -> Double.NaN;
    };
  }
}
