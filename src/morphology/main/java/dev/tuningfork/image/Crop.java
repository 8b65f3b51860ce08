package dev.tuningfork.image;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Which central square of an image is taken. Its side is rounded to whole pixels and never exceeds
 * the image's shorter side; where the remainder is odd, the square stands half a pixel up and left
 * of the centre.
 *
 * <p>In JSON it is an object with a {@code kind} ({@code fraction}, {@code pixels} or {@code
 * angle}) and the fields of that record.
 */
public sealed interface Crop {

  /**
   * A part of the image's shorter side.
   *
   * @param ofShorterSide above 0, at most 1
   */
  record Fraction(double ofShorterSide) implements Crop {
    public Fraction {
      requireFraction("The fraction of a crop", ofShorterSide);
    }
  }

  /**
   * A number of the image's own pixels.
   *
   * @param side at least 1
   */
  record Pixels(int side) implements Crop {
    public Pixels {
      if (side < 1) {
        throw new IllegalArgumentException("A crop must be 1 pixel or more, not " + side + ".");
      }
    }
  }

  /**
   * An angle on the sky, which takes the image's pixel scale to be known.
   *
   * @param arcseconds the side of the square
   * @param fractionWithoutScale the part of the shorter side that is taken instead (with the flag
   *     {@link QualityFlag#SCALE_MISSING}) where an image comes without its scale
   */
  record Angle(double arcseconds, double fractionWithoutScale) implements Crop {
    public Angle {
      if (!(arcseconds > 0 && arcseconds < Double.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException(
            "The angle of a crop must be a positive number of arcseconds, not " + arcseconds + ".");
      }
      requireFraction("The fraction that replaces an angle", fractionWithoutScale);
    }
  }

  /** The form that {@link #fromJson} reads. */
  @JsonValue
  default Map<String, Object> toJson() {
    var json = new LinkedHashMap<String, Object>();
    switch (this) {
      case Fraction(double ofShorterSide) -> {
        json.put("kind", "fraction");
        json.put("ofShorterSide", ofShorterSide);
      }
      case Pixels(int side) -> {
        json.put("kind", "pixels");
        json.put("side", side);
      }
      case Angle(double arcseconds, double fractionWithoutScale) -> {
        json.put("kind", "angle");
        json.put("arcseconds", arcseconds);
        json.put("fractionWithoutScale", fractionWithoutScale);
      }
    }
    return json;
  }

  /**
   * Reads a crop from its JSON object.
   *
   * @throws IllegalArgumentException if the kind is unknown or a field is missing or no number
   */
  @JsonCreator
  static Crop fromJson(Map<String, Object> json) {
    return switch (String.valueOf(json.get("kind"))) {
      case "fraction" -> new Fraction(number(json, "ofShorterSide"));
      case "pixels" -> new Pixels((int) number(json, "side"));
      case "angle" -> new Angle(number(json, "arcseconds"), number(json, "fractionWithoutScale"));
      default ->
          throw new IllegalArgumentException(
              "\""
                  + json.get("kind")
                  + "\" is not a kind of crop: fraction, pixels and angle are known.");
    };
  }

  private static double number(Map<String, Object> json, String field) {
    if (json.get(field) instanceof Number number) {
      return number.doubleValue();
    }
    throw new IllegalArgumentException(
        "A crop of kind " + json.get("kind") + " needs the number \"" + field + "\".");
  }

  private static void requireFraction(String what, double value) {
    if (!(value > 0 && value <= 1)) {
      throw new IllegalArgumentException(
          what + " must be above 0 and at most 1, not " + value + ".");
    }
  }
}
