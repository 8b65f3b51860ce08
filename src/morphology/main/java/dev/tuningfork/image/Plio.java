package dev.tuningfork.image;

import java.nio.ByteBuffer;
import java.nio.ShortBuffer;
import java.util.function.LongConsumer;

/** IRAF's run lengths of integers from 0 on (FITS standard 4.0, section 10.4.3). */
final class Plio {

  private Plio() {}

  /**
   * Decodes pixels; those behind the last run are 0.
   *
   * @throws IndexOutOfBoundsException where the runs end before they say
   */
  static void decode(ByteBuffer in, int count, LongConsumer out) {
    ShortBuffer words = in.asShortBuffer();
    boolean old = words.get(2) > 0;
    int at = old ? 3 : words.get(1);
    int end = old ? words.get(2) : (words.get(4) << 15) + words.get(3);
    int done = 0;
    long high = 1;
    while (at < end && done < count) {
      int word = words.get(at++);
      int data = word & 0xfff;
      int code = word >> 12;
      switch (code) {
        case 0, 4, 5 -> {
          int run = Math.min(data, count - done);
          for (int i = 0; i < run; i++) {
            boolean set = code == 4 || (code == 5 && i == data - 1);
            out.accept(set ? high : 0);
          }
          done += run;
        }
        case 1 -> high = ((long) words.get(at++) << 12) + data;
        case 2 -> high += data;
        case 3 -> high -= data;
        case 6, 7 -> {
          high += code == 6 ? data : -data;
          out.accept(high);
          done++;
        }
        default -> throw new IllegalArgumentException("PLIO_1 has no code " + code);
      }
    }
    for (; done < count; done++) {
      out.accept(0);
    }
  }
}
