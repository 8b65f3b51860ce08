package dev.tuningfork.image;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Opens image files. What a file is, its first bytes say; a media type that says otherwise is
 * passed over, since senders guess it from file names.
 */
final class ImageDecoder {

  private final ImageLimits limits;
  private final JpegCodec jpeg;

  ImageDecoder(ImageLimits limits, JpegCodec jpeg) {
    this.limits = limits;
    this.jpeg = jpeg;
  }

  /** Reads and checks the header of an image file. */
  ImageFile open(byte[] bytes, ImageDescription description) throws ImageException {
    limits.checkBytes("The image file", bytes.length);
    ImageFormat format =
        ImageFormat.of(bytes)
            .orElseThrow(
                () ->
                    new ImageException(
                        "This is not an image that can be read (JPEG, PNG, FITS or gzipped FITS): "
                            + beginning(bytes)));
    return switch (format) {
      case JPEG -> JpegFile.open(bytes, limits, jpeg);
      case PNG -> PngFile.open(bytes, limits);
      case FITS -> FitsFile.open(bytes, description, limits);
      case GZIPPED_FITS -> {
        byte[] inflated = Gzip.inflate(bytes, limits);
        if (!FitsFile.is(inflated)) {
          throw new ImageException("This gzipped file holds no FITS file: " + beginning(inflated));
        }
        yield FitsFile.open(inflated, description, limits);
      }
    };
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
