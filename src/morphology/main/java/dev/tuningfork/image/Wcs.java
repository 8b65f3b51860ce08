package dev.tuningfork.image;

import java.util.Locale;
import java.util.Objects;
import nom.tam.fits.Header;
import org.jspecify.annotations.Nullable;

/**
 * The celestial coordinates of an image (Greisen and Calabretta 2002, A&amp;A 395, 1061; Calabretta
 * and Greisen 2002, A&amp;A 395, 1077): from positions on the sky to its pixels and back. It knows
 * either order of the axes, CD, PC or CDELT with CROTA, any unit of angle, the zenithal projections
 * (TAN, SIN, ARC, STG, ZEA), CAR about the equator, the distortions SIP and TPV, and ICRS, FK5 of
 * any equinox, galactic and ecliptic axes.
 *
 * <p>No library for this is on Maven Central: nom-tam-fits names the keywords and computes nothing,
 * and the code within Aladin, SkyView and JSky is not published as one, or knows no TPV. The tests
 * hold it to {@code astropy.wcs}. The keywords and the transformation are in one class, long as it
 * is, because which keywords count depends on the projection.
 *
 * <p>Positions on the grid count from 0 at the centre of the first pixel, as in astropy. Immutable.
 */
public final class Wcs {

  private static final double ARCSECONDS_A_DEGREE = 3600;

  /** Equinoxes before it are of the system FK4 (FITS standard 4.0, section 8.3). */
  private static final double FIRST_OF_FK5 = 1984;

  private static final String CARTESIAN = "CAR";

  private final Header header;
  private final int longitude;
  private final int latitude;
  private final int[] pixelAxes;
  private final String code;
  private final double @Nullable [][] matrix;
  private final double referenceX;
  private final double referenceY;
  private final Distortion ofPixels;

  /** Null where {@link #problem} says why positions cannot be computed. */
  private final @Nullable Sphere sphere;

  private final @Nullable String problem;

  /**
   * From the plane of projection to the sky.
   *
   * @param projection null for CAR
   * @param longitude of the reference point, radians
   * @param latitude of the reference point, radians
   * @param pole the native longitude of the celestial pole, radians
   * @param ofPlane in degrees
   */
  private record Sphere(
      SkyFrame frame,
      @Nullable Projection projection,
      double longitude,
      double latitude,
      double pole,
      Distortion ofPlane) {}

  private Wcs(Header header, int longitude, int latitude, int[] pixelAxes) {
    this.header = header;
    this.longitude = longitude;
    this.latitude = latitude;
    this.pixelAxes = pixelAxes;
    String type = type(header, longitude);
    this.code = type.length() < 8 ? "" : type.substring(5, 8);
    this.matrix = matrix();
    this.referenceX = header.getDoubleValue("CRPIX" + pixelAxes[0], 0) - 1;
    this.referenceY = header.getDoubleValue("CRPIX" + pixelAxes[1], 0) - 1;
    this.ofPixels = Distortion.sip(header);
    this.problem = findProblem();
    this.sphere = problem == null ? sphere() : null;
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

  /**
   * Why no positions can be computed, as the part of a sentence that follows "its celestial
   * coordinates cannot be used: "; null where they can.
   */
  public @Nullable String problem() {
    return problem;
  }

  private @Nullable String findProblem() {
    if (matrix == null) {
      return "the header has no scale (CD, PC or CDELT), or its unit (CUNIT) is unknown";
    }
    if (matrix[0][0] * matrix[1][1] == matrix[0][1] * matrix[1][0]) {
      return "the matrix of the header (CD, PC or CDELT) cannot be inverted";
    }
    if (!header.containsKey("CRVAL" + longitude) || !header.containsKey("CRVAL" + latitude)) {
      return "the header has no reference point (CRVAL)";
    }
    if (frame() == null) {
      return "the system of coordinates %s %s is not supported (ICRS, FK5, galactic and ecliptic"
              .formatted(coordinate(type(header, longitude)), system())
          + " are)";
    }
    boolean cartesian =
        code.equals(CARTESIAN)
            && value("CRVAL", latitude) == 0
            && header.getDoubleValue("LONPOLE", 0) == 0;
    if (Projection.of(code) == null && !cartesian) {
      return "the projection %s is not supported (TAN, TAN-SIP, TPV, SIN, ARC, STG, ZEA, and CAR"
              .formatted(code.isEmpty() ? type(header, longitude) : code)
          + " about the equator are)";
    }
    for (String table : new String[] {"CPDIS1", "CPDIS2", "D2IMDIS1", "D2IMDIS2", "CQDIS1"}) {
      if (header.containsKey(table)) {
        return "the header has a distortion table (" + table + "), which is not supported";
      }
    }
    return null;
  }

  private Sphere sphere() {
    double referenceLatitude = value("CRVAL", latitude);
    boolean distorted =
        code.equals("TPV") || (code.equals("TAN") && Distortion.isTpv(header, longitude, latitude));
    double otherwise = referenceLatitude < 90 ? 180 : 0;
    double pole =
        header.getDoubleValue(
            "LONPOLE",
            distorted ? otherwise : header.getDoubleValue("PV" + longitude + "_3", otherwise));
    return new Sphere(
        Objects.requireNonNull(frame()),
        Projection.of(code),
        Math.toRadians(value("CRVAL", longitude)),
        Math.toRadians(referenceLatitude),
        Math.toRadians(pole),
        distorted ? Distortion.tpv(header, longitude, latitude) : Distortion.NONE);
  }

  /** Null where it is not known. */
  private @Nullable SkyFrame frame() {
    return switch (coordinate(type(header, longitude))) {
      case "RA" ->
          switch (system()) {
            case "ICRS" -> SkyFrame.ICRS;
            case "FK5" -> SkyFrame.fk5(Double.isNaN(equinox()) ? 2000 : equinox());
            default -> null;
          };
      case "GLON" -> SkyFrame.galactic();
      case "ELON" -> SkyFrame.ecliptic();
      default -> null;
    };
  }

  /** What RADESYS says, or else follows from the equinox. */
  private String system() {
    double equinox = equinox();
    return !radesys().isEmpty()
        ? radesys()
        : Double.isNaN(equinox) ? "ICRS" : equinox < FIRST_OF_FK5 ? "FK4" : "FK5";
  }

  private String radesys() {
    return header
        .getStringValue("RADESYS", header.getStringValue("RADECSYS", ""))
        .strip()
        .toUpperCase(Locale.ROOT);
  }

  /** NaN where the header does not say. */
  private double equinox() {
    double epoch = header.getDoubleValue("EPOCH", 0); // EQUINOX in old files
    return header.getDoubleValue("EQUINOX", radesys().isEmpty() && epoch > 0 ? epoch : Double.NaN);
  }

  /** Arcseconds a pixel at the centre of an image; null where the header does not say. */
  @Nullable Double pixelScale(int width, int height) {
    if (matrix == null) {
      return null;
    }
    double area = Math.abs(matrix[0][0] * matrix[1][1] - matrix[0][1] * matrix[1][0]);
    if (code.equals(CARTESIAN)) {
      double[] pixels = ofPixels.apply(middle(width) - referenceX, middle(height) - referenceY);
      area *= Math.cos(Math.toRadians(matrix[1][0] * pixels[0] + matrix[1][1] * pixels[1]));
    }
    double arcseconds = Math.sqrt(area) * ARCSECONDS_A_DEGREE;
    return arcseconds > 0 && Double.isFinite(arcseconds) ? arcseconds : null;
  }

  private static double middle(int length) {
    return (length - 1) / 2.0;
  }

  /** The position of the centre of an image; null where it cannot be computed. */
  @Nullable SkyPosition centre(int width, int height) {
    return toSky(middle(width), middle(height));
  }

  /**
   * The point of the sky at a position on the grid.
   *
   * @return null where the projection shows none
   */
  public @Nullable SkyPosition toSky(double x, double y) {
    if (sphere == null || matrix == null) {
      return null;
    }
    double[] pixels = ofPixels.apply(x - referenceX, y - referenceY);
    double[] plane =
        sphere.ofPlane.apply(
            matrix[0][0] * pixels[0] + matrix[0][1] * pixels[1],
            matrix[1][0] * pixels[0] + matrix[1][1] * pixels[1]);
    if (sphere.projection == null) {
      return sphere.frame.position(
          sphere.longitude + Math.toRadians(plane[0]), Math.toRadians(plane[1]));
    }
    double theta =
        sphere.projection.latitude(Math.toRadians(Math.hypot(plane[0], plane[1]))); // native
    double turned = Math.atan2(plane[0], -plane[1]) - sphere.pole;
    // spherical coordinates about the native pole, in the system of the axes
    double east = -Math.cos(theta) * Math.sin(turned);
    double toPole =
        Math.sin(theta) * Math.cos(sphere.latitude)
            - Math.cos(theta) * Math.sin(sphere.latitude) * Math.cos(turned);
    double up =
        Math.sin(theta) * Math.sin(sphere.latitude)
            + Math.cos(theta) * Math.cos(sphere.latitude) * Math.cos(turned);
    return sphere.frame.position(
        sphere.longitude + Math.atan2(east, toPole), Math.atan2(up, Math.hypot(east, toPole)));
  }

  /**
   * The position of a point of the sky on the grid.
   *
   * @return null where the projection does not show it
   */
  public @Nullable PixelPosition toPixel(SkyPosition sky) {
    if (sphere == null || matrix == null) {
      return null;
    }
    double[] own = sphere.frame.of(sky);
    double along = own[0] - sphere.longitude;
    double x;
    double y;
    if (sphere.projection == null) {
      x = Math.toDegrees(Math.IEEEremainder(along, 2 * Math.PI));
      y = Math.toDegrees(own[1]);
    } else {
      double east = -Math.cos(own[1]) * Math.sin(along);
      double north =
          Math.sin(own[1]) * Math.cos(sphere.latitude)
              - Math.cos(own[1]) * Math.sin(sphere.latitude) * Math.cos(along);
      double sin =
          Math.sin(own[1]) * Math.sin(sphere.latitude)
              + Math.cos(own[1]) * Math.cos(sphere.latitude) * Math.cos(along);
      double phi = sphere.pole + Math.atan2(east, north);
      double radius = Math.toDegrees(sphere.projection.radius(Math.hypot(east, north), sin));
      x = radius * Math.sin(phi);
      y = -radius * Math.cos(phi);
    }
    if (!Double.isFinite(x + y)) {
      return null;
    }
    double[] plane = sphere.ofPlane.undo(x, y);
    if (plane == null) {
      return null;
    }
    double determinant = matrix[0][0] * matrix[1][1] - matrix[0][1] * matrix[1][0];
    double[] pixels =
        ofPixels.undo(
            (matrix[1][1] * plane[0] - matrix[0][1] * plane[1]) / determinant,
            (matrix[0][0] * plane[1] - matrix[1][0] * plane[0]) / determinant);
    return pixels == null
        ? null
        : new PixelPosition(pixels[0] + referenceX, pixels[1] + referenceY);
  }

  /**
   * How the grid lies on the sky around a position.
   *
   * @return null where the projection shows nothing
   */
  public @Nullable LocalGrid at(double x, double y) {
    SkyPosition here = toSky(x, y);
    SkyPosition right = toSky(x + 1, y);
    SkyPosition above = toSky(x, y + 1);
    return here == null || right == null || above == null ? null : LocalGrid.of(here, right, above);
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
    double[][] made = new double[2][2];
    for (int row = 0; row < 2; row++) {
      int world = row == 0 ? longitude : latitude;
      for (int column = 0; column < 2; column++) {
        int pixel = pixelAxes[column];
        String key = world + "_" + pixel;
        made[row][column] =
            degrees(world)
                * (cd
                    ? header.getDoubleValue("CD" + key, 0)
                    : pc
                        ? header.getDoubleValue("CDELT" + world, 1) * turning(world, pixel)
                        : turned(row, world, pixel));
      }
    }
    return made;
  }

  private boolean isAny(String keyword) {
    for (int world : new int[] {longitude, latitude}) {
      for (int pixel : pixelAxes) {
        if (header.containsKey(keyword + world + "_" + pixel)
            || (keyword.equals("PC") && header.containsKey(oldTurning(world, pixel)))) {
          return true;
        }
      }
    }
    return false;
  }

  /** An element of PC. */
  private double turning(int world, int pixel) {
    return header.getDoubleValue(
        "PC" + world + "_" + pixel,
        header.getDoubleValue(oldTurning(world, pixel), world == pixel ? 1 : 0));
  }

  /** The keyword of an early draft, which Pan-STARRS writes: PC001002. */
  private static String oldTurning(int world, int pixel) {
    return "PC00%d00%d".formatted(world, pixel);
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
