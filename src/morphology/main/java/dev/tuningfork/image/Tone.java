package dev.tuningfork.image;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;

/** How linear flux becomes the levels of a picture, as the survey's own pictures were made. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
  @JsonSubTypes.Type(value = Tone.Range.class, name = "range"),
  @JsonSubTypes.Type(value = Tone.Percentile.class, name = "percentile"),
  @JsonSubTypes.Type(value = Tone.Intensity.class, name = "intensity"),
  @JsonSubTypes.Type(value = Tone.Interval.class, name = "interval")
})
public sealed interface Tone {

  /**
   * Each band by itself, between two fixed ends: {@code (asinh(gain × flux) − asinh(black)) /
   * (asinh(white) − asinh(black))}.
   *
   * @param gains one a band
   * @param black gain × flux that is shown as 0
   * @param white gain × flux that is shown as 1
   * @param desaturated whether pixels in which one colour outweighs the others turn grey
   */
  record Range(List<Double> gains, double black, double white, boolean desaturated)
      implements Tone {
    public Range {
      gains = List.copyOf(gains);
    }
  }

  /**
   * Each band by itself: {@code asinh(gain × flux)}, clipped at 0 and at a percentile of the
   * cutout. The colours are means of these, each scaled so that its brightest pixel is white.
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
    }
  }

  /**
   * All colours of a pixel by one factor, so that hue is kept: {@code asinh(nonlinearity × sum) /
   * (nonlinearity × sum)}, where the sum is that of gain × flux over the bands. Where a colour
   * exceeds 1, all of the pixel are divided by it.
   *
   * @param gains one a band
   * @param nonlinearity 0 would be linear
   */
  record Intensity(List<Double> gains, double nonlinearity) implements Tone {
    public Intensity {
      gains = List.copyOf(gains);
    }
  }

  /**
   * Each band by itself, between two percentiles of the cutout: {@code asinh(x / softening) /
   * asinh(1 / softening)}, where x is 0 at the lower and 1 at the upper percentile.
   *
   * @param lower percentile, from 0
   * @param upper percentile, at most 100
   * @param softening where linear turns into logarithmic, as a part of the interval
   */
  record Interval(double lower, double upper, double softening) implements Tone {}
}
