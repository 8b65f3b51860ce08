package dev.tuningfork.image;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * What a JPEG file says of itself before its first scan (ITU-T T.81, annex B; JFIF; Adobe's APP14).
 *
 * @param width in pixels
 * @param height in pixels
 * @param colour how its components are to be read
 */
record JpegHeader(int width, int height, Colour colour) {

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
        return describe(frame, jfif, adobeTransform);
      } else if (isFrame(marker)) {
        requireSupported(marker);
        frame = segment;
      } else if (marker == APP0 && startsWith(segment, "JFIF")) {
        jfif = true;
      } else if (marker == APP14 && length >= 12 && startsWith(segment, "Adobe")) {
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

  private static boolean startsWith(ByteBuffer segment, String name) {
    byte[] expected = name.getBytes(StandardCharsets.US_ASCII);
    return segment.remaining() > expected.length
        && segment.slice(0, expected.length).equals(ByteBuffer.wrap(expected));
  }

  private static JpegHeader describe(ByteBuffer frame, boolean jfif, int adobeTransform)
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
        });
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
