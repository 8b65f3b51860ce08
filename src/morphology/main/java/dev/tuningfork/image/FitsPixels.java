package dev.tuningfork.image;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import nom.tam.fits.Fits;
import nom.tam.fits.FitsException;
import nom.tam.fits.Header;
import nom.tam.fits.ImageHDU;
import nom.tam.image.compression.hdu.CompressedImageHDU;

/**
 * The pixels of a FITS image as they are stored, and what they mean: BZERO + BSCALE × stored, and
 * undefined where they are BLANK or not finite.
 *
 * <p>Those of a plain image are read where they stand in the file, and only those that are asked
 * for: the rows and columns of a window, and a sample for the sky. Tiles are unpacked first, all of
 * them, by nom-tam-fits.
 */
final class FitsPixels {

  /** As many pixels tell the sky's level and noise well enough. */
  private static final int BACKGROUND_SAMPLES = 16_384;

  private final Stored stored;
  private final int width;
  private final int height;
  private final double scale;
  private final double zero;
  private final boolean blanked;
  private final long blank;
  private final double saturation;

  private FitsPixels(Stored stored, int width, int height, Header header) {
    this.stored = stored;
    this.width = width;
    this.height = height;
    this.scale = header.getDoubleValue("BSCALE", 1);
    this.zero = header.getDoubleValue("BZERO", 0);
    this.blanked = header.containsKey("BLANK");
    this.blank = header.getLongValue("BLANK", 0);
    this.saturation = header.getDoubleValue("SATURATE", brightest(header.getIntValue("BITPIX", 0)));
  }

  /** The largest flux that integers of 8 and 16 bits can say; wider ones never are that full. */
  private double brightest(int bitpix) {
    return switch (bitpix) {
      case 8 -> zero + scale * 255;
      case 16 -> zero + scale * Short.MAX_VALUE;
      default -> Double.POSITIVE_INFINITY;
    };
  }

  /** Of an HDU whose sizes were found to be true. */
  static FitsPixels of(byte[] bytes, FitsHdu hdu, int width, int height) throws ImageException {
    return hdu.isCompressed()
        ? unpacked(bytes, hdu, width, height)
        : new FitsPixels(
            new InFile(
                ByteBuffer.wrap(bytes, hdu.dataOffset(), hdu.dataSize()).slice(),
                hdu.bitpix(),
                width,
                height),
            width,
            height,
            hdu.header());
  }

  private static FitsPixels unpacked(byte[] bytes, FitsHdu hdu, int width, int height)
      throws ImageException {
    int size = Math.min(hdu.end(), bytes.length) - hdu.offset();
    try (var fits = new Fits(new ByteArrayInputStream(bytes, hdu.offset(), size))) {
      ImageHDU image = decompressed((CompressedImageHDU) fits.readHDU());
      return new FitsPixels(
          new Unpacked(planes((Object[]) image.getKernel())), width, height, image.getHeader());
    } catch (IOException | RuntimeException e) {
      throw new ImageException(
          "The pixels of FITS HDU %d cannot be read: %s.".formatted(hdu.index(), e.getMessage()),
          e);
    }
  }

  private static ImageHDU decompressed(CompressedImageHDU compressed) throws FitsException {
    Header header = compressed.getHeader();
    if (header.getIntValue("ZBITPIX") < 0
        && header.containsKey("ZBLANK")
        && compressed.findColumn("ZBLANK") < 0) {
      // nom-tam-fits 1.21 takes the mark of undefined pixels from a column only, and fpack writes
      // it
      // as a keyword: without this 0 would be the mark
      int[] marks = new int[compressed.getNRows()];
      Arrays.fill(marks, header.getIntValue("ZBLANK"));
      int column = compressed.addColumn(marks) - 1;
      compressed.setColumnName(column, "ZBLANK", null);
    }
    return compressed.asImageHDU();
  }

  /** Planes of rows, without the outer axes of length 1 that may stand around them. */
  private static Object[][] planes(Object[] array) {
    if (!(array[0] instanceof Object[] inner)) {
      return new Object[][] {array};
    }
    return inner[0] instanceof Object[]
        ? planes(inner)
        : Arrays.copyOf(array, array.length, Object[][].class);
  }

  /** The flux in a window, row by row from the top, NaN where it is not defined. */
  float[] window(int plane, Window window) {
    int side = window.side();
    float[] flux = new float[side * side];
    for (int y = 0; y < side; y++) {
      int row = height - 1 - window.y() - y; // FITS counts rows from the bottom
      for (int x = 0; x < side; x++) {
        flux[y * side + x] = (float) flux(plane, row, window.x() + x);
      }
    }
    return flux;
  }

  /** The sky of a whole plane, by a sample of its pixels. */
  Background background(int plane) {
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
    return defined == 0 ? new Background(0, 0) : Background.of(Arrays.copyOf(samples, defined));
  }

  /** The flux from which on a pixel is full; infinite where the file does not tell. */
  double saturation() {
    return saturation;
  }

  private double flux(int plane, int row, int x) {
    return switch (stored) {
      case Unpacked(Object[][] planes) ->
          switch (planes[plane][row]) {
            case byte[] values -> physical(values[x] & 0xff);
            case short[] values -> physical(values[x]);
            case int[] values -> physical(values[x]);
            case long[] values -> physical(values[x]);
            case float[] values -> zero + scale * values[x];
            case double[] values -> zero + scale * values[x];
            default ->
                throw new IllegalStateException("FITS has no pixels of " + planes[plane][row]);
          };
      case InFile file -> {
        int at = file.place(plane, row, x);
        yield switch (file.bitpix) {
          case 8 -> physical(file.data.get(at) & 0xff);
          case 16 -> physical(file.data.getShort(at));
          case 32 -> physical(file.data.getInt(at));
          case 64 -> physical(file.data.getLong(at));
          case -32 -> zero + scale * file.data.getFloat(at);
          case -64 -> zero + scale * file.data.getDouble(at);
          default -> throw new IllegalStateException("FITS has no BITPIX of " + file.bitpix);
        };
      }
    };
  }

  private double physical(long stored) {
    return blanked && stored == blank ? Double.NaN : zero + scale * stored;
  }

  /** Where the numbers are. */
  private sealed interface Stored {}

  /** Arrays of a BITPIX's type, for each plane one a row, from the bottom. */
  @SuppressWarnings("ArrayRecordComponent") // lives for one image and is never compared
  private record Unpacked(Object[][] planes) implements Stored {}

  /** The file itself, whose numbers begin with their highest byte as those of a buffer do. */
  private record InFile(ByteBuffer data, int bitpix, int width, int height) implements Stored {
    int place(int plane, int row, int x) {
      return ((plane * height + row) * width + x) * (Math.abs(bitpix) / 8);
    }
  }
}
