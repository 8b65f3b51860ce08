package dev.tuningfork.image;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Opens image files. What a file is, its first bytes say; a media type that says otherwise is
 * passed over, since senders guess it from file names.
 */
final class ImageDecoder {

  private static final byte[] JPEG = {(byte) 0xff, (byte) 0xd8, (byte) 0xff};
  private static final byte[] PNG = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};

  private final ImageLimits limits;
  private final JpegCodec jpeg;

  ImageDecoder(ImageLimits limits, JpegCodec jpeg) {
    this.limits = limits;
    this.jpeg = jpeg;
  }

  /** Reads and checks the header of an image file. */
  ImageFile open(byte[] bytes, ImageDescription description) throws ImageException {
    limits.checkBytes("The image file", bytes.length);
    if (startsWith(bytes, JPEG)) {
      return JpegFile.open(bytes, limits, jpeg);
    }
    if (startsWith(bytes, PNG)) {
      return PngFile.open(bytes, limits);
    }
    if (Gzip.is(bytes)) {
      byte[] inflated = Gzip.inflate(bytes, limits);
      if (FitsFile.is(inflated)) {
        return FitsFile.open(inflated, description, limits);
      }
      throw new ImageException("This gzipped file holds no FITS file: " + beginning(inflated));
    }
    if (FitsFile.is(bytes)) {
      return FitsFile.open(bytes, description, limits);
    }
    throw new ImageException(
        "This is not an image that can be read (JPEG, PNG, FITS or gzipped FITS): "
            + beginning(bytes));
  }

  static boolean startsWith(byte[] bytes, byte[] magic) {
    return bytes.length >= magic.length
        && Arrays.equals(bytes, 0, magic.length, magic, 0, magic.length);
  }

  private static String beginning(byte[] bytes) {
    if (bytes.length == 0) {
      return "it is empty.";
    }
    byte[] first = Arrays.copyOf(bytes, Math.min(bytes.length, 16));
    for (byte b : first) {
      if (b < ' ' || b > '~') {
        return "its first bytes are " + HexFormat.ofDelimiter(" ").formatHex(first) + ".";
      }
    }
    return "it begins with the text \"" + new String(first, StandardCharsets.US_ASCII) + "\".";
  }
}
