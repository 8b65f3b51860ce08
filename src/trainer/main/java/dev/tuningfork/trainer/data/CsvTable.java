package dev.tuningfork.trainer.data;

import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A table with a header, read row by row. */
final class CsvTable implements AutoCloseable {

  private static final ObjectReader ROWS =
      CsvMapper.builder()
          .enable(CsvParser.Feature.WRAP_AS_ARRAY)
          .enable(CsvParser.Feature.SKIP_EMPTY_LINES)
          .enable(CsvParser.Feature.TRIM_SPACES)
          .build()
          .readerForListOf(String.class);

  /**
   * A row.
   *
   * @param line its last line in the file, counted from 1
   * @param cells as many as the header has, or not
   */
  record Row(int line, List<String> cells) {}

  private static final int SHOWN = 80;

  private final Path file;
  private final MappingIterator<List<String>> rows;
  private final List<String> header;

  /**
   * Opens a table.
   *
   * @throws IOException if the file cannot be read
   * @throws IllegalArgumentException if it is not there or empty
   */
  CsvTable(Path file) throws IOException {
    this.file = file;
    InputStream in;
    try {
      in = Files.newInputStream(file);
    } catch (NoSuchFileException e) {
      throw new IllegalArgumentException("There is no table " + file + ".", e);
    }
    try {
      rows = ROWS.readValues(in);
      if (!rows.hasNextValue()) {
        throw new IllegalArgumentException("The table " + file + " is empty.");
      }
      header = List.copyOf(rows.nextValue());
    } catch (IOException | RuntimeException e) {
      in.close();
      throw e;
    }
  }

  List<String> header() {
    return header;
  }

  /**
   * Where a column stands.
   *
   * @throws IllegalArgumentException if the header does not name it
   */
  int column(String name) {
    int column = header.indexOf(name);
    if (column < 0) {
      throw noColumn("'" + name + "'");
    }
    return column;
  }

  /** What to say where none of a column's usual names is in the header. */
  IllegalArgumentException noColumn(String content, List<String> usualNames) {
    return noColumn("of %s by a usual name (%s)".formatted(content, String.join(", ", usualNames)));
  }

  private IllegalArgumentException noColumn(String which) {
    String names = String.join(",", header);
    return new IllegalArgumentException(
        "The table %s has no column %s; its first line is '%s'."
            .formatted(
                file, which, names.length() > SHOWN ? names.substring(0, SHOWN) + "…" : names));
  }

  /** The next row; empty at the end. */
  Optional<Row> next() throws IOException {
    if (!rows.hasNextValue()) {
      return Optional.empty();
    }
    List<String> cells = rows.nextValue();
    return Optional.of(new Row(Math.max(1, rows.getCurrentLocation().getLineNr() - 1), cells));
  }

  /** What is wrong with a row's number of cells, if anything is. */
  Optional<Problem> misshapen(Row row) {
    return row.cells().size() == header.size()
        ? Optional.empty()
        : Optional.of(
            unreadable(
                row, "has %d cells where %d are due".formatted(row.cells().size(), header.size())));
  }

  Problem unreadable(Row row, String complaint) {
    return new Problem(
        Problem.Kind.UNREADABLE,
        file.toString(),
        "Line %d of %s %s.".formatted(row.line(), file, complaint));
  }

  Problem duplicate(String id) {
    return new Problem(
        Problem.Kind.DUPLICATE,
        id,
        "Galaxy %s of %s has been named before; its first row counts.".formatted(id, file));
  }

  @Override
  public void close() throws IOException {
    rows.close();
  }
}
