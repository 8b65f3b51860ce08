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
   * CSV with a header of types, units and descriptions, in UTF-8 as Astropy reads it. TOPCAT takes
   * each byte for a letter.
   */
  ECSV("ecsv", ".ecsv"),
  /** The Virtual Observatory's VOTable. XML has no control characters. */
  VOTABLE("votable", ".vot"),
  /** A binary table, with the metadata of a VOTable in its primary HDU. FITS has ASCII alone. */
  FITS("fits", ".fits"),
  PARQUET("parquet", ".parquet"),
  /** The messages themselves, one a line. */
  JSON_LINES("", ".jsonl");

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
                    "The table's format is told from its extension, and "
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
   * A text in the characters that the format has. Others are percent-encoded, as in URIs, so that
   * two ids remain two.
   */
  String spelled(String text) {
    return text.codePoints().allMatch(this::holds)
        ? text
        : text.codePoints()
            .mapToObj(Character::toString)
            .map(letter -> holds(letter.codePointAt(0)) ? letter : percentEncoded(letter))
            .collect(Collectors.joining());
  }

  private boolean holds(int character) {
    return switch (this) {
      case CSV, PARQUET, JSON_LINES -> true;
      case ECSV -> character != '\r'; // which readers take for a line feed
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
