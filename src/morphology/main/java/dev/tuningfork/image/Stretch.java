package dev.tuningfork.image;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
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
@JsonTypeInfo(use = JsonTypeInfo.Id.NONE) // the only tone of bundles that name no recipe
public record Stretch(
    double softening,
    double black,
    double whitePercentile,
    double leastWhite,
    List<Double> colourBalance)
    implements Tone {

  /**
   * Tuned by eye to resemble the colour pictures of SDSS, which volunteers classified; the colour
   * balance is that of SDSS's own pictures for i, r and g in nanomaggies.
   */
  public static final Stretch DEFAULT = new Stretch(5, -1, 99.5, 50, List.of(5.0, 6.5, 9.0));

  /** What is assumed of images without any noise, which simulations make. */
  private static final double HIGHEST_SIGNAL_TO_NOISE = 1000;

  private static final int PERCENTILE_SAMPLES = 16_384;

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

  /**
   * Stretches a cutout's flux.
   *
   * @return brightness of 0..1 in one plane for one band, else in three: red, green and blue. Of
   *     two bands, green is the mean.
   */
  @Override
  public float[] brightness(Cutout.Flux light, float[] flux) {
    double[][] mix = mix(light.planes());
    int plane = flux.length / light.planes();
    double[][] colours = new double[mix.length][plane];
    double[] intensity = mix.length == 1 ? colours[0] : new double[plane]; // the colours' mean
    for (int colour = 0; colour < mix.length; colour++) {
      for (int band = 0; band < light.planes(); band++) {
        double share = mix[colour][band];
        for (int i = 0; i < plane && share > 0; i++) {
          colours[colour][i] += share * flux[band * plane + i];
        }
        for (int i = 0; i < plane && share > 0 && mix.length > 1; i++) {
          intensity[i] += share * flux[band * plane + i] / mix.length;
        }
      }
    }
    double noise = noise(light.bands(), mix);
    if (noise == 0) {
      noise = percentile(intensity) / HIGHEST_SIGNAL_TO_NOISE;
    }
    return noise > 0 ? show(colours, intensity, noise) : new float[mix.length * plane];
  }

  /**
   * Lupton et al. 2004, equations 2 to 4: all colours of a pixel get one factor, by their mean, so
   * that hue is kept, at the bright end too.
   */
  private float[] show(double[][] colours, double[] intensity, double noise) {
    double soft = softening * noise;
    double zero = black * noise;
    double[] factor = new double[intensity.length];
    double[] brightest = new double[intensity.length];
    for (int i = 0; i < intensity.length; i++) {
      double above = intensity[i] - zero;
      factor[i] = above > 0 ? asinh(above / soft) / above : 0;
      for (double[] colour : colours) {
        brightest[i] = Math.max(brightest[i], factor[i] * (colour[i] - zero));
      }
    }
    // white is where the brightest colour fills up, not the mean: a red core would else be clipped,
    // come out darker than its surroundings, and look like a ring
    double white = Math.max(percentile(brightest), asinh(leastWhite / softening));
    float[] brightness = new float[colours.length * intensity.length];
    for (int colour = 0; colour < colours.length; colour++) {
      for (int i = 0; i < intensity.length; i++) {
        double shown = factor[i] * (colours[colour][i] - zero) / Math.max(white, brightest[i]);
        brightness[colour * intensity.length + i] = (float) Math.max(0, shown);
      }
    }
    return brightness;
  }

  /** How much of each band, from blue to red, goes into each colour, from red to blue. */
  private double[][] mix(int bands) {
    double mean = (colourBalance.get(0) + colourBalance.get(1) + colourBalance.get(2)) / 3;
    double red = colourBalance.get(0) / mean;
    double green = colourBalance.get(1) / mean;
    double blue = colourBalance.get(2) / mean;
    return switch (bands) {
      case 1 -> new double[][] {{1}};
      case 2 -> new double[][] {{0, red}, {green / 2, green / 2}, {blue, 0}};
      case 3 -> new double[][] {{0, 0, red}, {0, green, 0}, {blue, 0, 0}};
      default -> throw new IllegalArgumentException("A picture has 1 to 3 bands, not " + bands);
    };
  }

  private static double noise(List<Cutout.Band> bands, double[][] mix) {
    double variance = 0;
    for (int band = 0; band < bands.size(); band++) {
      double share = 0;
      for (double[] colour : mix) {
        share += colour[band] / mix.length;
      }
      variance += Math.pow(share * bands.get(band).noise(), 2);
    }
    return Math.sqrt(variance);
  }

  private double percentile(double[] values) {
    int step = 1 + values.length / PERCENTILE_SAMPLES;
    double[] sample = new double[(values.length + step - 1) / step];
    for (int i = 0; i < sample.length; i++) {
      sample[i] = values[i * step];
    }
    return Selection.of(sample, (int) Math.ceil(whitePercentile / 100 * sample.length) - 1);
  }

  private static double asinh(double x) {
    return Math.log(x + Math.sqrt(x * x + 1)); // only ever of x > 0, where this loses nothing
  }
}
