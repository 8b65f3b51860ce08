package dev.tuningfork.catalogue;

import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The unit of a column of angles.
 *
 * @param degrees how many degrees one of it is; for pixels NaN
 */
record AngleUnit(double degrees) {

  static final AngleUnit DEGREE = new AngleUnit(1);
  static final AngleUnit HOUR = new AngleUnit(15);
  static final AngleUnit ARCSECOND = new AngleUnit(1 / 3600.0);
  static final AngleUnit PIXEL = new AngleUnit(Double.NaN);

  /** 12 34 56.7, 12:34:56.7 or 12h34m56.7s. */
  private static final Pattern SEXAGESIMAL =
      Pattern.compile(
          "([+-]?)(\\d{1,3})(?:\\s*[:hd°]\\s*|\\s+)(\\d{1,2})(?:\\s*[:m'′]\\s*|\\s+)(\\d{1,2}(?:\\.\\d*)?)\\s*[s\"″]?");

  /** The unit of this name; empty where it is none of an angle or of a number of pixels. */
  static Optional<AngleUnit> of(String name) {
    return Optional.ofNullable(
        switch (name.strip().toLowerCase(Locale.ROOT).replace("\"", "").replace("'", "")) {
          case "deg", "degs", "degree", "degrees", "d", "°", "d:m:s", "dms" -> DEGREE;
          case "rad", "rads", "radian", "radians" -> new AngleUnit(Math.toDegrees(1));
          case "hourangle", "hour", "hours", "h", "hr", "hrs", "h:m:s", "hms" -> HOUR;
          case "arcmin", "arcmins", "arcminute", "arcminutes", "amin" -> new AngleUnit(1 / 60.0);
          case "arcsec", "arcsecs", "arcsecond", "arcseconds", "asec", "″" -> ARCSECOND;
          case "mas", "marcsec", "milliarcsec" -> new AngleUnit(1e-3 / 3600);
          case "pix", "pixel", "pixels" -> PIXEL;
          default -> null;
        });
  }

  boolean isPixels() {
    return Double.isNaN(degrees);
  }

  /** An angle with minutes and seconds, in units of its first part; empty for other texts. */
  static OptionalDouble sexagesimal(String text) {
    Matcher matcher = SEXAGESIMAL.matcher(text.strip());
    if (!matcher.matches()) {
      return OptionalDouble.empty();
    }
    double minutes = Double.parseDouble(matcher.group(3));
    double seconds = Double.parseDouble(matcher.group(4));
    if (minutes >= 60 || seconds >= 60) {
      return OptionalDouble.empty();
    }
    double size = Double.parseDouble(matcher.group(2)) + minutes / 60 + seconds / 3600;
    return OptionalDouble.of(matcher.group(1).equals("-") ? -size : size);
  }
}
