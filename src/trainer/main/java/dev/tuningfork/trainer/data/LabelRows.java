package dev.tuningfork.trainer.data;

import dev.tuningfork.catalogue.CatalogueException;
import dev.tuningfork.catalogue.TextRows;
import dev.tuningfork.image.ImageFormat;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** The rows of a table of labels: a text as {@link CsvTable} reads it, FITS, VOTable or Parquet. */
sealed interface LabelRows extends AutoCloseable {

  Pattern BINARY = Pattern.compile(".*\\.(fits?|fts|vot|votable|xml|parquet|parq|pq)(\\.gz)?");

  /**
   * Opens a table.
   *
   * @throws IOException if the file cannot be read
   * @throws IllegalArgumentException if it is not there, or no table
   */
  static LabelRows open(Path file) throws IOException {
    String name = ImageFormat.spelled(file).toLowerCase(Locale.ROOT);
    if (!BINARY.matcher(name).matches()) {
      return new Text(new CsvTable(file));
    }
    try {
      return new Binary(TextRows.open(file));
    } catch (CatalogueException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  List<String> header();

  /** The cells of the next row, as many as the header has or not; empty after the last. */
  Optional<List<String>> next() throws IOException;

  @Override
  void close() throws IOException;

  /** A text. */
  record Text(CsvTable table) implements LabelRows {
    @Override
    public List<String> header() {
      return table.header();
    }

    @Override
    public Optional<List<String>> next() throws IOException {
      return table.next().map(CsvTable.Row::cells);
    }

    @Override
    public void close() throws IOException {
      table.close();
    }
  }

  /** Another format. */
  record Binary(TextRows table) implements LabelRows {
    @Override
    public List<String> header() {
      return table.header();
    }

    @Override
    public Optional<List<String>> next() throws IOException {
      return table.next();
    }

    @Override
    public void close() throws IOException {
      table.close();
    }
  }
}
