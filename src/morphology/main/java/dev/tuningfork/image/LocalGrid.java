package dev.tuningfork.image;

/**
 * How the pixels of an image lie on the sky around one of its positions.
 *
 * @param pixelScale arcseconds a pixel: the root of a pixel's area
 * @param orientation the position angle of the direction up the columns, degrees east of north, 0
 *     to below 360
 * @param mirrored whether east is to the right where north is up, as on a map of the ground
 */
public record LocalGrid(double pixelScale, double orientation, boolean mirrored) {

  private static final double ARCSECONDS_A_RADIAN = Math.toDegrees(1) * 3600;

  /** By the positions of a pixel and of its neighbours to the right and above. */
  static LocalGrid of(SkyPosition here, SkyPosition right, SkyPosition above) {
    double[] alongRow = offset(here, right);
    double[] alongColumn = offset(here, above);
    double area = alongRow[0] * alongColumn[1] - alongRow[1] * alongColumn[0];
    double angle = Math.toDegrees(Math.atan2(alongColumn[0], alongColumn[1]));
    return new LocalGrid(
        Math.sqrt(Math.abs(area)) * ARCSECONDS_A_RADIAN, angle < 0 ? angle + 360 : angle, area > 0);
  }

  /** East and north, radians, on the plane that touches the sky there. */
  private static double[] offset(SkyPosition from, SkyPosition to) {
    double along = Math.toRadians(to.ra() - from.ra());
    double dec = Math.toRadians(to.dec());
    double of = Math.toRadians(from.dec());
    double east = Math.cos(dec) * Math.sin(along);
    double half = Math.sin(along / 2);
    double north = Math.sin(dec - of) + 2 * Math.cos(dec) * Math.sin(of) * half * half;
    return new double[] {east, north};
  }
}
