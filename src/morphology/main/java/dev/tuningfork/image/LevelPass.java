package dev.tuningfork.image;

import java.util.Set;

/**
 * Brings the window of an 8-bit image to the size that a network takes, and looks it over, while
 * its rows pass by: each pixel is read once.
 *
 * <p>As many rows are held as make a resampled one, which is then resampled along itself and
 * rounded. It is all done in whole numbers, in loops that the compiler makes ones of vectors: down
 * the columns with weights of {@value Taps#FINE_BITS} bits; along a row with weights of {@value
 * Taps#COARSE_BITS}, where the channels of a pixel share one number of 64 bits, with {@value
 * #FRACTION} bits behind the point. So a level may differ by a third of one from what exact
 * arithmetic gives, before it is rounded.
 *
 * <p>One image at a time, by one thread at a time. It is kept from image to image for the sake of
 * its arrays.
 */
final class LevelPass implements LevelRows {

  /** Of a level between the two directions. */
  private static final int FRACTION = 3;

  /** Of a channel where three share a number: a level, its fraction and a weight. */
  private static final int LANE = 8 + FRACTION + Taps.COARSE_BITS;

  private static final int DOWN = FRACTION + Taps.COARSE_BITS;
  private static final long HALF = 1L << (DOWN - 1);
  private static final long HALVES = HALF | (HALF << LANE) | (HALF << (2 * LANE));

  private static final int TO_FRACTION = Taps.FINE_BITS - FRACTION;
  private static final int HALF_FRACTION = 1 << (TO_FRACTION - 1);

  private final ImageQuality.OfRows quality = new ImageQuality.OfRows();

  /** The latest ones, row {@code y} at {@code y % taps.width()}. */
  private int[][] rows = {};

  /** For each channel, the columns' sums of the current resampled row. */
  private int[][] sums = {};

  private long[] line = {};
  private long[] resampled = {};

  private Taps taps;
  private int channels;
  private int wanted;
  private byte[] levels;
  private int row;
  private int finished;

  @SuppressWarnings("NullAway.Init") // begin() comes before everything else
  LevelPass() {}

  /**
   * Begins an image.
   *
   * @param shown the channels of the rows that come
   * @param taps from the window's side to the network's; without negative weights
   * @param levels where the resampled image goes, pixel by pixel; as it is longer than one channel
   *     needs, a grey level is repeated
   */
  void begin(Channels shown, Taps taps, byte[] levels) {
    this.taps = taps;
    this.channels = shown.count();
    this.wanted = levels.length / (taps.to() * taps.to());
    this.levels = levels;
    row = 0;
    finished = 0;
    if (rows.length < taps.width() || rows[0].length < taps.from()) {
      rows = new int[taps.width()][taps.from()];
    }
    if (sums.length < channels || sums[0].length < taps.from()) {
      sums = new int[channels][taps.from()];
    }
    if (line.length < taps.packedLength()) {
      line = new long[taps.packedLength()];
    }
    if (resampled.length < taps.to()) {
      resampled = new long[taps.to()];
    }
    quality.begin(taps.from(), channels);
  }

  @Override
  public void row(int[] pixels) {
    quality.row(pixels);
    if (taps.from() == taps.to()) {
      copy(pixels);
    } else {
      System.arraycopy(pixels, 0, rows[row % taps.width()], 0, taps.from());
      while (finished < taps.to() && taps.first(finished) + taps.width() - 1 == row) {
        for (int channel = 0; channel < channels; channel++) {
          down(channel);
        }
        pack();
        taps.along(line, channels == 1 ? HALF : HALVES, resampled);
        write();
        finished++;
      }
    }
    row++;
  }

  /** Adds the flags of the image whose last row has come. */
  void end(Set<QualityFlag> flags) {
    quality.inspect(flags);
  }

  /** Sums up the columns of the rows that make the next resampled one. */
  private void down(int channel) {
    for (int k = 0; k < taps.groupedWidth(); k += Taps.GROUP) {
      add(
          tap(k),
          tap(k + 1),
          tap(k + 2),
          tap(k + 3),
          taps.fine(finished, k),
          taps.fine(finished, k + 1),
          taps.fine(finished, k + 2),
          taps.fine(finished, k + 3),
          8 * channel,
          k == 0 ? 0 : 1,
          sums[channel],
          taps.from());
    }
  }

  /** A row that makes the next resampled one; any of them where its weight is 0. */
  private int[] tap(int k) {
    return rows[(taps.first(finished) + k) % taps.width()];
  }

  private static void add(
      int[] one,
      int[] two,
      int[] three,
      int[] four,
      int ofOne,
      int ofTwo,
      int ofThree,
      int ofFour,
      int shift,
      int kept,
      int[] sums,
      int count) {
    for (int x = 0; x < count; x++) {
      sums[x] =
          kept * sums[x]
              + ofOne * ((one[x] >>> shift) & 0xff)
              + ofTwo * ((two[x] >>> shift) & 0xff)
              + ofThree * ((three[x] >>> shift) & 0xff)
              + ofFour * ((four[x] >>> shift) & 0xff);
    }
  }

  /** Puts the channels of each pixel side by side into one number. */
  private void pack() {
    int[] red = sums[0];
    int count = taps.from();
    if (channels == 1) {
      for (int x = 0; x < count; x++) {
        line[x] = fraction(red[x]);
      }
      return;
    }
    int[] green = sums[1];
    int[] blue = sums[2];
    for (int x = 0; x < count; x++) {
      line[x] = fraction(red[x]) | (fraction(green[x]) << LANE) | (fraction(blue[x]) << (2 * LANE));
    }
  }

  private static long fraction(int sum) {
    int rounded = (sum + HALF_FRACTION) >> TO_FRACTION;
    return rounded;
  }

  private void write() {
    int at = finished * taps.to() * wanted;
    if (channels == 3) {
      unpack(resampled, levels, at, taps.to());
      return;
    }
    for (int x = 0; x < taps.to(); x++) {
      at = repeat((byte) (resampled[x] >>> DOWN), at);
    }
  }

  private static void unpack(long[] resampled, byte[] levels, int start, int count) {
    int at = start;
    for (int x = 0; x < count; x++) {
      long pixel = resampled[x];
      levels[at] = (byte) (pixel >>> DOWN);
      levels[at + 1] = (byte) (pixel >>> (LANE + DOWN));
      levels[at + 2] = (byte) (pixel >>> (2 * LANE + DOWN));
      at += 3;
    }
  }

  private void copy(int[] pixels) {
    int at = row * taps.to() * wanted;
    for (int x = 0; x < taps.to(); x++) {
      int pixel = pixels[x];
      if (channels == 3) {
        levels[at] = (byte) pixel;
        levels[at + 1] = (byte) (pixel >>> 8);
        levels[at + 2] = (byte) (pixel >>> 16);
        at += 3;
      } else {
        at = repeat((byte) pixel, at);
      }
    }
  }

  private int repeat(byte level, int at) {
    for (int i = 0; i < wanted; i++) {
      levels[at + i] = level;
    }
    return at + wanted;
  }
}
