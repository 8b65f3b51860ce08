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
 *   <li>{@link QualityFlag#FIELD_TOO_WIDE} and {@link QualityFlag#FIELD_TOO_NARROW}: the blocks
 *       that are connected with the centre and rise at least {@value #EDGE} times as high are fewer
 *       than {@value #FEWEST_BLOCKS} or more than {@value #MOST_BLOCKS}. In the crops of Galaxy Zoo
 *       2's pictures that the models learnt from, 99.9 % are between 10 and 67; of pictures twice
 *       as wide a third, and of four times as wide nearly all, are below.
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

  private static final double EDGE = 0.2;
  private static final int FEWEST_BLOCKS = 8;
  private static final int MOST_BLOCKS = 68;

  /** Half a level of an 8-bit image below its brightest. */
  private static final float WHITE = 254.5f / 255;

  private final double[] means = new double[BLOCKS * BLOCKS];
  private final double[] variances = new double[BLOCKS * BLOCKS];
  private final double[] rim = new double[4 * BLOCKS];
  private final boolean[] reached = new boolean[BLOCKS * BLOCKS];
  private final int[] waiting = new int[BLOCKS * BLOCKS];
  private int side;
  private int blocks;
  private int white;

  private void begin(int side) {
    this.side = side;
    blocks = Math.min(BLOCKS, side);
    white = 0;
  }

  /** Where a block begins, in pixels, and the one before it ends. */
  private int edge(int block) {
    return block * side / blocks;
  }

  /**
   * @param sum of the brightness of the block's pixels
   * @param squares the sum of their squares
   */
  private void measured(int row, int column, double sum, double squares) {
    int count = (edge(row + 1) - edge(row)) * (edge(column + 1) - edge(column));
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
    ImageQuality quality = new ImageQuality();
    quality.begin(side);
    quality.measure(brightness);
    quality.judge(flags);
  }

  /** Row by row: so the JVM computes the means of several pixels at a time. */
  private void measure(float[] brightness) {
    int planes = brightness.length / (side * side);
    float[] row = new float[side];
    float[] other = new float[side];
    float[] sums = new float[blocks];
    float[] squares = new float[blocks];
    int blockRow = 0;
    for (int y = 0; y < side; y++) {
      System.arraycopy(brightness, y * side, row, 0, side);
      for (int plane = 1; plane < planes; plane++) {
        System.arraycopy(brightness, (plane * side + y) * side, other, 0, side);
        add(other, row);
      }
      divide(row, planes);
      add(row, sums, squares);
      if (y + 1 == edge(blockRow + 1)) {
        for (int column = 0; column < blocks; column++) {
          measured(blockRow, column, sums[column], squares[column]);
        }
        Arrays.fill(sums, 0);
        Arrays.fill(squares, 0);
        blockRow++;
      }
    }
  }

  private static void add(float[] other, float[] row) {
    for (int x = 0; x < row.length; x++) {
      row[x] += other[x];
    }
  }

  private static void divide(float[] row, int planes) {
    for (int x = 0; x < row.length; x++) {
      row[x] /= planes;
    }
  }

  /** Adds a row of pixels to the sums of its blocks. */
  private void add(float[] row, float[] sums, float[] squares) {
    for (int column = 0; column < blocks; column++) {
      float sum = sums[column];
      float ofSquares = squares[column];
      for (int x = edge(column); x < edge(column + 1); x++) {
        float value = row[x];
        white += value >= WHITE ? 1 : 0;
        sum += value;
        ofSquares += value * value;
      }
      sums[column] = sum;
      squares[column] = ofSquares;
    }
  }

  /**
   * The same for crops of 8-bit levels whose rows come one after the other; kept from crop to crop
   * for the sake of its arrays.
   */
  static final class OfRows implements LevelRows {

    private final ImageQuality quality = new ImageQuality();

    // of the columns of the current row of blocks: sums over the channels of their pixels
    private int[] sums = {};
    private int[] squares = {};
    private int[] whites = {};

    private int channels;
    private int rows;
    private int blockRow;

    void begin(int side, int channels) {
      quality.begin(side);
      this.channels = channels;
      rows = 0;
      blockRow = 0;
      if (sums.length < side) {
        sums = new int[side];
        squares = new int[side];
        whites = new int[side];
      }
      clear();
    }

    private void clear() {
      Arrays.fill(sums, 0);
      Arrays.fill(squares, 0);
      Arrays.fill(whites, 0);
    }

    @Override
    public void row(int[] pixels) {
      int brightestGrey = (int) Math.ceil(WHITE * 255 * channels) - 1; // that is not white yet
      add(pixels, brightestGrey, sums, squares, whites, quality.side);
      rows++;
      if (rows == quality.edge(blockRow + 1)) {
        finishBlocks();
        blockRow++;
      }
    }

    private static void add(
        int[] pixels, int brightestGrey, int[] sums, int[] squares, int[] whites, int count) {
      for (int x = 0; x < count; x++) {
        int pixel = pixels[x];
        int value = (pixel & 0xff) + ((pixel >>> 8) & 0xff) + ((pixel >>> 16) & 0xff);
        sums[x] += value;
        squares[x] += value * value;
        whites[x] += (brightestGrey - value) >>> 31;
      }
    }

    private void finishBlocks() {
      double unit = 1.0 / (255 * channels);
      for (int column = 0; column < quality.blocks; column++) {
        long sum = 0;
        long ofSquares = 0;
        for (int x = quality.edge(column); x < quality.edge(column + 1); x++) {
          sum += sums[x];
          ofSquares += squares[x];
          quality.white += whites[x];
        }
        quality.measured(blockRow, column, sum * unit, ofSquares * unit * unit);
      }
      clear();
    }

    /** Adds the flags of the crop whose last row has come. */
    void inspect(Set<QualityFlag> flags) {
      quality.judge(flags);
    }
  }

  private void judge(Set<QualityFlag> flags) {
    if (white > NOTABLE_SATURATION * side * side) {
      flags.add(QualityFlag.SATURATED);
    }
    lookForSource(flags);
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
    boolean offCentre = outer >= notable && central < CENTRAL_SHARE * outer;
    if (offCentre) {
      flags.add(QualityFlag.OFF_CENTRE);
    }
    if (central >= notable && !offCentre && blocks == BLOCKS) {
      int connected = connected(sky + EDGE * central);
      if (connected < FEWEST_BLOCKS) {
        flags.add(QualityFlag.FIELD_TOO_WIDE);
      } else if (connected > MOST_BLOCKS) {
        flags.add(QualityFlag.FIELD_TOO_NARROW);
      }
    }
  }

  /** How many blocks are reached from the four at the centre over such as are this bright. */
  private int connected(double least) {
    Arrays.fill(reached, false);
    int count = 0;
    int middle = BLOCKS / 2;
    for (int row = middle - 1; row <= middle; row++) {
      for (int column = middle - 1; column <= middle; column++) {
        count = reach(row, column, Double.NEGATIVE_INFINITY, count);
      }
    }
    for (int next = 0; next < count; next++) {
      int row = waiting[next] / BLOCKS;
      int column = waiting[next] % BLOCKS;
      count = reach(row - 1, column, least, count);
      count = reach(row + 1, column, least, count);
      count = reach(row, column - 1, least, count);
      count = reach(row, column + 1, least, count);
    }
    return count;
  }

  private int reach(int row, int column, double least, int count) {
    int block = row * BLOCKS + column;
    if (row < 0
        || column < 0
        || row == BLOCKS
        || column == BLOCKS
        || reached[block]
        || means[block] < least) {
      return count;
    }
    reached[block] = true;
    waiting[count] = block;
    return count + 1;
  }

  private double medianAtRim(double[] perBlock) {
    int count = 0;
    for (int i = 0; i < blocks * blocks; i++) {
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
