package dev.tuningfork.image;

import org.jspecify.annotations.Nullable;

/**
 * What was found out about an image while it was prepared.
 *
 * @param hdu the name (EXTNAME), or without one the index, of the FITS header-data unit that was
 *     taken; null for other formats
 * @param pixelScale arcseconds a pixel, as the sender or else the file says; null where neither
 *     does
 * @param centre the position of the image's centre by its celestial coordinates; null without them
 * @param undefined the share of pixels, in the part that the model looks at, that were undefined
 *     and had to be filled, 0 to 1
 */
public record ImageFacts(
    @Nullable String hdu,
    @Nullable Double pixelScale,
    @Nullable SkyPosition centre,
    double undefined) {

  /** Nothing is known, and nothing is missing. */
  public static final ImageFacts NONE = new ImageFacts(null, null, null, 0);
}
