package dev.tuningfork.image;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.GZIPInputStream;

/** Files that were compressed as a whole, such as {@code cutout.fits.gz}. */
final class Gzip {

  private Gzip() {}

  /** Twice the file's size by its last four bytes, as far as the limits go. */
  static long heapToInflate(byte[] bytes, ImageLimits limits) {
    long size =
        bytes.length < Integer.BYTES
            ? 0
            : ByteBuffer.wrap(bytes, bytes.length - Integer.BYTES, Integer.BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .getInt()
                & 0xffffffffL;
    return 2 * Math.min(size, limits.bytes());
  }

  /** Inflates as much as the limits allow, and refuses what goes on beyond. */
  static byte[] inflate(byte[] bytes, ImageLimits limits) throws ImageException {
    try (var in = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
      int most = Math.toIntExact(Math.min(limits.bytes(), Integer.MAX_VALUE - 16));
      byte[] inflated = in.readNBytes(most);
      if (in.read() >= 0) {
        throw new ImageException(
            "The gzipped file inflates to more than the %d bytes that are allowed."
                .formatted(limits.bytes()));
      }
      return inflated;
    } catch (IOException e) {
      throw new ImageException(
          "The gzipped file is truncated or damaged: " + e.getMessage() + ".", e);
    }
  }
}
