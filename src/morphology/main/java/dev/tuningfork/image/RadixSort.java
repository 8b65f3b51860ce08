package dev.tuningfork.image;

import java.util.Arrays;

/**
 * Sorts the flux of an image, several times as fast as {@link Arrays#sort(double[])}: digit by
 * digit of the numbers' bits, from the lowest. Digits in which all numbers agree cost next to
 * nothing, as the lower half of those that were stored in single precision. Numbers are in the
 * order of {@link Double#compare}.
 */
final class RadixSort {

  /** Fewer numbers are sorted faster by comparison. */
  private static final int FEW = 1024;

  private static final int DIGIT = 11;
  private static final int DIGITS = Math.ceilDiv(Long.SIZE, DIGIT);
  private static final int MASK = (1 << DIGIT) - 1;

  private RadixSort() {}

  /** Sorts the first numbers of an array. */
  static void sort(double[] numbers, int count) {
    if (count < FEW) {
      Arrays.sort(numbers, 0, count);
      return;
    }
    long[] keys = new long[count];
    int[][] counts = new int[DIGITS][MASK + 1];
    for (int i = 0; i < count; i++) {
      long key = key(numbers[i]);
      keys[i] = key;
      for (int digit = 0; digit < DIGITS; digit++) {
        counts[digit][(int) (key >>> (digit * DIGIT)) & MASK]++;
      }
    }
    long[] sorted = new long[count];
    for (int digit = 0; digit < DIGITS; digit++) {
      int shift = digit * DIGIT;
      int[] next = counts[digit];
      if (next[(int) (keys[0] >>> shift) & MASK] == count) {
        continue;
      }
      int before = 0;
      for (int value = 0; value <= MASK; value++) {
        int those = next[value];
        next[value] = before;
        before += those;
      }
      for (long key : keys) {
        sorted[next[(int) (key >>> shift) & MASK]++] = key;
      }
      long[] other = keys;
      keys = sorted;
      sorted = other;
    }
    for (int i = 0; i < count; i++) {
      numbers[i] = number(keys[i]);
    }
  }

  /** In the order of numbers as unsigned integers: the sign flipped, or all bits of a negative. */
  private static long key(double number) {
    long bits = Double.doubleToLongBits(number);
    return bits ^ ((bits >> (Long.SIZE - 1)) | Long.MIN_VALUE);
  }

  private static double number(long key) {
    return Double.longBitsToDouble(key ^ ((~key >> (Long.SIZE - 1)) | Long.MIN_VALUE));
  }
}
