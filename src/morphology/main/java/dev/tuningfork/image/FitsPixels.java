package dev.tuningfork.image;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import nom.tam.fits.BasicHDU;
import nom.tam.fits.Fits;
import nom.tam.fits.FitsException;
import nom.tam.fits.Header;
import nom.tam.fits.ImageHDU;
import nom.tam.image.compression.hdu.CompressedImageHDU;

/**
 * The pixels of a FITS image as they are stored, and what they mean: BZERO + BSCALE × stored, and
 * undefined where they are BLANK or not finite.
 */
final class FitsPixels {

  /** As many pixels tell the sky's level and noise well enough. */
  private static final int BACKGROUND_SAMPLES = 16_384;

  private final Object[][] planes;
  private final int width;
  private final int height;
  private final double scale;
  private final double zero;
  private final boolean blanked;
  private final long blank;
  private final double saturation;

  private FitsPixels(Object[][] planes, int width, Header header) {
    this.planes = planes;
    this.width = width;
    this.height = planes[0].length;
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

  /** Reads all pixels of an HDU whose sizes were found to be true. */
  static FitsPixels read(byte[] bytes, FitsHdu hdu, int width) throws ImageException {
    int size = Math.min(hdu.end(), bytes.length) - hdu.offset();
    try (var fits = new Fits(new ByteArrayInputStream(bytes, hdu.offset(), size))) {
      BasicHDU<?> read = fits.readHDU();
      BasicHDU<?> image =
          read instanceof CompressedImageHDU compressed ? decompressed(compressed) : read;
      return new FitsPixels(planes((Object[]) image.getKernel()), width, image.getHeader());
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
      Object row = planes[plane][height - 1 - window.y() - y]; // FITS counts rows from the bottom
      for (int x = 0; x < side; x++) {
        flux[y * side + x] = (float) flux(row, window.x() + x);
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
      double flux = flux(planes[plane][i / width], i % width);
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

  private double flux(Object row, int x) {
    return switch (row) {
      case byte[] stored -> physical(stored[x] & 0xff);
      case short[] stored -> physical(stored[x]);
      case int[] stored -> physical(stored[x]);
      case long[] stored -> physical(stored[x]);
      case float[] stored -> zero + scale * stored[x];
      case double[] stored -> zero + scale * stored[x];
      default -> throw new IllegalStateException("FITS has no pixels of " + row.getClass() + ".");
    };
  }

  private double physical(long stored) {
    return blanked && stored == blank ? Double.NaN : zero + scale * stored;
  }
}
