package dev.tuningfork.image;

import java.util.List;

/**
 * How linear flux becomes a brightness of 0..1: by asinh, linear near the sky's noise and
 * logarithmic far above it, with colours kept where three bands are shown (Lupton et al. 2004, PASP
 * 116, 133). Everything is measured in units of the sky's noise, so that images in any unit of flux
 * come out alike.
 *
 * @param softening where linear turns into logarithmic, in units of the noise
 * @param black what is shown as 0, in units of the noise above the sky (below it, if negative)
 * @param whitePercentile the percentile of the crop's flux that is shown as 1
 * @param leastWhite what white is at least, in units of the noise: blank sky stays dark
 * @param colourBalance the factors of the bands shown as red, green and blue
 */
public record Stretch(
    double softening,
    double black,
    double whitePercentile,
    double leastWhite,
    List<Double> colourBalance) {

  /**
   * Tuned by eye to resemble the colour pictures of SDSS, which volunteers classified; the colour
   * balance is that of SDSS's own pictures for i, r and g in nanomaggies.
   */
  public static final Stretch DEFAULT = new Stretch(5, -1, 99.5, 50, List.of(5.0, 6.5, 9.0));

  public Stretch {
    colourBalance = List.copyOf(colourBalance);
    if (!(softening > 0)
        || !Double.isFinite(black)
        || !(whitePercentile > 50 && whitePercentile <= 100)
        || !(leastWhite > black)) {
      throw new IllegalArgumentException(
          ("A stretch needs a positive softening, a white percentile above 50 and at most 100, and"
                  + " a least white above black, not softening %s, black %s, percentile %s and"
                  + " least white %s.")
              .formatted(softening, black, whitePercentile, leastWhite));
    }
    if (colourBalance.size() != 3
        || !colourBalance.stream().allMatch(f -> f > 0 && Double.isFinite(f))) {
      throw new IllegalArgumentException(
          "The colour balance of a stretch is three positive factors, not " + colourBalance + ".");
    }
  }
}
