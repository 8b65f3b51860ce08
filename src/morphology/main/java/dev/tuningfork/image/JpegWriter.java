package dev.tuningfork.image;

/** Writes JPEG files, with the same library that reads them. Safe for use by many threads. */
public final class JpegWriter {

  private JpegWriter() {}

  /**
   * A baseline file (ITU-T T.81) of 8 bits a sample; in colour, of half as many pixels of hue each
   * way as of brightness (4:2:0).
   *
   * @param levels 0 is black and 255 white, unsigned; row by row from the top, red, green and blue
   *     of a pixel side by side
   * @param quality 1 to 100, as the Independent JPEG Group counts it
   * @throws IllegalArgumentException where the levels are not those of so many pixels
   */
  public static byte[] write(byte[] levels, int width, int height, Channels channels, int quality) {
    if (levels.length != width * height * channels.count() || levels.length == 0) {
      throw new IllegalArgumentException(
          "%d levels do not make %d × %d pixels of %s."
              .formatted(levels.length, width, height, channels));
    }
    return JpegCodec.fastest().encode(levels, width, height, channels, quality);
  }
}
