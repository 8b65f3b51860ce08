package dev.tuningfork.trainer.augment;

import dev.tuningfork.image.Crop;
import dev.tuningfork.image.ImageLimits;
import dev.tuningfork.image.InputSpec;
import dev.tuningfork.image.Preprocessor;
import dev.tuningfork.image.Stretch;

/**
 * How images of one size are cut wider than the network sees them, at the scale at which it does,
 * and where the network's own crop lies within. Pixels are counted by their centres: the first is
 * at 0.
 *
 * @param width of the images, in their own pixels
 * @param height of the images, in their own pixels
 * @param preprocessor makes the wide cutout
 * @param side of the wide cutout
 * @param scale pixels of the wide cutout for one of the network's input; near 1
 * @param x where the centre of the network's crop lies in the wide cutout
 * @param y the same, downwards
 */
record WideCrop(
    int width, int height, Preprocessor preprocessor, int side, double scale, double x, double y) {

  /** The crop and no more, as the classifier makes it. */
  static WideCrop plain(InputSpec input, int width, int height) {
    double centre = (input.size() - 1) / 2.0;
    return new WideCrop(
        width,
        height,
        new Preprocessor(input, ImageLimits.DEFAULT),
        input.size(),
        1,
        centre,
        centre);
  }

  /**
   * A wider crop, as far as the images reach.
   *
   * @param reach how far it should reach from the centre, in pixels of the network's input
   */
  static WideCrop of(InputSpec input, double reach, int width, int height) {
    int shorter = Math.min(width, height);
    int crop = side(input.crop(), shorter);
    double scale = (double) crop / input.size(); // pixels of the image for one of the input
    int side = Math.min(largestSide(input, reach), shorter * input.size() / crop);
    // as even or odd as the crop: then both stand on the same pixels
    int window = Math.clamp(Math.round(side * scale), 1, shorter);
    if ((window - crop) % 2 != 0) {
      window += window < shorter ? 1 : -1;
    }
    if (crop == input.size()) {
      side = window; // nothing is resampled
    }
    Stretch stretch = input.stretch();
    // as many bright pixels are white in the wider crop, which has more sky
    double share = (double) crop / window;
    Stretch wider =
        new Stretch(
            stretch.softening(),
            stretch.black(),
            100 - (100 - stretch.whitePercentile()) * share * share,
            stretch.leastWhite(),
            stretch.colourBalance());
    InputSpec spec =
        new InputSpec(
            input.channels(),
            side,
            new Crop.Pixels(window),
            input.resampling(),
            wider,
            input.mean(),
            input.std(),
            input.recipe());
    double widePerImage = (double) side / window;
    return new WideCrop(
        width,
        height,
        new Preprocessor(spec, ImageLimits.DEFAULT),
        side,
        scale * widePerImage,
        centre(width, crop, window) * widePerImage - 0.5,
        centre(height, crop, window) * widePerImage - 0.5);
  }

  /** The largest side of {@link #of}: as even or odd as the network's input. */
  static int largestSide(InputSpec input, double reach) {
    int side = 2 * (int) Math.ceil(reach + 1);
    return side + ((side - input.size()) & 1);
  }

  /** Where the centre of the network's crop lies in the window, in the image's pixels. */
  private static double centre(int length, int crop, int window) {
    int begin = (length - crop) / 2 - (length - window) / 2;
    return begin + crop / 2.0;
  }

  private static int side(Crop crop, int shorter) {
    double side =
        switch (crop) {
          case Crop.Fraction(double ofShorterSide) -> ofShorterSide * shorter;
          case Crop.Pixels(int pixels) -> pixels;
          case Crop.Angle angle ->
              throw new IllegalArgumentException(
                  "Galaxies can be turned and moved only where the network's crop is a fraction or"
                      + " a number of pixels, not an angle of "
                      + angle.arcseconds()
                      + " arcseconds.");
        };
    return Math.clamp(Math.round(side), 1, shorter);
  }
}
