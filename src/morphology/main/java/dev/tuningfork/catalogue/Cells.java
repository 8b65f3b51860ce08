package dev.tuningfork.catalogue;

import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the cells of a table hold, whichever format it came in. */
final class Cells {

  /** As pandas, astropy and databases write a value that is not there. */
  private static final Set<String> MISSING = Set.of("", "nan", "na", "n/a", "null", "none", "--");

  private Cells() {}

  /** Whether nothing is there. */
  static boolean isMissing(@Nullable Object cell) {
    return switch (cell) {
      case null -> true;
      case Double number -> number.isNaN();
      case Float number -> number.isNaN();
      case String text -> MISSING.contains(text.strip().toLowerCase(Locale.ROOT));
      default -> false;
    };
  }

  /** A cell as text; a whole number that was stored as a fraction is written as a whole number. */
  static String text(Object cell) {
    return switch (cell) {
      case Double number when number == Math.rint(number) && Math.abs(number) < 1e15 ->
          Long.toString(number.longValue());
      case Float number when number == Math.rint(number) && Math.abs(number) < 1e7 ->
          Long.toString(number.longValue());
      default -> cell.toString().strip();
    };
  }

  /**
   * A cell as a number: {@link Long} where it is whole, else {@link Double}; null where it is
   * neither, or nothing is there.
   */
  static @Nullable Number number(@Nullable Object cell) {
    if (isMissing(cell)) {
      return null;
    }
    return switch (cell) {
      case Byte number -> Long.valueOf(number);
      case Short number -> Long.valueOf(number);
      case Integer number -> Long.valueOf(number);
      case Long number -> number;
      // the decimal digits that were meant, and not those of the nearest float
      case Float number -> Double.valueOf(number.toString());
      case Number number -> number.doubleValue();
      case Boolean truth -> truth ? 1L : 0L;
      case String text -> parsed(text.strip());
      case null, default -> null;
    };
  }

  private static @Nullable Number parsed(String text) {
    char last = text.charAt(text.length() - 1);
    if (last != '.' && !Character.isDigit(last) && !text.toLowerCase(Locale.ROOT).endsWith("inf")) {
      return null; // Java also reads 12f and 12d
    }
    try {
      return Long.valueOf(text);
    } catch (NumberFormatException fraction) {
      try {
        return Double.valueOf(text);
      } catch (NumberFormatException noNumber) {
        return null;
      }
    }
  }
}
