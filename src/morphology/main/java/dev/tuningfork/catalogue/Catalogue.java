package dev.tuningfork.catalogue;

import dev.tuningfork.image.ImageFormat;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import uk.ac.starlink.table.RowSequence;
import uk.ac.starlink.table.StarTable;
import uk.ac.starlink.table.StarTableFactory;
import uk.ac.starlink.table.StoragePolicy;
import uk.ac.starlink.table.TableBuilder;
import uk.ac.starlink.table.TableFormatException;
import uk.ac.starlink.table.formats.AsciiTableBuilder;
import uk.ac.starlink.table.formats.CsvTableBuilder;
import uk.ac.starlink.table.formats.RowEvaluator;
import uk.ac.starlink.util.FileDataSource;

/**
 * A table of galaxies: CSV, ECSV, VOTable, FITS, Parquet or one of the other formats that STIL
 * tells from their first bytes, plain or compressed.
 *
 * <p>Rows are read one after the other, so memory does not grow with their number. Cells of CSV and
 * other text tables stay texts until they are used: an identifier of twenty digits or with leading
 * zeros is kept as it is written. The catalogue belongs to one thread.
 */
public final class Catalogue implements AutoCloseable {

  static {
    // what STIL tries by default warns on standard error, and unmapping is left to the JVM
    System.setProperty("startable.unmap", "none");
  }

  private final StarTable table;
  private final Columns columns;
  private final Condition.@Nullable Bound condition;

  private Catalogue(StarTable table, Columns columns, Condition.@Nullable Bound condition) {
    this.table = table;
    this.columns = columns;
    this.condition = condition;
  }

  /**
   * Opens a table and finds its columns.
   *
   * @param radii the usual names, in lower case, of the radii that a recipe can use
   * @param kept names of columns whose cells are kept; those that are missing are left out
   * @param where only rows for which it holds are galaxies
   * @throws CatalogueException in a sentence, where the file is not a table, or its columns are not
   *     understood
   */
  public static Catalogue open(
      Path file,
      ColumnChoice choice,
      Collection<String> radii,
      List<String> kept,
      Optional<Condition> where)
      throws CatalogueException {
    String name = ImageFormat.spelled(file);
    if (!Files.isRegularFile(file)) {
      throw new CatalogueException("There is no catalogue " + name + ".");
    }
    StarTable table = table(file, name);
    Columns columns = new Columns(table, choice, radii, kept, name);
    Condition.Bound condition = null;
    if (where.isPresent()) {
      try {
        condition =
            where
                .get()
                .bind(
                    column ->
                        columns
                            .index(column)
                            .orElseThrow(
                                () ->
                                    new IllegalArgumentException(
                                        "There is no column %s in %s, which has %s."
                                            .formatted(column, name, columns.names()))));
      } catch (IllegalArgumentException e) {
        throw new CatalogueException(String.valueOf(e.getMessage()), e);
      }
    }
    return new Catalogue(table, columns, condition);
  }

  static StarTable table(Path file, String name) throws CatalogueException {
    StarTableFactory factory = new StarTableFactory(false);
    factory.setStoragePolicy(StoragePolicy.PREFER_DISK);
    try {
      FileDataSource source = new FileDataSource(file.toFile());
      Optional<TableBuilder> named = builder(file);
      if (named.isPresent()) {
        if (named.get() instanceof CsvTableBuilder && !hasRows(source)) {
          throw new CatalogueException(
              "The catalogue " + name + " has no rows."); // STIL would fail on it
        }
        return named.get().makeStarTable(source, false, StoragePolicy.PREFER_DISK);
      }
      return factory.makeStarTable(source);
    } catch (CatalogueException e) {
      throw e;
    } catch (TableFormatException e) {
      throw new CatalogueException(
          "The catalogue %s cannot be read as CSV, ECSV, VOTable, FITS or Parquet (%s)."
              .formatted(name, firstLine(e)),
          e);
    } catch (IOException | RuntimeException e) {
      throw new CatalogueException(
          "The catalogue %s cannot be read (%s).".formatted(name, firstLine(e)), e);
    }
  }

  private static boolean hasRows(FileDataSource source) throws IOException {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(source.getInputStream(), StandardCharsets.ISO_8859_1))) {
      return lines.lines().filter(line -> !line.isBlank()).limit(2).count() == 2;
    }
  }

  /** Formats that the first bytes do not show, or that need another reader. */
  private static Optional<TableBuilder> builder(Path file) {
    String name =
        ImageFormat.spelled(file).toLowerCase(Locale.ROOT).replaceFirst("\\.(gz|bz2)$", "");
    String suffix = name.substring(name.lastIndexOf('.') + 1);
    return Optional.ofNullable(
        switch (suffix) {
          case "csv" -> asTexts(new CsvTableBuilder());
          case "tsv", "tab" -> tabbed();
          case "txt", "dat", "ascii" -> new AsciiTableBuilder();
          case "parquet", "parq", "pq" -> new ParquetRows();
          default -> null;
        });
  }

  private static TableBuilder tabbed() {
    CsvTableBuilder builder = new CsvTableBuilder();
    builder.setDelimiter('\t');
    return asTexts(builder);
  }

  /** Where all cells are texts, STIL cannot tell a header from a row. */
  private static TableBuilder asTexts(CsvTableBuilder builder) {
    builder.setHasHeader(true);
    builder.setDecoders(new RowEvaluator.Decoder<?>[] {RowEvaluator.STRING_DECODER});
    return builder;
  }

  static String firstLine(Throwable e) {
    String message = e.getMessage();
    return message == null ? e.toString() : message.lines().findFirst().orElse("");
  }

  /** Which columns are used, for people, such as {@code id=objid, ra=RA, dec=DEC}. */
  public String columnsInWords() {
    return columns.inWords();
  }

  /** The names of the columns that are kept. */
  public List<String> kept() {
    return columns.kept();
  }

  /** What the columns of radii are used for, such as {@code radius}. */
  public Set<String> radii() {
    return columns.radii();
  }

  /** Whether rows say how wide a cutout is. */
  public boolean hasWidths() {
    return columns.hasWidths();
  }

  /** Whether rows name the image files of their galaxy. */
  public boolean hasFiles() {
    return columns.hasFiles();
  }

  /** Begins at the first row. Rows may be read any number of times. */
  public Rows rows() throws IOException {
    return new Rows(table.getRowSequence());
  }

  @Override
  public void close() throws IOException {
    table.close();
  }

  /** A pass over the rows. */
  public final class Rows implements AutoCloseable {

    private final RowSequence sequence;
    private long number;

    private Rows(RowSequence sequence) {
      this.sequence = sequence;
    }

    /**
     * The next row; empty after the last.
     *
     * @throws IOException in a sentence, where the file is damaged or truncated
     */
    public Optional<CatalogueRow> next() throws IOException {
      try {
        if (!sequence.next()) {
          return Optional.empty();
        }
        number++;
        @Nullable Object[] cells = sequence.getRow();
        return Optional.of(
            condition != null && !condition.holds(column -> cells[column])
                ? new CatalogueRow.Excluded(number)
                : columns.row(number, cells));
      } catch (IOException | RuntimeException e) {
        throw new IOException(
            "The catalogue cannot be read after row %,d (%s).".formatted(number, firstLine(e)), e);
      }
    }

    @Override
    public void close() throws IOException {
      sequence.close();
    }
  }
}
