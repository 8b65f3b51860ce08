package dev.tuningfork.tile;

import dev.tuningfork.image.ImageException;
import dev.tuningfork.image.LocalGrid;
import dev.tuningfork.image.PixelPosition;
import dev.tuningfork.image.SkyPosition;
import java.util.Locale;

/**
 * How many pixels may be cut out at once, so that a catalogue's wrong size costs one galaxy and not
 * the run.
 *
 * @param bytes of pixels in all bands of one cutout
 */
public record CutLimit(long bytes) {

  /** An eighth of the heap for each thread that cuts; the picture is made beside the pixels. */
  public static CutLimit of(int threads) {
    return new CutLimit(Runtime.getRuntime().maxMemory() / 8 / threads);
  }

  /**
   * Looks at a square before it is cut.
   *
   * @throws ImageException in a sentence, where it is too large
   */
  public void check(SurveyImage image, Cut cut) throws ImageException {
    double side =
        switch (cut.side()) {
          case Cut.Side.Pixels(double pixels) -> pixels;
          case Cut.Side.Arcseconds(double arcseconds) -> arcseconds / scale(image, cut);
        };
    double largest = Math.floor(Math.sqrt(bytes / (double) (Float.BYTES * image.bands().size())));
    if (side > largest) {
      throw new ImageException(
          String.format(
              Locale.ROOT,
              "A cutout of %,.0f pixels is too large: at most %,.0f fit into this heap.",
              side,
              largest));
    }
  }

  private static double scale(SurveyImage image, Cut cut) {
    if (cut.centre() instanceof Cut.Centre.Sky(double ra, double dec)) {
      PixelPosition pixel = image.reference().wcs().toPixel(new SkyPosition(ra, dec));
      LocalGrid grid = pixel == null ? null : image.reference().wcs().at(pixel.x(), pixel.y());
      return grid == null ? Double.NaN : grid.pixelScale();
    }
    return Double.NaN;
  }
}
