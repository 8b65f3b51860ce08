package dev.tuningfork.image;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.BufferUnderflowException;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Rice's code for integers, as FITS uses it (FITS standard 4.0, section 10.4.1). The next bits are
 * at the upper end of a number of 64, which is filled up by up to 8 bytes at a time.
 */
final class Rice {

  private static final VarHandle NEXT =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private final byte[] in;

  /** The first byte that is not in the bits. */
  private int at;

  private long bits;

  /** How many of the bits count; those behind them are 0, or what the next bytes will say. */
  private int held;

  private Rice(byte[] in) {
    this.in = in;
  }

  /**
   * Decodes pixels.
   *
   * @param count how many there are
   * @param block how many pixels share a way of coding
   * @param bytes the size of a pixel: 1 (unsigned), 2 or 4
   * @throws BufferUnderflowException where there are fewer
   */
  static int[] decode(byte[] in, int count, int block, int bytes) {
    if (block < 1 || (bytes != 1 && bytes != 2 && bytes != 4)) {
      throw new IllegalArgumentException(
          "RICE_1 with blocks of %d pixels of %d bytes is unknown".formatted(block, bytes));
    }
    int[] pixels = new int[count];
    new Rice(in).decode(pixels, block, bytes);
    if (bytes == 1) {
      for (int i = 0; i < count; i++) {
        pixels[i] &= 0xff;
      }
    } else if (bytes == 2) {
      for (int i = 0; i < count; i++) {
        pixels[i] = (short) pixels[i];
      }
    }
    return pixels;
  }

  /** Only the lower bits of a pixel count, as many as its size says. */
  private void decode(int[] pixels, int block, int bytes) {
    int width = 8 * bytes;
    int codeBits = bytes == 1 ? 3 : bytes == 2 ? 4 : 5;
    int verbatim = bytes == 1 ? 6 : bytes == 2 ? 14 : 25;
    int last = read(width);
    for (int done = 0; done < pixels.length; ) {
      int end = (int) Math.min(pixels.length, (long) done + block);
      int lowBits = read(codeBits) - 1;
      if (lowBits < 0) {
        Arrays.fill(pixels, done, end, last);
      } else if (lowBits == verbatim) {
        for (int i = done; i < end; i++) {
          last += difference(read(width));
          pixels[i] = last;
        }
      } else {
        last = decode(pixels, done, end, lowBits, last);
      }
      done = end;
    }
  }

  /**
   * A block: of each pixel's code the upper bits in unary, then the lower ones. While there are 8
   * more bytes, a number is filled up for each pixel, without a branch that depends on the data.
   */
  private int decode(int[] pixels, int from, int to, int lowBits, int before) {
    int last = before;
    int i = from;
    byte[] bytes = in;
    int most = bytes.length - Long.BYTES;
    int place = at;
    long next = bits;
    int count = held;
    int shift = Long.SIZE - 1 - lowBits;
    while (i < to && place <= most) {
      next |= (long) NEXT.get(bytes, place) >>> count;
      place += (Long.SIZE - 1 - count) >>> 3;
      count |= 56;
      int zeros = Long.numberOfLeadingZeros(next);
      int length = zeros + 1 + lowBits;
      if (length > count) {
        break;
      }
      long rest = next << zeros << 1;
      int code = (zeros << lowBits) | (int) (rest >>> 1 >>> shift);
      next = rest << lowBits;
      count -= length;
      last += difference(code);
      pixels[i++] = last;
    }
    at = place;
    bits = next;
    held = count;
    for (; i < to; i++) {
      int code = zeros() << lowBits;
      code |= lowBits == 0 ? 0 : read(lowBits);
      last += difference(code);
      pixels[i] = last;
    }
    return last;
  }

  /** Even codes are differences from 0 upwards, and odd ones those from −1 downwards. */
  private static int difference(int code) {
    return (code >>> 1) ^ -(code & 1);
  }

  /** Takes more bytes, if there are any: then at least 56 bits are held, or all that are left. */
  private void fill() {
    if (at <= in.length - Long.BYTES) {
      bits |= (long) NEXT.get(in, at) >>> held;
      int taken = (Long.SIZE - 1 - held) >>> 3;
      at += taken;
      held += 8 * taken;
      return;
    }
    while (held <= Long.SIZE - 8 && at < in.length) {
      bits |= (in[at++] & 0xffL) << (Long.SIZE - 8 - held);
      held += 8;
    }
  }

  /** The next bits as a number, 1 to 32 of them. */
  private int read(int count) {
    if (held < count) {
      fill();
      if (held < count) {
        throw new BufferUnderflowException();
      }
    }
    int read = (int) (bits >>> (Long.SIZE - count));
    bits <<= count;
    held -= count;
    return read;
  }

  /** How many bits are 0 up to the next 1, which is passed. */
  private int zeros() {
    int zeros = 0;
    while (read(1) == 0) {
      zeros++;
    }
    return zeros;
  }
}
