package dev.tuningfork.image;

/**
 * How large an image may be. Both are checked against the file's header before any pixel is
 * allocated.
 *
 * @param pixels the most pixels in one plane (width × height)
 * @param bytes the most bytes, both of the file and of a FITS file's uncompressed form
 */
public record ImageLimits(long pixels, long bytes) {

  /** 64 Mpixel and 64 MiB. */
  public static final ImageLimits DEFAULT = new ImageLimits(64_000_000, 64L << 20);

  /** The shorter side of the smallest image in which there is something to classify, in pixels. */
  public static final int SMALLEST_SIDE = 16;

  public ImageLimits {
    if (pixels < 1 || bytes < 1) {
      throw new IllegalArgumentException(
          "Image limits must be positive, not " + pixels + " pixels and " + bytes + " bytes.");
    }
  }

  /** Refuses an image that its header says to be too large or too small. */
  void check(String format, long width, long height) throws ImageException {
    if (width < SMALLEST_SIDE || height < SMALLEST_SIDE) {
      throw new ImageException(
          "The %s image is %d×%d pixels: too small to classify, %d×%d are needed."
              .formatted(format, width, height, SMALLEST_SIDE, SMALLEST_SIDE));
    }
    if (width > pixels / height) {
      throw new ImageException(
          "The %s image is %d×%d pixels, and at most %d pixels are allowed."
              .formatted(format, width, height, pixels));
    }
  }

  /** Refuses data of more bytes than allowed. */
  void checkBytes(String what, long size) throws ImageException {
    if (size > bytes) {
      throw new ImageException(
          "%s is %d bytes long, and at most %d are allowed.".formatted(what, size, bytes));
    }
  }
}
