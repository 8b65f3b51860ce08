package dev.tuningfork.image;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import nom.tam.fits.Header;
import org.jspecify.annotations.Nullable;

/**
 * Which bits of a mask count.
 *
 * @param undefined those that mean that a pixel has no data
 * @param full those that mean that it is saturated
 */
record MaskBits(long undefined, long full) {

  /** Parts of the names of mask bits that mean that a pixel has no data. */
  private static final Set<String> NO_DATA = Set.of("NO_DATA", "NODATA", "BLANK");

  /** How nom-tam-fits begins the names of keywords that are longer than 8 letters. */
  private static final Pattern LONG_KEYWORD = Pattern.compile("^HIERARCH\\.");

  private static final Set<String> SATURATED = Set.of("SAT", "SATURATED");

  /** {@link FitsImage#UNDEFINED}, {@link FitsImage#FULL}, both or neither. */
  float of(double stored) {
    long value = (long) stored;
    return ((value & undefined) != 0 ? FitsImage.UNDEFINED : 0)
        + ((value & full) != 0 ? FitsImage.FULL : 0);
  }

  /** Those that the header names, or else all of them as pixels without data. */
  static MaskBits any(Header header) {
    MaskBits named = named(header);
    return named == null ? new MaskBits(-1, 0) : named;
  }

  /**
   * Those that the header names; null where it names none.
   *
   * <p>Rubin and HSC write the number of a bit as MP_NO_DATA, and Rubin's later files numbered
   * names (MSKN0000) and values (MSKM0000), as Pan-STARRS does (MSKNAM00 and MSKVAL00).
   */
  static @Nullable MaskBits named(Header header) {
    long undefined = 0;
    long full = 0;
    boolean named = false;
    for (var cards = header.iterator(); cards.hasNext(); ) {
      var card = cards.next();
      String key = LONG_KEYWORD.matcher(card.getKey().toUpperCase(Locale.ROOT)).replaceFirst("");
      String name = "";
      long bit = 0;
      if (key.startsWith("MP_")) {
        name = key.substring(3);
        bit = 1L << header.getIntValue(card.getKey(), 0);
      } else if (key.startsWith("MSKN")) {
        boolean panStarrs = key.startsWith("MSKNAM");
        name = header.getStringValue(card.getKey(), "").strip().toUpperCase(Locale.ROOT);
        bit =
            header.getLongValue(
                panStarrs ? "MSKVAL" + key.substring(6) : "MSKM" + key.substring(4), 0);
      }
      named |= bit != 0;
      undefined |= NO_DATA.contains(name) ? bit : 0;
      full |= SATURATED.contains(name) ? bit : 0;
    }
    return named ? new MaskBits(undefined, full) : null;
  }
}
