package dev.tuningfork.image;

/**
 * How large an image may be. Both are checked against the file's header before any pixel is
 * allocated.
 *
 * @param pixels the most pixels in one plane (width × height)
 * @param bytes the most bytes, both of the file and of any uncompressed form of it
 */
public record ImageLimits(long pixels, long bytes) {

  /** 64 Mpixel and 64 MiB. */
  public static final ImageLimits DEFAULT = new ImageLimits(64_000_000, 64L << 20);

  public ImageLimits {
    if (pixels < 1 || bytes < 1) {
      throw new IllegalArgumentException(
          "Image limits must be positive, not " + pixels + " pixels and " + bytes + " bytes.");
    }
  }
}
