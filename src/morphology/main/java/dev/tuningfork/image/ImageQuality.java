package dev.tuningfork.image;

import java.util.Arrays;
import java.util.Set;

/**
 * Looks over a crop, in one pass, for what makes its classification doubtful.
 *
 * <p>The crop is divided into {@value #BLOCKS}×{@value #BLOCKS} blocks. The blocks at its rim give
 * the sky (the median of their means) and the noise of a pixel (from the median of their
 * variances); the four at its centre give the signal.
 *
 * <ul>
 *   <li>{@link QualityFlag#LOW_SIGNAL}: the brightest of the central blocks is, on average, less
 *       than {@value #LEAST_SIGNAL} times the noise of a pixel, or less than two grey levels of
 *       255, above the sky.
 *   <li>{@link QualityFlag#OFF_CENTRE}: the block that rises highest above the sky lies more than a
 *       quarter of the crop's side from its centre and is no mere noise, and the brightest central
 *       block rises less than {@value #CENTRAL_SHARE} times as high.
 *   <li>{@link QualityFlag#SATURATED}: more than {@value #NOTABLE_SATURATION} of the pixels are
 *       white.
 * </ul>
 */
final class ImageQuality {

  static final double NOTABLE_SATURATION = 0.01;

  private static final int BLOCKS = 12;
  private static final double LEAST_SIGNAL = 1;
  private static final double LEAST_LEVELS = 2 / 255.0;
  private static final double CENTRAL_SHARE = 0.5;

  /** Half a level of an 8-bit image below its brightest. */
  private static final float WHITE = 254.5f / 255;

  private final double[] means;
  private final double[] variances;
  private final int blocks;
  private int white;

  private ImageQuality(float[] brightness, int side) {
    blocks = Math.min(BLOCKS, side);
    means = new double[blocks * blocks];
    variances = new double[blocks * blocks];
    int planes = brightness.length / (side * side);
    for (int row = 0; row < blocks; row++) {
      for (int column = 0; column < blocks; column++) {
        measure(brightness, planes, side, row, column);
      }
    }
  }

  private void measure(float[] brightness, int planes, int side, int row, int column) {
    int top = row * side / blocks;
    int bottom = (row + 1) * side / blocks;
    int left = column * side / blocks;
    int right = (column + 1) * side / blocks;
    int plane = side * side;
    float sum = 0;
    float squares = 0;
    for (int y = top; y < bottom; y++) {
      for (int at = y * side + left; at < y * side + right; at++) {
        float value = brightness[at];
        for (int other = 1; other < planes; other++) {
          value += brightness[at + other * plane];
        }
        value /= planes;
        white += value >= WHITE ? 1 : 0;
        sum += value;
        squares += value * value;
      }
    }
    int count = (bottom - top) * (right - left);
    double mean = sum / count;
    means[row * blocks + column] = mean;
    variances[row * blocks + column] = Math.max(0, squares / count - mean * mean);
  }

  /**
   * Adds the flags of a crop.
   *
   * @param brightness planes × side × side numbers of 0..1
   */
  static void inspect(float[] brightness, int side, Set<QualityFlag> flags) {
    ImageQuality quality = new ImageQuality(brightness, side);
    if (quality.white > NOTABLE_SATURATION * side * side) {
      flags.add(QualityFlag.SATURATED);
    }
    quality.lookForSource(flags);
  }

  private void lookForSource(Set<QualityFlag> flags) {
    double sky = medianAtRim(means);
    double noise = Math.sqrt(medianAtRim(variances));
    double central = 0;
    double outer = 0;
    double centre = (blocks - 1) / 2.0;
    for (int row = 0; row < blocks; row++) {
      for (int column = 0; column < blocks; column++) {
        double height = means[row * blocks + column] - sky;
        double distance = Math.hypot(row - centre, column - centre);
        if (distance <= 1) {
          central = Math.max(central, height);
        } else if (distance > blocks / 4.0) {
          outer = Math.max(outer, height);
        }
      }
    }
    double notable = Math.max(LEAST_SIGNAL * noise, LEAST_LEVELS);
    if (central < notable) {
      flags.add(QualityFlag.LOW_SIGNAL);
    }
    if (outer >= notable && central < CENTRAL_SHARE * outer) {
      flags.add(QualityFlag.OFF_CENTRE);
    }
  }

  private double medianAtRim(double[] perBlock) {
    double[] rim = new double[4 * blocks];
    int count = 0;
    for (int i = 0; i < perBlock.length; i++) {
      int row = i / blocks;
      int column = i % blocks;
      if (row == 0 || column == 0 || row == blocks - 1 || column == blocks - 1) {
        rim[count++] = perBlock[i];
      }
    }
    Arrays.sort(rim, 0, count);
    return rim[count / 2];
  }
}
