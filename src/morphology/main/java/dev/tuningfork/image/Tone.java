package dev.tuningfork.image;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.Arrays;
import java.util.List;

/**
 * How linear flux becomes the brightness of a picture. {@link Stretch} measures everything in units
 * of the sky's noise, so that images in any unit come out alike; the others are those by which
 * surveys make their own pictures, in the survey's unit of flux.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
  @JsonSubTypes.Type(value = Tone.Range.class, name = "range"),
  @JsonSubTypes.Type(value = Tone.Percentile.class, name = "percentile"),
  @JsonSubTypes.Type(value = Tone.Intensity.class, name = "intensity"),
  @JsonSubTypes.Type(value = Tone.Interval.class, name = "interval")
})
public sealed interface Tone
    permits Stretch, Tone.Range, Tone.Percentile, Tone.Intensity, Tone.Interval {

  /**
   * Makes the picture.
   *
   * @param light what the planes are
   * @param flux plane by plane, finite; may be overwritten
   * @return brightness of 0..1 in one plane, which is grey, or in three: red, green and blue
   */
  float[] brightness(Cutout.Flux light, float[] flux);

  /**
   * Each band by itself, between two fixed ends: {@code (asinh(gain × flux) − asinh(black)) /
   * (asinh(white) − asinh(black))}. The bands are red, green and blue, or one is grey.
   *
   * @param gains one a band
   * @param black gain × flux that is shown as 0
   * @param white gain × flux that is shown as 1
   * @param desaturated whether pixels in which one colour outweighs the others turn grey
   */
  record Range(List<Double> gains, double black, double white, boolean desaturated)
      implements Tone {

    /** A colour that outweighs the mean so many times is all gone. */
    private static final float OUTWEIGHS = 2.5f;

    public Range {
      gains = List.copyOf(gains);
      if (!(white > black)) {
        throw new IllegalArgumentException("White must be above black, not " + white + ".");
      }
    }

    @Override
    public float[] brightness(Cutout.Flux light, float[] flux) {
      float[] shown = stretched(flux, light.planes(), gains);
      float low = (float) asinh(black);
      float scale = (float) (1 / (asinh(white) - asinh(black)));
      for (int i = 0; i < shown.length; i++) {
        shown[i] = (shown[i] - low) * scale;
      }
      if (desaturated && light.planes() == 3) {
        desaturate(shown);
      }
      for (int i = 0; i < shown.length; i++) {
        shown[i] = Math.min(1, Math.max(0, shown[i]));
      }
      return shown;
    }

    /** The more one colour outweighs the mean of all, the more the pixel becomes that mean. */
    private static void desaturate(float[] shown) {
      Strip strip = new Strip(3, shown.length / 3);
      while (strip.next(shown)) {
        desaturate(strip.of(0), strip.of(1), strip.of(2), strip.count());
        strip.putBack(shown);
      }
    }

    private static void desaturate(float[] reds, float[] greens, float[] blues, int count) {
      for (int i = 0; i < count; i++) {
        float red = reds[i];
        float green = greens[i];
        float blue = blues[i];
        float mean = (red + green + blue) / 3;
        float by = mean + Float.MIN_NORMAL; // never 0, and otherwise the mean: no branch is needed
        float most = Math.max(red / by, Math.max(green / by, blue / by)) / OUTWEIGHS;
        float kept = sine(1 - Math.min(1, most));
        float rest = 1 - kept;
        float grey = by * rest;
        float factor = kept + grey * rest;
        reds[i] = red * factor + grey;
        greens[i] = green * factor + grey;
        blues[i] = blue * factor + grey;
      }
    }

    /** Of a right angle times a number of 0 to 1, by its series. */
    private static float sine(float x) {
      float angle = x * (float) (Math.PI / 2);
      float square = angle * angle;
      float sum = 1 / 362880f;
      sum = sum * square - 1 / 5040f;
      sum = sum * square + 1 / 120f;
      sum = sum * square - 1 / 6f;
      return angle + angle * square * sum;
    }
  }

  /**
   * Each band by itself: {@code asinh(gain × flux)}, clipped at 0 and at a percentile of the
   * cutout. The colours are sums of these, each scaled so that its brightest pixel is white.
   *
   * @param gains one a band
   * @param percentile of the stretched pixels, above 50 and at most 100
   * @param colours for red, green and blue, or for grey alone, the weight of each band
   */
  record Percentile(List<Double> gains, double percentile, List<List<Double>> colours)
      implements Tone {

    public Percentile {
      gains = List.copyOf(gains);
      colours = List.copyOf(colours);
      if (!(percentile > 50 && percentile <= 100)) {
        throw new IllegalArgumentException(
            "A percentile for white is above 50 and at most 100, not " + percentile + ".");
      }
    }

    @Override
    public float[] brightness(Cutout.Flux light, float[] flux) {
      int plane = flux.length / light.planes();
      float[] bands = stretched(flux, light.planes(), gains);
      Percentiles percentiles = new Percentiles();
      for (int from = 0; from < bands.length; from += plane) {
        float white = percentiles.over(bands, from, from + plane).at(percentile);
        for (int i = from; i < from + plane; i++) {
          // in numpy's order: where white is below 0, all is white
          bands[i] = Math.max(0, Math.min(white, Math.max(0, bands[i])));
        }
      }
      float[] shown = new float[colours.size() * plane];
      for (int colour = 0; colour < colours.size(); colour++) {
        mix(bands, plane, colours.get(colour), shown, colour * plane);
        fill(shown, colour * plane, (colour + 1) * plane);
      }
      return shown;
    }

    private static void mix(float[] bands, int plane, List<Double> weights, float[] into, int at) {
      float[] sum = new float[plane];
      for (int band = 0; band < weights.size(); band++) {
        float weight = weights.get(band).floatValue();
        if (weight != 0) {
          add(weight, Arrays.copyOfRange(bands, band * plane, (band + 1) * plane), sum);
        }
      }
      System.arraycopy(sum, 0, into, at, plane);
    }

    private static void add(float weight, float[] band, float[] sum) {
      for (int i = 0; i < sum.length; i++) {
        sum[i] += weight * band[i];
      }
    }

    /** As the survey's code scales it: by the sum of the brightest and the darkest pixel. */
    private static void fill(float[] shown, int from, int to) {
      float least = Float.POSITIVE_INFINITY;
      float most = 0;
      for (int i = from; i < to; i++) {
        least = Math.min(least, shown[i]);
        most = Math.max(most, shown[i]);
      }
      float scale = most > 0 ? 1 / (least + most) : 0;
      for (int i = from; i < to; i++) {
        shown[i] = (shown[i] + least) * scale;
      }
    }
  }

  /**
   * All colours of a pixel by one factor, so that hue is kept: {@code asinh(nonlinearity × sum) /
   * (nonlinearity × sum)}, where the sum is that of gain × flux over the bands. Where a colour
   * exceeds 1, all of the pixel are divided by it. The bands are red, green and blue.
   *
   * @param gains one a band
   * @param nonlinearity above 0; the larger, the sooner linear turns into logarithmic
   */
  record Intensity(List<Double> gains, double nonlinearity) implements Tone {

    public Intensity {
      gains = List.copyOf(gains);
      if (!(nonlinearity > 0)) {
        throw new IllegalArgumentException(
            "The nonlinearity is a positive number, not " + nonlinearity + ".");
      }
    }

    @Override
    public float[] brightness(Cutout.Flux light, float[] flux) {
      int planes = light.planes();
      float factor = (float) nonlinearity;
      Strip strip = new Strip(planes, flux.length / planes);
      float[] sum = new float[Strip.LENGTH];
      float[] stretched = new float[Strip.LENGTH];
      float[] brightest = new float[Strip.LENGTH];
      while (strip.next(flux)) {
        int count = strip.count();
        Arrays.fill(sum, 0);
        for (int band = 0; band < planes; band++) {
          scale(strip.of(band), gains.get(band).floatValue(), sum, count);
        }
        System.arraycopy(sum, 0, stretched, 0, count);
        Asinh.of(stretched, 0, count, factor);
        for (int i = 0; i < count; i++) {
          // where the sum is 0 the factor is of no account, as long as it is a number
          stretched[i] /= factor * sum[i] + Float.MIN_NORMAL;
        }
        Arrays.fill(brightest, 0);
        for (int band = 0; band < planes; band++) {
          stretch(strip.of(band), stretched, brightest, count);
        }
        for (int band = 0; band < planes; band++) {
          clip(strip.of(band), brightest, count);
        }
        strip.putBack(flux);
      }
      return flux;
    }

    private static void scale(float[] band, float gain, float[] sum, int count) {
      for (int i = 0; i < count; i++) {
        band[i] *= gain;
        sum[i] += band[i];
      }
    }

    private static void stretch(float[] band, float[] by, float[] brightest, int count) {
      for (int i = 0; i < count; i++) {
        band[i] *= by[i];
        brightest[i] = Math.max(brightest[i], band[i]);
      }
    }

    private static void clip(float[] band, float[] brightest, int count) {
      for (int i = 0; i < count; i++) {
        band[i] = Math.max(0, band[i] / Math.max(1, brightest[i]));
      }
    }
  }

  /**
   * Each band by itself, between two percentiles of the cutout: {@code asinh(x / softening) /
   * asinh(1 / softening)}, where x is 0 at the lower and 1 at the upper percentile. Three bands are
   * red, green and blue; of two, green is the mean.
   *
   * @param lower percentile, from 0
   * @param upper percentile, at most 100
   * @param softening where linear turns into logarithmic, as a part of the interval
   */
  record Interval(double lower, double upper, double softening) implements Tone {

    public Interval {
      if (!(lower >= 0 && upper > lower && upper <= 100 && softening > 0)) {
        throw new IllegalArgumentException(
            "An interval needs percentiles that rise from 0 to 100 and a positive softening, not %s, %s and %s."
                .formatted(lower, upper, softening));
      }
    }

    @Override
    public float[] brightness(Cutout.Flux light, float[] flux) {
      int plane = flux.length / light.planes();
      Percentiles percentiles = new Percentiles();
      float scale = (float) (1 / asinh(1 / softening));
      for (int from = 0; from < flux.length; from += plane) {
        percentiles.over(flux, from, from + plane);
        float black = percentiles.at(lower);
        float white = percentiles.at(upper);
        float width = white > black ? 1 / (white - black) : 0;
        for (int i = from; i < from + plane; i++) {
          flux[i] = Math.min(1, Math.max(0, (flux[i] - black) * width));
        }
        float factor = (float) (1 / softening);
        if (factor <= Asinh.MOST) {
          Asinh.ofShares(flux, from, from + plane, factor);
        } else {
          Asinh.of(flux, from, from + plane, factor);
        }
        for (int i = from; i < from + plane; i++) {
          flux[i] *= scale;
        }
      }
      return light.planes() == 2 ? withMean(flux, plane) : flux;
    }

    private static float[] withMean(float[] two, int plane) {
      float[] three = Arrays.copyOf(two, 3 * plane);
      System.arraycopy(two, plane, three, 2 * plane, plane);
      for (int i = 0; i < plane; i++) {
        three[plane + i] = (two[i] + two[plane + i]) / 2;
      }
      return three;
    }
  }

  private static float[] stretched(float[] flux, int planes, List<Double> gains) {
    if (planes != gains.size()) {
      throw new IllegalArgumentException(
          "A tone of %d bands cannot show %d.".formatted(gains.size(), planes));
    }
    int plane = flux.length / planes;
    for (int band = 0; band < planes; band++) {
      Asinh.of(flux, band * plane, (band + 1) * plane, gains.get(band).floatValue());
    }
    return flux;
  }

  private static double asinh(double x) {
    return Math.copySign(Math.log(Math.abs(x) + Math.sqrt(x * x + 1)), x);
  }
}
