package dev.tuningfork.image;

import java.nio.ByteBuffer;
import java.util.function.LongConsumer;

/** Rice's code for integers, as FITS uses it (FITS standard 4.0, section 10.4.1). */
final class Rice {

  private final ByteBuffer in;
  private long bits;
  private int held;

  private Rice(ByteBuffer in) {
    this.in = in;
  }

  /**
   * Decodes pixels.
   *
   * @param block how many pixels share a way of coding
   * @param bytes the size of a pixel: 1 (unsigned), 2 or 4
   * @throws java.nio.BufferUnderflowException where there are fewer
   */
  static void decode(ByteBuffer in, int count, int block, int bytes, LongConsumer out) {
    if (block < 1 || (bytes != 1 && bytes != 2 && bytes != 4)) {
      throw new IllegalArgumentException(
          "RICE_1 with blocks of %d pixels of %d bytes is unknown".formatted(block, bytes));
    }
    new Rice(in).decode(count, block, bytes, out);
  }

  private void decode(int count, int block, int bytes, LongConsumer out) {
    int width = 8 * bytes;
    int codeBits = bytes == 1 ? 3 : bytes == 2 ? 4 : 5;
    int verbatim = bytes == 1 ? 6 : bytes == 2 ? 14 : 25;
    long mask = (1L << width) - 1;
    long last = read(width);
    for (int done = 0; done < count; ) {
      int lowBits = (int) read(codeBits) - 1;
      int end = (int) Math.min(count, (long) done + block);
      for (; done < end; done++) {
        if (lowBits >= 0) {
          long code =
              lowBits == verbatim ? read(width) : ((long) zeros() << lowBits) | read(lowBits);
          long difference = (code & 1) == 0 ? code >>> 1 : ~(code >>> 1);
          last = (last + difference) & mask;
        }
        out.accept(bytes == 1 ? last : bytes == 2 ? (short) last : (int) last);
      }
    }
  }

  private long read(int count) {
    while (held < count) {
      bits = (bits << 8) | (in.get() & 0xff);
      held += 8;
    }
    held -= count;
    return (bits >>> held) & ((1L << count) - 1);
  }

  /** How many bits are 0 up to the next 1, which is passed. */
  private int zeros() {
    int zeros = 0;
    while (true) {
      long rest = bits & ((1L << held) - 1);
      if (rest != 0) {
        int leading = Long.numberOfLeadingZeros(rest) - (Long.SIZE - held);
        held -= leading + 1;
        return zeros + leading;
      }
      zeros += held;
      bits = in.get() & 0xff;
      held = 8;
    }
  }
}
