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

  private final StarTable table;
  private final RowSequence rows;
  private final List<String> header;

  private TextRows(StarTable table) throws IOException {
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
    return new TextRows(Catalogue.table(file, name));
  }

  /** The names of the columns. */
  public List<String> header() {
    return header;
  }

  /** The next row, with as many cells as the header has; empty after the last. */
  public Optional<List<String>> next() throws IOException {
    return rows.next()
        ? Optional.of(
            Arrays.stream(rows.getRow())
                .map(cell -> cell == null || Cells.isMissing(cell) ? "" : Cells.text(cell))
                .toList())
        : Optional.empty();
  }

  @Override
  public void close() throws IOException {
    rows.close();
    table.close();
  }
}
