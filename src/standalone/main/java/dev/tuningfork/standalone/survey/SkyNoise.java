package dev.tuningfork.standalone.survey;

import java.util.random.RandomGenerator;

/**
 * A tile of Gaussian noise of standard deviation 1, made once; each image takes its own window of
 * it, which is far quicker than drawing half a million normal numbers an image. Immutable after
 * construction.
 */
final class SkyNoise {

  /** A power of two, so that the tile wraps around by a mask. */
  private static final int SIDE = 1024;

  private static final int MASK = SIDE - 1;

  private final float[] tile = new float[SIDE * SIDE];

  SkyNoise(RandomGenerator random) {
    for (int i = 0; i < tile.length; i++) {
      tile[i] = (float) random.nextGaussian();
    }
  }

  /**
   * Adds noise to a square plane.
   *
   * @param step tile pixels for each image pixel: 1 is white noise, less is coarser
   * @param loudness what its standard deviation of 1 is multiplied by
   */
  void addTo(float[] plane, int size, double step, double loudness, RandomGenerator random) {
    double originX = random.nextDouble() * SIDE;
    double originY = random.nextDouble() * SIDE;
    for (int y = 0; y < size; y++) {
      double v = originY + y * step;
      for (int x = 0; x < size; x++) {
        plane[y * size + x] += (float) (loudness * at(originX + x * step, v));
      }
    }
  }

  /** The noise at a place, interpolated between its four neighbours; the tile repeats for ever. */
  double at(double x, double y) {
    int column = (int) Math.floor(x);
    int row = (int) Math.floor(y);
    double right = x - column;
    double below = y - row;
    int left = column & MASK;
    int next = column + 1 & MASK;
    int upper = (row & MASK) * SIDE;
    int lower = (row + 1 & MASK) * SIDE;
    double above = tile[upper + left] * (1 - right) + tile[upper + next] * right;
    double under = tile[lower + left] * (1 - right) + tile[lower + next] * right;
    return above * (1 - below) + under * below;
  }
}
