package dev.tuningfork.tree;

import java.util.List;

/** Rows of a table as Kaggle publishes it. */
final class KaggleRows {

  private KaggleRows() {}

  /**
   * @param lines the header, and a line for each galaxy
   */
  static List<VoteFractions> read(List<String> lines) {
    return lines.stream().skip(1).map(KaggleRows::read).toList();
  }

  private static VoteFractions read(String line) {
    String[] cells = line.split(",", -1);
    double[] columns = new double[cells.length - 1];
    for (int i = 0; i < columns.length; i++) {
      columns[i] = cells[i + 1].isEmpty() ? Double.NaN : Double.parseDouble(cells[i + 1]);
    }
    return KaggleColumns.read(cells[0], columns);
  }
}
