package dev.tuningfork.image;

import org.jspecify.annotations.Nullable;

/**
 * A position on the sky.
 *
 * @param ra right ascension, degrees (ICRS), 0 to below 360
 * @param dec declination, degrees (ICRS), −90 to 90
 */
public record SkyPosition(double ra, double dec) {

  /** Of any right ascension; null where the numbers are no position. */
  static @Nullable SkyPosition of(double ra, double dec) {
    if (!Double.isFinite(ra) || !(Math.abs(dec) <= 90)) {
      return null;
    }
    double turned = ra % 360;
    return new SkyPosition(turned < 0 ? turned + 360 : turned, dec);
  }
}
