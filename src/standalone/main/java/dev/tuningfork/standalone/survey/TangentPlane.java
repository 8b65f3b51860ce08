package dev.tuningfork.standalone.survey;

/**
 * The gnomonic projection of a tile (TAN of Calabretta and Greisen 2002) with north up and east to
 * the left.
 *
 * @param ra right ascension of the tangent point, degrees
 * @param dec declination of the same
 * @param pixelScale arcseconds a pixel
 */
record TangentPlane(double ra, double dec, double pixelScale) {

  /** Right ascension and declination of a place, given in pixels from the tangent point. */
  double[] toSky(double right, double up) {
    double xi = -Math.toRadians(right * pixelScale / 3600);
    double eta = Math.toRadians(up * pixelScale / 3600);
    double pole = Math.toRadians(dec);
    double denominator = Math.cos(pole) - eta * Math.sin(pole);
    double alpha = Math.toRadians(ra) + Math.atan2(xi, denominator);
    double delta = Math.atan2(Math.sin(pole) + eta * Math.cos(pole), Math.hypot(xi, denominator));
    double degrees = Math.toDegrees(alpha) % 360;
    return new double[] {degrees < 0 ? degrees + 360 : degrees, Math.toDegrees(delta)};
  }
}
