package dev.tuningfork.image;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A library that decodes and encodes JPEG. Implementations are thread-safe. */
interface JpegCodec {

  /** About how many bytes of heap decoding takes, besides what becomes of the rows. */
  default long heapToDecode(JpegHeader header) {
    return 0;
  }

  /** The fastest that this machine has: chosen, and told in the log, once. */
  static JpegCodec fastest() {
    return Fastest.CODEC;
  }

  /** Initialised when it is first asked for. */
  final class Fastest {

    private static final Logger LOG = LoggerFactory.getLogger(JpegCodec.class);
    private static final JpegCodec CODEC = choose();

    private Fastest() {}

    private static JpegCodec choose() {
      JpegCodec turbo = TurboJpeg.find().orElse(null);
      if (turbo != null) {
        LOG.info("JPEG images are decoded by libturbojpeg.");
        return turbo;
      }
      LOG.info(
          "JPEG images are decoded by the JDK's ImageIO, since libturbojpeg was not found; with it"
              + " (on Debian: apt-get install libturbojpeg0) decoding is several times as fast.");
      return new ImageIoJpeg();
    }
  }

  /**
   * Decodes a window.
   *
   * @param header the file's own, already found within limits
   * @param channels {@link Channels#LUMINANCE} if the file is grey
   * @param rows gets the window's rows; whatever it got is void where this fails
   * @throws ImageException also where only a part of the image is missing or damaged. Damage below
   *     the window that does not change the file's length may be ignored
   */
  void decode(byte[] bytes, JpegHeader header, Window window, Channels channels, LevelRows rows)
      throws ImageException;

  /** As {@link JpegWriter#write}. */
  byte[] encode(byte[] levels, int width, int height, Channels channels, int quality);
}
