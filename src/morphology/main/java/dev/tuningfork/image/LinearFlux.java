package dev.tuningfork.image;

import java.util.List;

/**
 * A square of linear flux in one or more bands, in the unit of the survey.
 *
 * @param bands their names, such as {@code g}, one a plane
 * @param side width and height in pixels
 * @param values plane by plane, row by row from the top; NaN where they are not defined; not copied
 */
@SuppressWarnings("ArrayRecordComponent") // made once a galaxy, on the hot path, never compared
public record LinearFlux(List<String> bands, int side, float[] values) {

  public LinearFlux {
    bands = List.copyOf(bands);
    if (values.length != bands.size() * side * side) {
      throw new IllegalArgumentException(
          "%d bands of %d×%d are not %d values."
              .formatted(bands.size(), side, side, values.length));
    }
  }
}
