package dev.tuningfork.classifier.fetch;

import java.io.IOException;
import java.io.InputStream;

/** The most bytes that an image may have. */
record SizeLimit(long bytes) {

  /** Refuses an image by the size that somebody says it has, before a byte of it is read. */
  void check(long announced) throws SourceException {
    if (announced > bytes) {
      throw SourceException.permanent(
          "the image has %,d bytes, more than the limit of %,d".formatted(announced, bytes));
    }
  }

  /**
   * Reads a stream to its end. Memory grows with the bytes that really come, not with those that
   * were announced.
   */
  byte[] read(InputStream in) throws IOException, SourceException {
    byte[] image = in.readNBytes((int) bytes + 1);
    if (image.length > bytes) {
      throw SourceException.permanent(
          "the image has more bytes than the limit of %,d".formatted(bytes));
    }
    return image;
  }
}
