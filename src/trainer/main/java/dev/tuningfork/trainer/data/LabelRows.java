package dev.tuningfork.trainer.data;

import dev.tuningfork.catalogue.CatalogueException;
import dev.tuningfork.catalogue.TextRows;
import dev.tuningfork.image.ImageFormat;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The rows of a table of labels: a text as {@link CsvTable} reads it, FITS, VOTable or Parquet.
 *
 * @param header the names of the columns
 * @param rows its cells, row by row
 * @param table is closed with the rows
 */
record LabelRows(List<String> header, Rows rows, Closeable table) implements Closeable {

  private static final Pattern BINARY =
      Pattern.compile(".*\\.(fits?|fts|vot|votable|xml|parquet|parq|pq)(\\.gz)?");

  /** What has rows. */
  interface Rows {
    Optional<List<String>> next() throws IOException;
  }

  /**
   * Opens a table.
   *
   * @throws IOException if the file cannot be read
   * @throws IllegalArgumentException if it is not there, or no table
   */
  static LabelRows open(Path file) throws IOException {
    String name = ImageFormat.spelled(file).toLowerCase(Locale.ROOT);
    if (!BINARY.matcher(name).matches()) {
      CsvTable text = new CsvTable(file);
      return new LabelRows(text.header(), () -> text.next().map(CsvTable.Row::cells), text::close);
    }
    try {
      TextRows others = TextRows.open(file);
      return new LabelRows(others.header(), others::next, others::close);
    } catch (CatalogueException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  /** The cells of the next row, as many as the header has or not; empty after the last. */
  Optional<List<String>> next() throws IOException {
    return rows.next();
  }

  @Override
  public void close() throws IOException {
    table.close();
  }
}
