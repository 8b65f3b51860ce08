package dev.tuningfork.image;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import org.jspecify.annotations.Nullable;

/**
 * Decodes compressed tiles of single precision as surveys write nearly all of theirs: quantised and
 * coded by Rice, or without loss by GZIP. The values are those that {@link FitsTiles#unpacked}
 * gives, bit by bit, in a fraction of its time: the pixels go through loops over arrays, of which
 * the JVM computes several at a time.
 */
final class SinglePrecisionTile {

  private SinglePrecisionTile() {}

  /**
   * The values of a tile.
   *
   * @param count how many there are
   * @return null if it is written in another way or is damaged, which the general way finds out
   */
  static float @Nullable [] decode(TileDecoder tiles, TileCoding coding, int number, int count) {
    byte[] compressed = tiles.compressed(number);
    if (compressed.length == 0) {
      return null;
    }
    try {
      TileCoding.Quantised quantised = coding.quantised(number);
      boolean lossless = quantised == null && coding.blank(number) == null;
      return switch (coding.compression()) {
        case "RICE_1", "RICE_ONE" ->
            quantised == null ? null : quantised(coding.rice(compressed, count), quantised);
        case "GZIP_1" -> lossless ? lossless(compressed, count, 4, 1) : null;
        case "GZIP_2" -> lossless ? lossless(compressed, count, 1, count) : null;
        default -> null;
      };
    } catch (BufferUnderflowException | IllegalArgumentException | IOException damaged) {
      return null;
    }
  }

  private static float[] quantised(int[] stored, TileCoding.Quantised how) {
    float[] values = new float[stored.length];
    how.dither().values(stored, how.scale(), how.zero(), values);
    Double blank = how.blank();
    if (blank != null) {
      long undefined = blank.longValue();
      for (int i = 0; i < stored.length; i++) {
        if (stored[i] == undefined) {
          values[i] = Float.NaN;
        }
      }
    }
    return values;
  }

  /**
   * Numbers as they were.
   *
   * @param step from the highest byte of a number to that of the next one
   * @param apart from a byte of a number to its next lower one
   */
  private static float @Nullable [] lossless(byte[] compressed, int count, int step, int apart)
      throws IOException {
    byte[] bytes = TileDecoder.inflated(compressed, count);
    if (bytes.length != Float.BYTES * count) {
      return null;
    }
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      int at = step * i;
      int bits = bytes[at] << 24;
      bits |= (bytes[at + apart] & 0xff) << 16;
      bits |= (bytes[at + 2 * apart] & 0xff) << 8;
      values[i] = Float.intBitsToFloat(bits | (bytes[at + 3 * apart] & 0xff));
    }
    return values;
  }
}
