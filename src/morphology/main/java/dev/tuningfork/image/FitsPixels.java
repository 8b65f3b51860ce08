package dev.tuningfork.image;

import static dev.tuningfork.image.BigEndian.DOUBLE;
import static dev.tuningfork.image.BigEndian.FLOAT;
import static dev.tuningfork.image.BigEndian.INT;
import static dev.tuningfork.image.BigEndian.LONG;
import static dev.tuningfork.image.BigEndian.SHORT;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import nom.tam.fits.Header;
import org.jspecify.annotations.Nullable;

/**
 * The pixels of a FITS image as they are stored, and what they mean: BZERO + BSCALE × stored, and
 * undefined where they are BLANK or not finite.
 *
 * <p>Those of a plain image are read where they are in the file, and only those that are needed:
 * the rows and columns of a window, and a sample for the sky. Tiles are unpacked first, all of
 * them.
 */
final class FitsPixels {

  /** As many pixels give the sky's level and noise well enough. */
  static final int BACKGROUND_SAMPLES = 16_384;

  /** The BZERO of unsigned integers of 64 bits (FITS standard 4.0, section 5.2.5). */
  private static final double UNSIGNED = 0x1p63;

  /** Begins with the highest byte of each number, as FITS does. */
  private final MemorySegment data;

  private final int bitpix;
  private final int width;
  private final int height;
  private final double scale;
  private final double zero;
  private final @Nullable Long blank;
  private final double saturation;

  /** Pan-STARRS stores asinh magnitudes of its stacks; null elsewhere. */
  private final @Nullable Softening softening;

  /** Flux is {@code offset + 2 × softening × sinh(0.4 ln(10) × stored)}. */
  private record Softening(double softening, double offset) {

    private static final double MAGNITUDE = 0.4 * Math.log(10);

    static @Nullable Softening of(Header header) {
      return header.containsKey("BSOFTEN") && header.containsKey("BOFFSET")
          ? new Softening(header.getDoubleValue("BSOFTEN", 0), header.getDoubleValue("BOFFSET", 0))
          : null;
    }

    double flux(double stored) {
      return offset + 2 * softening * Math.sinh(MAGNITUDE * stored);
    }
  }

  private FitsPixels(MemorySegment data, FitsHdu hdu, @Nullable Long blank, int width, int height) {
    Header header = hdu.header();
    this.data = data;
    this.bitpix = hdu.bitpix();
    this.width = width;
    this.height = height;
    this.scale = header.getDoubleValue("BSCALE", 1);
    this.zero = header.getDoubleValue("BZERO", 0);
    this.blank = blank;
    this.softening = Softening.of(header);
    this.saturation = saturation(hdu);
  }

  /**
   * The flux from which on a pixel is full. Where the header does not say, it is the largest that
   * integers of 8 and 16 bits can say; wider ones never are that full.
   */
  static double saturation(FitsHdu hdu) {
    Header header = hdu.header();
    double scale = header.getDoubleValue("BSCALE", 1);
    double zero = header.getDoubleValue("BZERO", 0);
    return header.getDoubleValue(
        "SATURATE",
        switch (hdu.bitpix()) {
          case 8 -> zero + scale * 255;
          case 16 -> zero + scale * Short.MAX_VALUE;
          default -> Double.POSITIVE_INFINITY;
        });
  }

  /** Of an HDU whose sizes were found to be true. */
  static FitsPixels of(MemorySegment file, FitsHdu hdu, int width, int height)
      throws ImageException {
    if (hdu.isCompressed()) {
      FitsTiles tiles = FitsTiles.of(file, hdu);
      return ofTiles(tiles.unpacked(), hdu, tiles, width, height);
    }
    return ofPlain(file, hdu, width, height);
  }

  /** Of unpacked tiles. */
  static FitsPixels ofTiles(byte[] unpacked, FitsHdu hdu, FitsTiles tiles, int width, int height) {
    return new FitsPixels(MemorySegment.ofArray(unpacked), hdu, tiles.blank(), width, height);
  }

  /** Of an image that is not compressed. */
  static FitsPixels ofPlain(MemorySegment file, FitsHdu hdu, int width, int height) {
    Long blank =
        hdu.header().containsKey("BLANK") ? (Long) hdu.header().getLongValue("BLANK", 0) : null;
    return new FitsPixels(hdu.data(file), hdu, blank, width, height);
  }

  int width() {
    return width;
  }

  int height() {
    return height;
  }

  /** The flux in a window, row by row from the top, NaN where it is not defined. */
  double[] window(int plane, Window window) {
    int side = window.side();
    double[] flux = new double[side * side];
    for (int y = 0; y < side; y++) {
      int row = height - 1 - window.y() - y; // FITS counts rows from the bottom
      for (int x = 0; x < side; x++) {
        flux[y * side + x] = flux(plane, row, window.x() + x);
      }
    }
    return flux;
  }

  /** The flux of pixels spread over a whole plane, as far as it is finite; may be empty. */
  double[] sample(int plane) {
    int count = width * height;
    int step = Math.max(1, count / BACKGROUND_SAMPLES) | 1; // odd, so as not to keep to columns
    double[] samples = new double[count / step + 1];
    int defined = 0;
    for (int i = 0; i < count; i += step) {
      double flux = flux(plane, i / width, i % width);
      if (Double.isFinite(flux)) {
        samples[defined++] = flux;
      }
    }
    return Arrays.copyOf(samples, defined);
  }

  /** The flux from which on a pixel is full; infinite where the file does not say. */
  double saturation() {
    return saturation;
  }

  /** The flux of a pixel, NaN or infinite where it is not defined; row 0 is at the bottom. */
  double flux(int plane, int row, int x) {
    double value = value(plane, row, x);
    return softening == null ? value : softening.flux(value);
  }

  /** The same as the header scales it (BSCALE, BZERO), and no further. */
  private double value(int plane, int row, int x) {
    long at = ((long) plane * height + row) * width + x;
    return switch (bitpix) {
      case 8 -> physical(data.get(ValueLayout.JAVA_BYTE, at) & 0xff);
      case 16 -> physical(data.get(SHORT, 2 * at));
      case 32 -> physical(data.get(INT, 4 * at));
      case 64 -> wide(data.get(LONG, 8 * at));
      case -32 -> zero + scale * data.get(FLOAT, 4 * at);
      case -64 -> zero + scale * data.get(DOUBLE, 8 * at);
      default -> throw new IllegalStateException("FITS has no BITPIX of " + bitpix);
    };
  }

  /**
   * The flux of a part of a row in single precision, NaN where it is not defined.
   *
   * @param row 0 is at the bottom
   */
  void read(int plane, int row, int x, int count, float[] into, int at) {
    if (bitpix == -32 && softening == null) {
      long from = 4 * (((long) plane * height + row) * width + x);
      MemorySegment.copy(data, FLOAT, from, into, at, count);
      if (scale == 1 && zero == 0) {
        return;
      }
    }
    for (int i = 0; i < count; i++) {
      into[at + i] = (float) flux(plane, row, x + i);
    }
  }

  private double physical(long stored) {
    return blank != null && stored == blank ? Double.NaN : zero + scale * stored;
  }

  /** The same; a BZERO of 2^63, which makes integers unsigned, would take the lower bits away. */
  private double wide(long stored) {
    if (zero != UNSIGNED || scale != 1 || (blank != null && stored == blank)) {
      return physical(stored);
    }
    long unsigned = stored ^ Long.MIN_VALUE;
    return unsigned >= 0
        ? (double) unsigned
        : 2.0 * ((unsigned >>> 1) | (unsigned & 1)); // rounds once
  }
}
