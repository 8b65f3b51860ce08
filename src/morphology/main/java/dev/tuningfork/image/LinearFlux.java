package dev.tuningfork.image;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * A square of linear flux in one or more bands, in the unit of the survey.
 *
 * @param bands their names, such as {@code g}, one a plane
 * @param side width and height in pixels
 * @param values plane by plane, row by row from the top; NaN where they are not defined; not copied
 */
@SuppressWarnings("ArrayRecordComponent") // made once a galaxy, on the hot path, never compared
public record LinearFlux(List<String> bands, int side, float[] values) {

  /** So many pixels of one exact value may be a fill value. */
  private static final int REPEATED = 12;

  /** Of so many pixels one is looked at for the lowest number. */
  private static final int SAMPLED = 7;

  /** The centre is a square of this part of the side. */
  private static final int CENTRE = 4;

  public LinearFlux {
    bands = List.copyOf(bands);
    if (values.length != bands.size() * side * side) {
      throw new IllegalArgumentException(
          "%d bands of %d×%d are not %d values."
              .formatted(bands.size(), side, side, values.length));
    }
  }

  /** Replaces undefined pixels by 0. */
  static void fill(float[] values) {
    if (isDefined(values, 0, values.length)) {
      return;
    }
    for (int i = 0; i < values.length; i++) {
      if (Float.isNaN(values[i])) {
        values[i] = 0;
      }
    }
  }

  private static boolean isDefined(float[] values, int from, int to) {
    return !Float.isNaN(Extremes.largest(values, from, to));
  }

  /** All planes, undefined pixels replaced by 0; the pixels themselves if all are defined. */
  float[] filled() {
    if (isDefined(values, 0, values.length)) {
      return values;
    }
    float[] filled = values.clone();
    fill(filled);
    return filled;
  }

  private int zeros(int from, int to) {
    if (Extremes.smallest(values, from, to) > 0) {
      return 0;
    }
    int zeros = 0;
    for (int at = from; at < to; at++) {
      if (values[at] == 0) {
        zeros++;
      }
    }
    return zeros;
  }

  private boolean isOneNumber(int from, int to) {
    float number = Float.NaN;
    for (int at = from; at < to; at++) {
      float value = values[at];
      if (value != number && !Float.isNaN(value)) {
        if (!Float.isNaN(number)) {
          return false;
        }
        number = value;
      }
    }
    return true;
  }

  /**
   * Whether the lowest number may stand for missing pixels: some of the pixels hold it exactly, and
   * all others are far from it.
   */
  private boolean isLowestApart(int from, int to) {
    float lowest = Float.POSITIVE_INFINITY;
    float next = Float.POSITIVE_INFINITY;
    int repeated = 0;
    double sum = 0;
    int count = 0;
    for (int at = from; at < to; at += SAMPLED) {
      float value = values[at];
      if (value < lowest) {
        next = lowest;
        lowest = value;
        repeated = 1;
      } else if (value == lowest) {
        repeated++;
      } else if (value < next) {
        next = value;
      }
      if (value > lowest) {
        sum += value;
        count++;
      }
    }
    return repeated > 1 && count > 0 && next - lowest > sum / count - next;
  }

  /** Of a cutout from which the sky was subtracted, which is undone. */
  static LinearFlux of(Cutout cutout, Cutout.Flux light) {
    float[] values = cutout.values().clone();
    int plane = cutout.side() * cutout.side();
    for (int i = 0; i < values.length; i++) {
      values[i] += (float) light.bands().get(i / plane).sky();
    }
    return new LinearFlux(
        light.bands().stream().map(Cutout.Band::name).toList(), cutout.side(), values);
  }

  /** Some bands above their sky, undefined pixels filled with it, as a stretch needs them. */
  Cutout aboveSky(List<Integer> shown) {
    int plane = side * side;
    float[] above = new float[shown.size() * plane];
    List<Cutout.Band> described = new ArrayList<>();
    double missing = 0;
    for (int i = 0; i < shown.size(); i++) {
      int from = shown.get(i) * plane;
      Background background = background(from);
      described.add(new Cutout.Band(bands.get(shown.get(i)), background.noise(), background.sky()));
      for (int k = 0; k < plane; k++) {
        float value = values[from + k];
        above[i * plane + k] = Float.isNaN(value) ? 0 : (float) (value - background.sky());
      }
      missing += undefined(shown.get(i)) / shown.size();
    }
    return new Cutout(side, new Cutout.Flux(described), above, Set.of(), missing);
  }

  private Background background(int from) {
    int plane = side * side;
    int step = Math.max(1, plane / FitsPixels.BACKGROUND_SAMPLES) | 1;
    double[] samples = new double[plane / step + 1];
    int count = 0;
    for (int i = 0; i < plane; i += step) {
      if (!Float.isNaN(values[from + i])) {
        samples[count++] = values[from + i];
      }
    }
    return Background.of(Arrays.copyOf(samples, count));
  }

  /** The same with narrow gaps of undefined pixels bridged from their neighbours. */
  LinearFlux bridged() {
    float[] made = values.clone();
    int plane = side * side;
    for (int band = 0; band < bands.size(); band++) {
      double undefined = undefined(band);
      if (undefined > 0 && undefined <= FitsFile.MOST_UNDEFINED) {
        double[] flux = new double[plane];
        for (int i = 0; i < plane; i++) {
          flux[i] = values[band * plane + i];
        }
        Gaps.bridge(flux, side);
        for (int i = 0; i < plane; i++) {
          made[band * plane + i] = (float) flux[i];
        }
      }
    }
    return new LinearFlux(bands, side, made);
  }

  /** The share of a band's pixels that are not defined. */
  public double undefined(int band) {
    int plane = side * side;
    return isDefined(values, band * plane, (band + 1) * plane) ? 0 : undefined(band, 0, side);
  }

  /** The share of the central pixels of a band, a quarter of the side wide, that are undefined. */
  double undefinedAtCentre(int band) {
    int centre = Math.max(1, side / CENTRE);
    int from = (side - centre) / 2;
    return undefined(band, from, from + centre);
  }

  private double undefined(int band, int from, int to) {
    int plane = band * side * side;
    int count = 0;
    for (int y = from; y < to; y++) {
      for (int at = plane + y * side + from; at < plane + y * side + to; at++) {
        count += Float.isNaN(values[at]) ? 1 : 0;
      }
    }
    return (double) count / ((to - from) * (to - from));
  }

  /**
   * Makes the pixels of a band NaN that hold a number which stands for missing ones, such as
   * exactly 0 beyond the edge of a mosaic. A band that holds nothing but one number has no pixels.
   */
  public void clearFillValues(int band) {
    int plane = side * side;
    int from = band * plane;
    if (plane >= REPEATED && isOneNumber(from, from + plane)) {
      Arrays.fill(values, from, from + plane, Float.NaN);
      return;
    }
    if (zeros(from, from + plane) < REPEATED && !isLowestApart(from, from + plane)) {
      return;
    }
    double[] flux = new double[plane];
    for (int i = 0; i < plane; i++) {
      flux[i] = values[from + i];
    }
    FillValues.in(flux, side).clear(flux, side);
    for (int i = 0; i < plane; i++) {
      values[from + i] = (float) flux[i];
    }
  }
}
