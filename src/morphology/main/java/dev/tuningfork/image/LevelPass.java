package dev.tuningfork.image;

import java.util.Set;

/**
 * Brings the window of an 8-bit image to the size that a network takes, and looks it over, while
 * its rows pass by: each pixel is read once.
 *
 * <p>A row is added, weighted, to each of the few resampled rows that it has a share in; as soon as
 * one of these is whole it is resampled along itself and rounded. The sums are whole numbers of
 * {@value Taps#FINE_BITS} bits behind the point downwards; along a row the channels of a pixel
 * share one number of 64 bits, with {@value #FRACTION} bits behind the point and weights of {@value
 * Taps#COARSE_BITS}. So a level may differ by a third of one from what exact arithmetic gives,
 * before it is rounded.
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

  /** For each resampled row that is not whole yet, one line of sums a channel. */
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
    int lines = taps.overlap() * channels;
    if (sums.length < lines || sums[0].length < taps.from()) {
      sums = new int[lines][taps.from()];
    }
    if (line.length < taps.from()) {
      line = new long[taps.from()];
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
      for (int to = finished; to < taps.to() && taps.first(to) <= row; to++) {
        add(pixels, to);
      }
      while (finished < taps.to() && taps.first(finished) + taps.width() - 1 == row) {
        pack(finished);
        taps.along(line, channels == 1 ? HALF : HALVES, resampled);
        write(finished++);
      }
    }
    row++;
  }

  /** Adds the flags of the image whose last row has come. */
  void end(Set<QualityFlag> flags) {
    quality.inspect(flags);
  }

  private void add(int[] pixels, int to) {
    int tap = row - taps.first(to);
    int weight = taps.fine(to, tap);
    int[] red = sums(to, 0);
    int count = taps.from();
    if (channels == 1) {
      if (tap == 0) {
        for (int x = 0; x < count; x++) {
          red[x] = weight * pixels[x];
        }
      } else {
        for (int x = 0; x < count; x++) {
          red[x] += weight * pixels[x];
        }
      }
      return;
    }
    int[] green = sums(to, 1);
    int[] blue = sums(to, 2);
    if (tap == 0) {
      for (int x = 0; x < count; x++) {
        int pixel = pixels[x];
        red[x] = weight * (pixel & 0xff);
        green[x] = weight * ((pixel >>> 8) & 0xff);
        blue[x] = weight * ((pixel >>> 16) & 0xff);
      }
    } else {
      for (int x = 0; x < count; x++) {
        int pixel = pixels[x];
        red[x] += weight * (pixel & 0xff);
        green[x] += weight * ((pixel >>> 8) & 0xff);
        blue[x] += weight * ((pixel >>> 16) & 0xff);
      }
    }
  }

  private int[] sums(int to, int channel) {
    return sums[(to % taps.overlap()) * channels + channel];
  }

  /** Puts the channels of each pixel side by side into one number. */
  private void pack(int to) {
    int[] red = sums(to, 0);
    int count = taps.from();
    if (channels == 1) {
      for (int x = 0; x < count; x++) {
        line[x] = fraction(red[x]);
      }
      return;
    }
    int[] green = sums(to, 1);
    int[] blue = sums(to, 2);
    for (int x = 0; x < count; x++) {
      line[x] = fraction(red[x]) | (fraction(green[x]) << LANE) | (fraction(blue[x]) << (2 * LANE));
    }
  }

  private static long fraction(int sum) {
    int rounded = (sum + HALF_FRACTION) >> TO_FRACTION;
    return rounded;
  }

  private void write(int to) {
    int at = to * taps.to() * wanted;
    for (int x = 0; x < taps.to(); x++) {
      long pixel = resampled[x];
      if (channels == 3) {
        levels[at] = (byte) (pixel >>> DOWN);
        levels[at + 1] = (byte) (pixel >>> (LANE + DOWN));
        levels[at + 2] = (byte) (pixel >>> (2 * LANE + DOWN));
        at += 3;
      } else {
        at = repeat((byte) (pixel >>> DOWN), at);
      }
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
