package dev.tuningfork.image;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * What a JPEG file says of itself before its first scan (ITU-T T.81, annex B; JFIF; Adobe's APP14).
 *
 * @param width in pixels
 * @param height in pixels
 * @param colour how its components are to be read
 * @param heightAt where the file tells its height, as two bytes
 * @param bandHeight how many rows of pixels are coded together, band by band from the top; 0 where
 *     the file is not coded that way, but in several scans, or with restart markers between bands
 */
record JpegHeader(int width, int height, Colour colour, int heightAt, int bandHeight) {

  enum Colour {
    GREY,
    YCBCR,
    RGB
  }

  private static final int SOI = 0xd8;
  private static final int EOI = 0xd9;
  private static final int SOS = 0xda;
  private static final int APP0 = 0xe0;
  private static final int APP14 = 0xee;
  private static final int DRI = 0xdd;
  private static final int PROGRESSIVE = 0xc2;

  /** Within a frame's segment. */
  private static final int HEIGHT = 1;

  /** Where each component has three bytes, of which the second holds its sampling factors. */
  private static final int COMPONENTS = 6;

  /** The side of the squares of samples that are coded together. */
  private static final int BLOCK = 8;

  private static final ByteBuffer JFIF = ascii("JFIF");
  private static final ByteBuffer ADOBE = ascii("Adobe");

  /**
   * Reads the segments up to the first scan.
   *
   * @throws ImageException if they end too early, or describe a JPEG of a kind that is not read
   */
  static JpegHeader read(byte[] bytes) throws ImageException {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    in.position(2);
    boolean jfif = false;
    int adobeTransform = -1;
    ByteBuffer frame = null;
    int frameAt = 0;
    boolean bands = true;
    while (in.remaining() >= 4) {
      int marker = nextMarker(in);
      if (marker == 0x01 || (marker >= 0xd0 && marker <= SOI)) {
        continue;
      }
      if (marker == EOI || in.remaining() < 2) {
        break;
      }
      int length = (in.getShort() & 0xffff) - 2;
      if (length < 0 || length > in.remaining()) {
        break;
      }
      ByteBuffer segment = in.slice(in.position(), length);
      in.position(in.position() + length);
      if (marker == SOS) {
        if (frame == null) {
          break;
        }
        int scanned = bands && segment.hasRemaining() ? segment.get() : 0;
        return describe(frame, frameAt, scanned, jfif, adobeTransform);
      } else if (isFrame(marker)) {
        requireSupported(marker);
        bands &= marker != PROGRESSIVE;
        frame = segment;
        frameAt = in.position() - length;
      } else if (marker == DRI) {
        bands = false;
      } else if (marker == APP0 && startsWith(segment, JFIF)) {
        jfif = true;
      } else if (marker == APP14 && length >= 12 && startsWith(segment, ADOBE)) {
        adobeTransform = segment.get(11) & 0xff;
      }
    }
    throw new ImageException("The JPEG file ends within its header: it is truncated or damaged.");
  }

  private static int nextMarker(ByteBuffer in) throws ImageException {
    if (in.get() != (byte) 0xff) {
      throw new ImageException(
          "The JPEG file's header is damaged at byte " + (in.position() - 1) + ".");
    }
    int marker = 0xff;
    while (marker == 0xff && in.hasRemaining()) {
      marker = in.get() & 0xff;
    }
    return marker;
  }

  /** SOF0 to SOF15, among which DHT, JPG and DAC have their numbers. */
  private static boolean isFrame(int marker) {
    return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
  }

  private static void requireSupported(int marker) throws ImageException {
    if (marker > 0xc2) {
      throw new ImageException(
          "The JPEG file is of a rare kind (lossless, hierarchical or arithmetic coding); baseline"
              + " and progressive JPEG are read.");
    }
  }

  private static ByteBuffer ascii(String name) {
    return ByteBuffer.wrap(name.getBytes(StandardCharsets.US_ASCII));
  }

  private static boolean startsWith(ByteBuffer segment, ByteBuffer name) {
    return segment.remaining() > name.capacity() && segment.slice(0, name.capacity()).equals(name);
  }

  /**
   * @param scanned how many components the first scan has; 0 where it is not coded in bands
   */
  private static JpegHeader describe(
      ByteBuffer frame, int frameAt, int scanned, boolean jfif, int adobeTransform)
      throws ImageException {
    if (frame.remaining() < 6) {
      throw new ImageException("The JPEG file's frame header is damaged.");
    }
    int precision = frame.get();
    int height = frame.getShort() & 0xffff;
    int width = frame.getShort() & 0xffff;
    int components = frame.get();
    if (precision != 8 || frame.remaining() < 3 * components) {
      throw new ImageException(
          "The JPEG file has samples of %d bits; 8 are read.".formatted(precision));
    }
    return new JpegHeader(
        width,
        height,
        switch (components) {
          case 1 -> Colour.GREY;
          case 3 -> isRgb(frame, jfif, adobeTransform) ? Colour.RGB : Colour.YCBCR;
          case 4 ->
              throw new ImageException(
                  "The JPEG file is in printing colours (CMYK); send it as RGB or grey.");
          default ->
              throw new ImageException(
                  "The JPEG file has %d components; 1 or 3 are read.".formatted(components));
        },
        frameAt + HEIGHT,
        scanned == components ? BLOCK * tallest(frame, components) : 0);
  }

  /** The largest of the components' vertical sampling factors. */
  private static int tallest(ByteBuffer frame, int components) {
    int tallest = 1;
    for (int component = 0; component < components; component++) {
      tallest = Math.max(tallest, frame.get(COMPONENTS + 3 * component + 1) & 0x0f);
    }
    return tallest;
  }

  /**
   * How many rows from the top have to be decoded for the pixels of a window: as far as the band
   * that holds its last row, and the row beneath, whose colour has a share in it.
   */
  int rowsDownTo(Window window) {
    if (bandHeight == 0) {
      return height;
    }
    int needed = window.y() + window.side() + 2;
    return Math.min(height, Math.ceilDiv(needed, bandHeight) * bandHeight);
  }

  /** The rule of libjpeg, which every reader follows. */
  private static boolean isRgb(ByteBuffer frame, boolean jfif, int adobeTransform) {
    if (jfif) {
      return false;
    }
    if (adobeTransform >= 0) {
      return adobeTransform == 0;
    }
    int at = frame.position();
    return frame.get(at) == 'R' && frame.get(at + 3) == 'G' && frame.get(at + 6) == 'B';
  }
}
