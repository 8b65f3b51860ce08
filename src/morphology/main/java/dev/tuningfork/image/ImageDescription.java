package dev.tuningfork.image;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the sender of an image says about it; absent values are found from the bytes.
 *
 * @param hdu the name (EXTNAME), the name and version ({@code SCI,2}) or the index of the FITS
 *     header-data unit that holds the image
 * @param pixelScale arcseconds a pixel
 * @param bands the order of the channels, such as {@code g, r, z}; empty where it is not known
 * @param fieldOfView the side of the central square to use, arcseconds: as if the image had been
 *     cut to it; null for the whole image
 */
public record ImageDescription(
    @Nullable String hdu,
    @Nullable Double pixelScale,
    List<String> bands,
    @Nullable Double fieldOfView) {

  /** Nothing is said. */
  public static final ImageDescription NONE = new ImageDescription(null, null, List.of(), null);

  public ImageDescription {
    bands = List.copyOf(bands);
  }
}
