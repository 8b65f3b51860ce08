package dev.tuningfork.standalone.table;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import java.util.stream.Collectors;

/** A format that a table can be written in. */
public enum TableFormat {
  /**
   * Texts are written as they are. A spreadsheet takes a cell that begins with {@code =}, {@code
   * +}, {@code -} or {@code @} for a formula, so such a program should import the columns as text.
   */
  CSV("csv", ".csv"),
  /**
   * CSV with a header of types, units and descriptions, in UTF-8 as Astropy reads it, a line a row.
   * TOPCAT takes each byte for a letter.
   */
  ECSV("ecsv", ".ecsv"),
  /** The Virtual Observatory's VOTable. XML has no control characters. */
  VOTABLE("votable", ".vot"),
  /** A binary table, with the metadata of a VOTable in its primary HDU. FITS has ASCII alone. */
  FITS("fits", ".fits"),
  PARQUET("parquet", ".parquet"),
  /** The messages themselves, one a line. */
  JSON_LINES("", ".jsonl");

  /** Where Python ends a line, also within quotes, and what ends a text. */
  private static final String LINE_ENDS = "\0\n\u000b\f\r\u001c\u001d\u001e\u0085\u2028\u2029";

  private final String stilName;
  private final String extension;

  TableFormat(String stilName, String extension) {
    this.stilName = stilName;
    this.extension = extension;
  }

  /**
   * The format that a file's name asks for.
   *
   * @throws IllegalArgumentException with a sentence that lists the extensions, if it asks for none
   */
  public static TableFormat of(String fileName) {
    String name = fileName.toLowerCase(Locale.ROOT);
    return Arrays.stream(values())
        .filter(format -> name.endsWith(format.extension))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "The extension chooses the table's format, and "
                        + fileName
                        + " has none of "
                        + extensions()
                        + "."));
  }

  /** All extensions, separated by blanks. */
  public static String extensions() {
    return Arrays.stream(values()).map(format -> format.extension).collect(Collectors.joining(" "));
  }

  /**
   * A text in the characters that the format has. Others are percent-encoded, as in URIs. So are
   * blanks at either end, which readers strip, and a percent sign that would be decoded: to decode
   * the text gives what it was, and two ids remain two.
   */
  String spelled(String text) {
    if (isWhole()) {
      return text;
    }
    int[] letters = text.codePoints().toArray();
    StringBuilder spelled = new StringBuilder();
    for (int i = 0; i < letters.length; i++) {
      boolean atEnd = i == 0 || i == letters.length - 1;
      boolean kept =
          holds(letters[i])
              && !(atEnd && Character.isWhitespace(letters[i]))
              && !(letters[i] == '%' && isHex(letters, i + 1) && isHex(letters, i + 2));
      String letter = Character.toString(letters[i]);
      spelled.append(kept ? letter : percentEncoded(letter));
    }
    return spelled.toString();
  }

  /** Whether it has all characters. */
  private boolean isWhole() {
    return this == CSV || this == PARQUET || this == JSON_LINES;
  }

  private static boolean isHex(int[] letters, int at) {
    return at < letters.length && letters[at] < 0x80 && HexFormat.isHexDigit(letters[at]);
  }

  private boolean holds(int character) {
    return switch (this) {
      case CSV, PARQUET, JSON_LINES -> true;
      case ECSV -> LINE_ENDS.indexOf(character) < 0;
      case VOTABLE ->
          Character.isBmpCodePoint(character) // STIL writes others as question marks
              && (character >= ' ' || character == '\n' || character == '\t')
              && Character.getType(character) != Character.SURROGATE
              && character < 0xfffe;
      case FITS -> character >= ' ' && character <= '~';
    };
  }

  private static String percentEncoded(String letter) {
    return "%" + HexFormat.ofDelimiter("%").withUpperCase().formatHex(letter.getBytes(UTF_8));
  }

  /** STIL's name of the format. */
  String stilName() {
    return stilName;
  }
}
