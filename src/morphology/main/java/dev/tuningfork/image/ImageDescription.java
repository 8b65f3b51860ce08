package dev.tuningfork.image;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the sender of an image says about it; whatever is absent is told from the bytes.
 *
 * @param mediaType {@code image/jpeg}, {@code image/png}, {@code image/fits} or {@code
 *     image/x-fits-gzip}
 * @param hdu the name (EXTNAME) or the index of the FITS header-data unit that holds the image
 * @param pixelScale arcseconds a pixel
 * @param bands the order of the channels, such as {@code g, r, z}; empty where it is not known
 */
public record ImageDescription(
    @Nullable String mediaType,
    @Nullable String hdu,
    @Nullable Double pixelScale,
    List<String> bands) {

  /** Nothing is said. */
  public static final ImageDescription NONE = new ImageDescription(null, null, null, List.of());

  public ImageDescription {
    bands = List.copyOf(bands);
  }
}
