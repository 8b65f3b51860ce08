package dev.tuningfork.text;

/**
 * Text that strangers wrote, made fit for a line of a log, of a terminal, of a header, of a page or
 * of a picture. Ids, URIs, file names and the sentences that quote them may hold line breaks, which
 * would write lines of their own; escape sequences, which command a terminal; and characters
 * without a width or against the reading direction, which hide what is there.
 */
public final class Printable {

  private static final int INSTEAD = '·';

  private Printable() {}

  /** The same with a dot for each character that shows nothing by itself or moves others. */
  public static String of(String text) {
    return text.codePoints().allMatch(Printable::is)
        ? text
        : text.codePoints()
            .map(character -> is(character) ? character : INSTEAD)
            .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
            .toString();
  }

  /**
   * The same JSON with an escape for each such character. JSON in one line has them within strings
   * alone, so that it means what it meant.
   */
  public static String json(String line) {
    if (line.codePoints().allMatch(Printable::is)) {
      return line;
    }
    StringBuilder escaped = new StringBuilder(line.length() + 32);
    line.codePoints()
        .forEach(
            character -> {
              if (is(character)) {
                escaped.appendCodePoint(character);
              } else {
                for (char unit : Character.toChars(character)) {
                  escaped.append("\\u%04x".formatted((int) unit));
                }
              }
            });
    return escaped.toString();
  }

  /** Whether a code point shows itself, in its place, as a tab does too. */
  public static boolean is(int character) {
    return switch (Character.getType(character)) {
      case Character.CONTROL -> character == '\t';
      case Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE,
          Character.UNASSIGNED ->
          false;
      case Character.NON_SPACING_MARK, Character.OTHER_LETTER, Character.OTHER_SYMBOL ->
          !isBlank(character);
      default -> true;
    };
  }

  /**
   * The rest of Unicode's Default_Ignorable_Code_Point (variation selectors, fillers, vowels that
   * are not written), and the blank of Braille.
   */
  private static boolean isBlank(int character) {
    return (character >= 0xFE00 && character <= 0xFE0F)
        || (character >= 0xE0100 && character <= 0xE01EF)
        || (character >= 0x180B && character <= 0x180F)
        || (character >= 0x17B4 && character <= 0x17B5)
        || (character >= 0x115F && character <= 0x1160)
        || character == 0x034F
        || character == 0x3164
        || character == 0xFFA0
        || character == 0x2800;
  }
}
