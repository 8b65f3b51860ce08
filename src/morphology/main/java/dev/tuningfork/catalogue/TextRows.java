package dev.tuningfork.catalogue;

import dev.tuningfork.image.ImageFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import uk.ac.starlink.table.RowSequence;
import uk.ac.starlink.table.StarTable;

/**
 * The rows of a table in one of the formats of {@link Catalogue}, with every cell as text: a whole
 * number that was stored as a fraction is whole again, and a cell without a value is empty. Read
 * row by row; belongs to one thread.
 */
public final class TextRows implements AutoCloseable {

  private final String file;
  private final StarTable table;
  private final RowSequence rows;
  private final List<String> header;
  private long number;

  private TextRows(String file, StarTable table) throws IOException {
    this.file = file;
    this.table = table;
    rows = table.getRowSequence();
    header =
        IntStream.range(0, table.getColumnCount())
            .mapToObj(column -> table.getColumnInfo(column).getName().strip())
            .toList();
  }

  /**
   * Opens a table.
   *
   * @throws CatalogueException in a sentence, where the file is missing or no table
   */
  public static TextRows open(Path file) throws CatalogueException, IOException {
    String name = ImageFormat.spelled(file);
    if (!Files.isRegularFile(file)) {
      throw new CatalogueException("There is no table " + name + ".");
    }
    return new TextRows(name, Catalogue.table(file, name));
  }

  /** The names of the columns. */
  public List<String> header() {
    return header;
  }

  /**
   * The next row, with as many cells as the header has; empty after the last.
   *
   * @throws CatalogueException in a sentence, where the file is damaged or truncated
   */
  public Optional<List<String>> next() throws CatalogueException {
    try {
      if (!rows.next()) {
        return Optional.empty();
      }
      number++;
      return Optional.of(
          Arrays.stream(rows.getRow())
              .map(cell -> cell == null || Cells.isMissing(cell) ? "" : Cells.text(cell))
              .toList());
    } catch (IOException | RuntimeException e) {
      throw new CatalogueException(
          "The table %s cannot be read after row %,d (%s): it may be damaged or truncated."
              .formatted(file, number, Catalogue.firstLine(e)),
          e);
    }
  }

  @Override
  public void close() throws IOException {
    rows.close();
    table.close();
  }
}
