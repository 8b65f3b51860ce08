package dev.tuningfork.classifier.message;

/**
 * Text that strangers wrote, made fit for a line of a log, of a terminal, or of a header. Ids,
 * URIs, file names and the sentences that quote them may hold line breaks, which would write lines
 * of their own; escape sequences, which command a terminal; and characters without a width or
 * against the reading direction, which hide what is there.
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
      default -> true;
    };
  }
}
