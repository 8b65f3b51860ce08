package dev.tuningfork.image;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Opens image files. The first bytes of a file decide its format; a different media type is
 * ignored, because senders guess it from file names.
 */
final class ImageDecoder {

  private final ImageLimits limits;
  private final JpegCodec jpeg;
  private final DecodingMemory memory;

  ImageDecoder(ImageLimits limits, JpegCodec jpeg, DecodingMemory memory) {
    this.limits = limits;
    this.memory = memory;
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
                        "This is not an image that can be read (%s): %s"
                            .formatted(ImageFormat.allInWords(), beginning(bytes))));
    return format.open(bytes, description, this);
  }

  ImageLimits limits() {
    return limits;
  }

  JpegCodec jpeg() {
    return jpeg;
  }

  /** The FITS file in a gzipped one. */
  byte[] inflated(byte[] bytes) throws ImageException {
    byte[] inflated;
    int taken = memory.take(() -> "The gzipped file", Gzip.heapToInflate(bytes, limits));
    try {
      inflated = Gzip.inflate(bytes, limits);
    } finally {
      memory.give(taken);
    }
    if (!FitsFile.is(inflated)) {
      throw new ImageException("This gzipped file contains no FITS file: " + beginning(inflated));
    }
    return inflated;
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
