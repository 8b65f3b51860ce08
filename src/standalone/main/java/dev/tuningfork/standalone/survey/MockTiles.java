package dev.tuningfork.standalone.survey;

import dev.tuningfork.tree.DecisionTree;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * A survey of whole tiles: galaxies of all sizes that overlap their neighbours, stars, one of them
 * bright, the survey's noise, blurring, and a gap between two detectors. What is on them is known.
 *
 * <p>The same plan gives the same tiles, bit for bit. A galaxy that several tiles show is the same
 * on each; their noise differs. Safe for use by many threads at once.
 */
public final class MockTiles {

  /** A cutout of SDSS is so many radii wide (Willett et al. 2013). */
  public static final double WIDTH_IN_RADII = 8.48;

  private static final long NOISE_SEED = 20_160_209;
  private static final double SMALLEST_RADIUS = 7;
  private static final double LARGEST_RADIUS = 34;

  /** Of the point spread function, pixels. */
  private static final double SEEING = 1.1;

  private static final double BRIGHTEST = 60_000;
  private static final int STARS_A_MILLION_PIXELS = 12;

  /** Above it, in units of the noise, a detector is full. */
  private static final float FULL = 6_000;

  private static final int RENDERED_AT_ONCE = 16;
  private static final ObservingConditions CONDITIONS =
      new ObservingConditions(1, Map.of(Kind.SMOOTH, 0.37, Kind.EDGE_ON, 0.14, Kind.DISK, 0.49));

  private final TilePlan plan;
  private final DecisionTree tree = DecisionTree.galaxyZoo2();
  private final SkyNoise noise = new SkyNoise(new SplittableRandom(NOISE_SEED));
  private final TangentPlane sky;

  public MockTiles(TilePlan plan) {
    this.plan = plan;
    this.sky = new TangentPlane(plan.ra(), plan.dec(), plan.layout().pixelScale());
  }

  /**
   * The planes of a tile, in units of the sky's noise.
   *
   * @param light red, green and blue; by row from the lowest, then by column
   * @param noData whether a pixel lies in the gap
   * @param full the value that stands for all that is brighter
   */
  @SuppressWarnings("ArrayRecordComponent") // hundreds of megabytes, written once, never compared
  record Planes(float[][][] light, boolean[] noData, float full) {}

  /** A galaxy of the survey. */
  public TileGalaxy galaxy(int number) {
    SplittableRandom random = random(number);
    double x = random.nextDouble() * plan.width();
    double y = random.nextDouble() * plan.side();
    double radius = radius(random.nextDouble());
    TrueWalk walk = new TrueWalk(tree, random.split(), CONDITIONS);
    double[] position = position(x, y);
    return new TileGalaxy(
        String.format(Locale.ROOT, "mock-%d-%06d", plan.seed(), number),
        x,
        y,
        radius,
        position[0],
        position[1],
        walk.truth(tree));
  }

  /** Right ascension and declination of a place on the survey's grid, degrees. */
  public double[] position(double x, double y) {
    return sky.toSky(x - plan.side() / 2.0, y - plan.side() / 2.0);
  }

  /** Small galaxies are many, as on the sky. */
  private static double radius(double share) {
    double slope = -1.6;
    double least = Math.pow(SMALLEST_RADIUS, slope);
    double most = Math.pow(LARGEST_RADIUS, slope);
    return Math.pow(least + share * (most - least), 1 / slope);
  }

  private SplittableRandom random(long number) {
    return new SplittableRandom(new SplittableRandom(plan.seed() * 1_000_003 + number).nextLong());
  }

  /** Renders a tile. It takes 12 bytes a pixel. */
  Planes render(int tile) {
    int side = plan.side();
    float[][][] light = new float[3][side][side];
    int origin = plan.origin(tile);
    int[] shown =
        IntStream.range(0, plan.galaxies()).filter(number -> touches(number, origin)).toArray();
    for (int from = 0; from < shown.length; from += RENDERED_AT_ONCE) {
      int to = Math.min(shown.length, from + RENDERED_AT_ONCE);
      // rendered side by side, added one after the other: sums of floats depend on their order
      IntStream.range(from, to)
          .parallel()
          .mapToObj(i -> stamp(shown[i]))
          .toList()
          .forEach(stamp -> add(stamp, light, origin));
    }
    addStars(light, tile);
    Arrays.stream(light).parallel().forEach(MockTiles::blur);
    boolean[] noData = gap(tile);
    finish(light, tile);
    return new Planes(light, noData, FULL);
  }

  private boolean touches(int number, int origin) {
    SplittableRandom random = random(number);
    double x = random.nextDouble() * plan.width();
    random.nextDouble();
    double half = WIDTH_IN_RADII / 2 * radius(random.nextDouble());
    return x + half > origin && x - half < origin + plan.side();
  }

  /** A galaxy at its own size, its centre at a place of the grid. */
  @SuppressWarnings("ArrayRecordComponent") // added to a tile at once, never compared
  private record Stamp(int left, int low, int side, float[][] light) {}

  private Stamp stamp(int number) {
    SplittableRandom random = random(number);
    double x = random.nextDouble() * plan.width();
    double y = random.nextDouble() * plan.side();
    double radius = radius(random.nextDouble());
    TrueWalk walk = new TrueWalk(tree, random.split(), CONDITIONS);
    Exposure exposure = new GalaxyPainter(walk, random, noise, 0).paintAlone();
    double step =
        Exposure.SIZE / (WIDTH_IN_RADII * radius); // exposure's pixels for one of the tile
    double half = WIDTH_IN_RADII / 2 * radius;
    int left = (int) Math.floor(x - half);
    int low = (int) Math.floor(y - half);
    int side = (int) Math.ceil(2 * half) + 1;
    float[][] light = new float[3][];
    for (int band = 0; band < 3; band++) {
      light[band] =
          shrunk(
              new SummedArea(exposure.band(band), Exposure.SIZE),
              (left - x) * step + Exposure.SIZE / 2.0,
              (low - y) * step + Exposure.SIZE / 2.0,
              step,
              side);
    }
    return new Stamp(left, low, side, light);
  }

  /** Each pixel is the mean of what it covers. */
  private static float[] shrunk(SummedArea areas, double left, double low, double step, int side) {
    float[] light = new float[side * side];
    double middle = Exposure.SIZE / 2.0;
    for (int y = 0; y < side; y++) {
      for (int x = 0; x < side; x++) {
        double radius =
            Math.hypot(left + (x + 0.5) * step - middle, low + (y + 0.5) * step - middle) / middle;
        light[y * side + x] =
            (float)
                (faded(radius)
                    * areas.sum(
                        left + x * step,
                        low + y * step,
                        left + (x + 1) * step,
                        low + (y + 1) * step)
                    / (step * step));
      }
    }
    return light;
  }

  /** A halo ends where its exposure does, and not with a square edge. */
  private static double faded(double radius) {
    double share = Math.clamp((1 - radius) / 0.3, 0, 1);
    return share * share * (3 - 2 * share);
  }

  private void add(Stamp stamp, float[][][] light, int origin) {
    for (int y = Math.max(0, -stamp.low()); y < stamp.side(); y++) {
      int row = stamp.low() + y;
      if (row >= plan.side()) {
        break;
      }
      for (int x = 0; x < stamp.side(); x++) {
        int column = stamp.left() + x - origin;
        if (column >= 0 && column < plan.side()) {
          for (int band = 0; band < 3; band++) {
            light[band][row][column] += stamp.light()[band][y * stamp.side() + x];
          }
        }
      }
    }
  }

  /** Stars are a pixel wide; the blurring makes them round. */
  private void addStars(float[][][] light, int tile) {
    SplittableRandom random = random(-1 - tile);
    int side = plan.side();
    long stars = Math.max(1, (long) side * side * STARS_A_MILLION_PIXELS / 1_000_000);
    for (int i = 0; i < stars; i++) {
      double brightness = 60 / Math.pow(random.nextDouble() + 0.002, 0.9);
      addStar(
          light, random.nextInt(side), random.nextInt(side), brightness, 0.6 + random.nextDouble());
    }
    int x = side / 8 + random.nextInt(side * 3 / 4);
    int y = side / 8 + random.nextInt(side * 3 / 4);
    addStar(light, x, y, BRIGHTEST * 20, 1);
    int reach = Math.min(side / 6, 260);
    for (int d = 1; d < reach; d++) { // the spikes of the spider
      float spike = (float) (BRIGHTEST * 0.02 * Math.exp(-d / (reach / 4.0)));
      for (int[] arm : new int[][] {{d, 0}, {-d, 0}, {0, d}, {0, -d}}) {
        int column = x + arm[0];
        int row = y + arm[1];
        if (column >= 0 && column < side && row >= 0 && row < side) {
          for (float[][] band : light) {
            band[row][column] += spike;
          }
        }
      }
    }
  }

  private static void addStar(float[][][] light, int x, int y, double brightness, double redness) {
    light[0][y][x] += (float) (brightness * redness);
    light[1][y][x] += (float) brightness;
    light[2][y][x] += (float) (brightness / redness);
  }

  private static void blur(float[][] band) {
    int reach = (int) Math.ceil(4 * SEEING);
    float[] kernel = new float[2 * reach + 1];
    float sum = 0;
    for (int i = 0; i < kernel.length; i++) {
      kernel[i] = (float) Math.exp(-(i - reach) * (i - reach) / (2 * SEEING * SEEING));
      sum += kernel[i];
    }
    int side = band.length;
    for (float[] row : band) {
      float[] before = row.clone();
      Arrays.fill(row, 0);
      for (int k = 0; k < kernel.length; k++) {
        int shift = k - reach;
        float weight = kernel[k] / sum;
        for (int x = Math.max(0, -shift); x < Math.min(side, side - shift); x++) {
          row[x] += weight * before[x + shift];
        }
      }
    }
    // a ring of the rows before they were blurred
    float[][] before = new float[kernel.length][];
    for (int y = 0; y < Math.min(reach, side); y++) {
      before[y % kernel.length] = band[y].clone();
    }
    for (int y = 0; y < side; y++) {
      if (y + reach < side) {
        before[(y + reach) % kernel.length] = band[y + reach].clone();
      }
      float[] row = band[y];
      Arrays.fill(row, 0);
      for (int from = Math.max(0, y - reach); from <= Math.min(side - 1, y + reach); from++) {
        float weight = kernel[from - y + reach] / sum;
        float[] source = before[from % kernel.length];
        for (int x = 0; x < side; x++) {
          row[x] += weight * source[x];
        }
      }
    }
  }

  /** A strip between two detectors, a little aslant, and not where tiles overlap. */
  private boolean[] gap(int tile) {
    int side = plan.side();
    boolean[] noData = new boolean[side * side];
    double middle = side * (0.55 + 0.1 * random(-1_000 - tile).nextDouble());
    double half = Math.max(2, side / 700.0);
    for (int y = 0; y < side; y++) {
      double centre = middle + 0.02 * (y - side / 2.0);
      for (int x = (int) (centre - half); x <= centre + half; x++) {
        if (x >= 0 && x < side) {
          noData[y * side + x] = true;
        }
      }
    }
    return noData;
  }

  /** Adds the noise, and cuts off what is brighter than a detector holds. */
  private void finish(float[][][] light, int tile) {
    for (int band = 0; band < 3; band++) {
      SplittableRandom random = random(-2_000_000 - 3L * tile - band);
      for (float[] row : light[band]) {
        for (int x = 0; x < row.length; x++) {
          row[x] = Math.min(FULL, row[x] + (float) random.nextGaussian());
        }
      }
    }
  }
}
