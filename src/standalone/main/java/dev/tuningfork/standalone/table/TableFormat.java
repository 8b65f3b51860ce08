package dev.tuningfork.standalone.table;

import java.util.Arrays;
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
   * CSV with a header of types, units and descriptions, as Astropy reads it. It is in ASCII: other
   * letters become question marks.
   */
  ECSV("ecsv", ".ecsv"),
  /** The Virtual Observatory's VOTable. */
  VOTABLE("votable", ".vot"),
  /**
   * A binary table, with the metadata of a VOTable in its primary HDU. FITS has ASCII alone: other
   * letters become question marks.
   */
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

  /** STIL's name of the format. */
  String stilName() {
    return stilName;
  }
}
