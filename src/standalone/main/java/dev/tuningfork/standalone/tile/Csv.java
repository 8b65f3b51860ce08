package dev.tuningfork.standalone.tile;

/** Cells of comma-separated values (RFC 4180). */
final class Csv {

  private Csv() {}

  /** A cell, quoted where it has to be. */
  static String cell(String text) {
    boolean plain = text.chars().noneMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
    return plain ? text : '"' + text.replace("\"", "\"\"") + '"';
  }
}
