package dev.tuningfork.trainer;

import java.util.random.RandomGenerator;

/**
 * A way to lay a square image: the four rotations by right angles, each as it is and mirrored. They
 * move pixels without touching their values, and a galaxy has no up.
 *
 * @param mirrored whether rows run backwards
 * @param quarterTurns 0 to 3, clockwise, after mirroring
 */
record Orientation(boolean mirrored, int quarterTurns) {

  static Orientation random(RandomGenerator random) {
    return new Orientation(random.nextBoolean(), random.nextInt(4));
  }

  /**
   * Copies one image, widening it from half precision.
   *
   * @param planes a whole number of planes of size × size half-precision numbers
   * @param target where the copy goes, from {@code offset} on
   */
  void copy(short[] planes, int size, float[] target, int offset) {
    int last = size - 1;
    int plane = size * size;
    // where (0, 0) of the copy comes from, and the steps in the source for one to the right or down
    int origin =
        switch (quarterTurns) {
          case 0 -> 0;
          case 1 -> last * size;
          case 2 -> last * size + last;
          default -> last;
        };
    int right =
        switch (quarterTurns) {
          case 0 -> 1;
          case 1 -> -size;
          case 2 -> -1;
          default -> size;
        };
    int down =
        switch (quarterTurns) {
          case 0 -> size;
          case 1 -> 1;
          case 2 -> -size;
          default -> -1;
        };
    for (int start = 0; start < planes.length; start += plane) {
      for (int y = 0; y < size; y++) {
        int from = start + origin + y * down;
        int to = offset + start + y * size + (mirrored ? last : 0);
        int step = mirrored ? -1 : 1;
        for (int x = 0; x < size; x++) {
          target[to] = Float.float16ToFloat(planes[from]);
          from += right;
          to += step;
        }
      }
    }
  }
}
