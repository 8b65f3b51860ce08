package dev.tuningfork.tile;

import dev.tuningfork.image.Crop;

/**
 * Which square of a survey image shows a galaxy. Numbers are checked when the square is cut, so
 * that a bad one fails that galaxy alone.
 *
 * @param centre where the galaxy is
 * @param side the width and height of the square
 */
public record Cut(Centre centre, Side side) {

  /** The position of a galaxy. */
  public sealed interface Centre {

    /**
     * On the sky.
     *
     * @param ra right ascension, degrees (ICRS)
     * @param dec declination, degrees (ICRS)
     */
    record Sky(double ra, double dec) implements Centre {}

    /**
     * On the grid of the first band.
     *
     * @param x column, from 0 at the centre of the first pixel
     * @param y row, from 0 at the centre of the first row of the file, which is the lowest
     */
    record Pixel(double x, double y) implements Centre {}
  }

  /** The side of a square. */
  public sealed interface Side {

    /** The same side times a factor. */
    Side times(double factor);

    /** An angle on the sky. */
    record Arcseconds(double value) implements Side {
      @Override
      public Arcseconds times(double factor) {
        return new Arcseconds(factor * value);
      }
    }

    /** Pixels of the first band. */
    record Pixels(double value) implements Side {
      @Override
      public Pixels times(double factor) {
        return new Pixels(factor * value);
      }
    }
  }

  /** A square of an angle around a position. */
  public static Cut ofArcseconds(double ra, double dec, double side) {
    return new Cut(new Centre.Sky(ra, dec), new Side.Arcseconds(side));
  }

  /** A square of pixels around a position. */
  public static Cut ofPixels(double ra, double dec, double side) {
    return new Cut(new Centre.Sky(ra, dec), new Side.Pixels(side));
  }

  /**
   * The part of this square that a model looks at. Cutting this part directly gives the same pixels
   * as cutting the whole and cropping it, within the rounding of sides to whole pixels.
   */
  public Cut cropped(Crop crop) {
    return switch (crop) {
      case Crop.Fraction(double ofShorterSide) -> new Cut(centre, side.times(ofShorterSide));
      case Crop.Pixels(int pixels) ->
          side instanceof Side.Pixels(double own)
              ? new Cut(centre, new Side.Pixels(Math.min(pixels, own)))
              : new Cut(centre, new Side.Pixels(pixels));
      case Crop.Angle(double arcseconds, double _) ->
          side instanceof Side.Arcseconds(double own)
              ? new Cut(centre, new Side.Arcseconds(Math.min(arcseconds, own)))
              : new Cut(centre, new Side.Arcseconds(arcseconds));
    };
  }
}
