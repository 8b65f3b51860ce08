package dev.tuningfork.image;

import static dev.tuningfork.image.BigEndian.DOUBLE;
import static dev.tuningfork.image.BigEndian.FLOAT;
import static dev.tuningfork.image.BigEndian.INT;
import static dev.tuningfork.image.BigEndian.LONG;
import static dev.tuningfork.image.BigEndian.SHORT;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.BitSet;
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

  private final FitsHdu hdu;
  private final int bitpix;
  private final int width;
  private final int height;
  private final double scale;
  private final double zero;
  private final @Nullable Long blank;
  private final double saturation;

  /** Whether the stored numbers are the flux, in single precision. */
  private final boolean isSingle;

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

  /** Whether these are numbers that were rounded, so that equal ones were not equal before. */
  private final boolean quantised;

  /** Which pixels, by their place, may have been 0 before they were quantised. */
  private final BitSet nearZero;

  /** Whether these are read as 0. */
  private final boolean zerosAreExact;

  private FitsPixels(
      MemorySegment data,
      FitsHdu hdu,
      @Nullable Long blank,
      int width,
      int height,
      boolean quantised,
      BitSet nearZero,
      boolean zerosAreExact) {
    Header header = hdu.header();
    this.data = data;
    this.hdu = hdu;
    this.bitpix = hdu.bitpix();
    this.width = width;
    this.height = height;
    this.scale = header.getDoubleValue("BSCALE", 1);
    this.zero = header.getDoubleValue("BZERO", 0);
    this.blank = blank;
    this.softening = Softening.of(header);
    this.saturation = saturation(hdu);
    this.isSingle = isSingle(hdu);
    this.quantised = quantised;
    this.nearZero = zero == 0 && softening == null ? nearZero : new BitSet();
    this.zerosAreExact = zerosAreExact;
  }

  /** The same, but what may have been 0 is. */
  private FitsPixels withExactZeros() {
    return new FitsPixels(data, hdu, blank, width, height, quantised, nearZero, true);
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

  /** Whether the stored numbers are the physical values, in single precision. */
  static boolean isSingle(FitsHdu hdu) {
    Header header = hdu.header();
    return hdu.bitpix() == -32
        && Softening.of(header) == null
        && header.getDoubleValue("BSCALE", 1) == 1
        && header.getDoubleValue("BZERO", 0) == 0;
  }

  /** Of an HDU whose sizes were found to be true. */
  static FitsPixels of(MemorySegment file, FitsHdu hdu, int width, int height)
      throws ImageException {
    if (hdu.isCompressed()) {
      FitsTiles tiles = FitsTiles.of(file, hdu);
      FitsTiles.Unpacked unpacked = tiles.unpacked();
      return new FitsPixels(
          MemorySegment.ofArray(unpacked.numbers()),
          hdu,
          tiles.blank(),
          width,
          height,
          unpacked.quantised(),
          unpacked.nearZero(),
          false);
    }
    return ofPlain(file, hdu, width, height);
  }

  /** Of an unpacked tile. */
  static FitsPixels ofTiles(byte[] unpacked, FitsHdu hdu, FitsTiles tiles, int width, int height) {
    return new FitsPixels(
        MemorySegment.ofArray(unpacked),
        hdu,
        tiles.blank(),
        width,
        height,
        false,
        new BitSet(),
        false);
  }

  /** Of an image that is not compressed. */
  static FitsPixels ofPlain(MemorySegment file, FitsHdu hdu, int width, int height) {
    Long blank =
        hdu.header().containsKey("BLANK") ? (Long) hdu.header().getLongValue("BLANK", 0) : null;
    return new FitsPixels(hdu.data(file), hdu, blank, width, height, false, new BitSet(), false);
  }

  int width() {
    return width;
  }

  int height() {
    return height;
  }

  /**
   * Makes the pixels of a plane undefined that were 0 before they were quantised and stood for
   * missing ones. Quantised with SUBTRACTIVE_DITHER_1, zeros come back as numbers of up to half a
   * ZSCALE about 0, which is a fraction of the noise. What tells them from sky are their runs.
   *
   * @param window that will be shown
   */
  void clearBlurredZeros(int plane, Window window) {
    if (nearZero.isEmpty()) {
      return;
    }
    int run = FillValues.runOfZeros(withExactZeros(), plane, window);
    if (run == 0) {
      return;
    }
    BitSet missing = new BitSet();
    int first = plane * width * height;
    for (int row = 0; row < height; row++) {
      addRuns(first + row * width, 1, width, run, missing);
    }
    for (int x = 0; x < width; x++) {
      addRuns(first + x, width, height, run, missing);
    }
    missing.stream().forEach(this::clear);
  }

  /** Adds the runs along a line of those pixels that may have been 0. */
  private void addRuns(int from, int step, int count, int run, BitSet to) {
    int begin = 0;
    for (int i = 0; i <= count; i++) {
      if (i == count || !nearZero.get(from + i * step)) {
        for (int k = begin; i - begin >= run && k < i; k++) {
          to.set(from + k * step);
        }
        begin = i + 1;
      }
    }
  }

  private void clear(int place) {
    if (bitpix == -32) {
      data.set(FLOAT, 4L * place, Float.NaN);
    } else {
      data.set(DOUBLE, 8L * place, Double.NaN);
    }
  }

  /** The flux in a window, row by row from the top, NaN where it is not defined. */
  double[] window(int plane, Window window) {
    int side = window.side();
    double[] flux = new double[side * side];
    for (int y = 0; y < side; y++) {
      int row = height - 1 - window.y() - y; // FITS counts rows from the bottom
      read(at(plane, row, window.x()), 1, side, flux, y * side);
    }
    return flux;
  }

  /** The flux of pixels spread over a whole plane, as far as it is finite; may be empty. */
  double[] sample(int plane) {
    int count = width * height;
    int step = Math.max(1, count / BACKGROUND_SAMPLES) | 1; // odd, so as not to keep to columns
    double[] samples = flux(plane, 0, 0, step, Math.ceilDiv(count, step));
    int defined = 0;
    for (double flux : samples) {
      if (Double.isFinite(flux)) {
        samples[defined++] = flux;
      }
    }
    return Arrays.copyOf(samples, defined);
  }

  /** Whether the numbers were rounded when the file was compressed. */
  boolean isQuantised() {
    return quantised;
  }

  /** The flux from which on a pixel is full; infinite where the file does not say. */
  double saturation() {
    return saturation;
  }

  /** The flux of a pixel, NaN or infinite where it is not defined; row 0 is at the bottom. */
  double flux(int plane, int row, int x) {
    return flux(plane, row, x, 1, 1)[0];
  }

  /** The same of pixels that are equally far apart in a row, or go on in those above it. */
  double[] flux(int plane, int row, int x, int step, int count) {
    double[] flux = new double[count];
    read(at(plane, row, x), step, count, flux, 0);
    return flux;
  }

  /** How many pixels are before one. */
  private long at(int plane, int row, int x) {
    return ((long) plane * height + row) * width + x;
  }

  /**
   * Reads the flux of pixels that are equally far apart.
   *
   * @param first the number of the first one
   */
  private void read(long first, long step, int count, double[] into, int from) {
    switch (bitpix) {
      case 8 -> {
        for (int i = 0; i < count; i++) {
          into[from + i] = physical(data.get(ValueLayout.JAVA_BYTE, first + i * step) & 0xff);
        }
      }
      case 16 -> {
        for (int i = 0; i < count; i++) {
          into[from + i] = physical(data.get(SHORT, 2 * (first + i * step)));
        }
      }
      case 32 -> {
        for (int i = 0; i < count; i++) {
          into[from + i] = physical(data.get(INT, 4 * (first + i * step)));
        }
      }
      case 64 -> {
        for (int i = 0; i < count; i++) {
          into[from + i] = wide(data.get(LONG, 8 * (first + i * step)));
        }
      }
      case -32 -> {
        for (int i = 0; i < count; i++) {
          into[from + i] = zero + scale * data.get(FLOAT, 4 * (first + i * step));
        }
      }
      case -64 -> {
        for (int i = 0; i < count; i++) {
          into[from + i] = zero + scale * data.get(DOUBLE, 8 * (first + i * step));
        }
      }
      default -> throw new IllegalStateException("FITS has no BITPIX of " + bitpix);
    }
    for (int i = 0; softening != null && i < count; i++) {
      into[from + i] = softening.flux(into[from + i]);
    }
    for (int i = 0; zerosAreExact && i < count; i++) {
      into[from + i] = nearZero.get((int) (first + i * step)) ? 0 : into[from + i];
    }
  }

  /**
   * The flux of a rectangle in single precision, NaN where it is not defined.
   *
   * @param row the lowest; 0 is at the bottom
   * @param at where the lowest row begins
   * @param stride from a row to the next one above; may be negative
   */
  void read(int plane, int row, int x, int columns, int rows, float[] into, int at, int stride) {
    if (isSingle) {
      readSingle(plane, row, x, columns, rows, into, at, stride);
      return;
    }
    for (int i = 0; i < rows; i++) {
      double[] flux = flux(plane, row + i, x, 1, columns);
      for (int k = 0; k < columns; k++) {
        into[at + i * stride + k] = (float) flux[k];
      }
    }
  }

  /**
   * Numbers of single precision as they are stored, their bytes in the processor's order. The JVM
   * turns the bytes of several integers at a time, but not those of floating-point numbers.
   */
  private void readSingle(
      int plane, int row, int x, int columns, int rows, float[] into, int at, int stride) {
    int[] bits = new int[columns];
    MemorySegment turned = MemorySegment.ofArray(bits);
    MemorySegment target = MemorySegment.ofArray(into);
    for (int i = 0; i < rows; i++) {
      MemorySegment.copy(
          data,
          ValueLayout.JAVA_INT_UNALIGNED,
          Float.BYTES * at(plane, row + i, x),
          bits,
          0,
          columns);
      if (ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN) {
        turn(bits);
      }
      MemorySegment.copy(
          turned, 0, target, (long) Float.BYTES * (at + i * stride), (long) Float.BYTES * columns);
    }
  }

  private static void turn(int[] bits) {
    for (int i = 0; i < bits.length; i++) {
      bits[i] = Integer.reverseBytes(bits[i]);
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
