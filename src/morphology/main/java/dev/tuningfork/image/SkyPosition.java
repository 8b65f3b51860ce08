package dev.tuningfork.image;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A position on the sky.
 *
 * @param ra right ascension, degrees (ICRS), 0 to below 360
 * @param dec declination, degrees (ICRS), −90 to 90
 */
public record SkyPosition(double ra, double dec) {

  private static final SkyFrame GALACTIC = SkyFrame.galactic();

  /**
   * The position at galactic coordinates.
   *
   * @param longitude degrees, of any turn
   * @param latitude degrees, −90 to 90
   */
  public static SkyPosition ofGalactic(double longitude, double latitude) {
    return Objects.requireNonNull(
        GALACTIC.position(Math.toRadians(longitude), Math.toRadians(latitude)));
  }

  /** Of any right ascension; null where the numbers are not a position. */
  static @Nullable SkyPosition of(double ra, double dec) {
    if (!Double.isFinite(ra) || !(Math.abs(dec) <= 90)) {
      return null;
    }
    double turned = ra % 360;
    return new SkyPosition(turned < 0 ? turned + 360 : turned, dec);
  }
}
