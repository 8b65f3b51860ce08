package dev.tuningfork.standalone.table;

import dev.tuningfork.classifier.message.GalaxyMorphology;
import dev.tuningfork.file.WholeFile;
import dev.tuningfork.tree.DecisionTree;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.PrimitiveIterator;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import uk.ac.starlink.table.AbstractStarTable;
import uk.ac.starlink.table.ColumnInfo;
import uk.ac.starlink.table.DefaultValueInfo;
import uk.ac.starlink.table.DescribedValue;
import uk.ac.starlink.table.EmptyStarTable;
import uk.ac.starlink.table.RowSequence;
import uk.ac.starlink.table.StarTableOutput;

/**
 * Writes the morphologies of a spool, a row for each image that has one, in the order in which the
 * images were given. Rows pass from disk to disk, one at a time.
 */
public final class MorphologyTable {

  private final MorphologySpool spool;
  private final DecisionTree tree;
  private final IntFunction<String> files;

  /**
   * @param tree that the model answers
   * @param files the file of each ordinal, as the table is to name it
   */
  public MorphologyTable(MorphologySpool spool, DecisionTree tree, IntFunction<String> files) {
    this.spool = spool;
    this.tree = tree;
    this.files = files;
  }

  /**
   * Writes the table under a temporary name beside the target, and renames it once it is complete:
   * a target that exists is complete.
   *
   * @param content not for JSON lines, which are the messages themselves
   */
  public void write(Path target, TableContent content) throws IOException {
    TableFormat format = TableFormat.of(target.toString());
    WholeFile.write(
        target,
        out -> {
          if (format == TableFormat.JSON_LINES) {
            writeLines(out);
          } else {
            writeTable(out, format, content);
          }
        });
  }

  private void writeLines(OutputStream out) throws IOException {
    for (int ordinal : spool.ordinals().toArray()) {
      out.write(spool.json(ordinal));
      out.write('\n');
    }
  }

  private void writeTable(OutputStream out, TableFormat format, TableContent content)
      throws IOException {
    OptionalInt first = spool.ordinals().findFirst();
    Optional<GalaxyMorphology> sample =
        first.isPresent() ? Optional.of(spool.morphology(first.getAsInt())) : Optional.empty();
    if (sample.isEmpty() && content != TableContent.KAGGLE) {
      throw new IOException("No image could be classified, so there is no table to write.");
    }
    MorphologyColumns columns =
        switch (content) {
          case PROBABILITIES -> MorphologyColumns.all(tree, sample.orElseThrow(), false);
          case INTERVALS -> MorphologyColumns.all(tree, sample.orElseThrow(), true);
          case ZOOBOT -> MorphologyColumns.zoobot(tree, sample.orElseThrow());
          case KAGGLE -> MorphologyColumns.kaggle(tree);
        };
    View view = new View(columns, format);
    view.setName("morphologies");
    sample.ifPresent(view::describe);
    StarTableOutput stil = new StarTableOutput();
    if (format == TableFormat.ECSV) {
      ByteArrayOutputStream header = new ByteArrayOutputStream(); // STIL closes what it writes to
      stil.writeStarTable(new EmptyStarTable(view), header, stil.getHandler(format.stilName()));
      header.writeTo(out);
      writeEcsvRows(view, out);
    } else {
      stil.writeStarTable(view, out, stil.getHandler(format.stilName()));
    }
  }

  /**
   * The rows of an ECSV table after STIL's header. STIL quotes a text only where it has to by its
   * own reading, and so a row that begins with {@code #} is a comment to others: here every text is
   * quoted.
   */
  private static void writeEcsvRows(View view, OutputStream out) throws IOException {
    try (RowSequence rows = view.getRowSequence()) {
      while (rows.next()) {
        String row =
            Arrays.stream(rows.getRow())
                .map(MorphologyTable::ecsvCell)
                .collect(Collectors.joining(" ", "", "\n"));
        out.write(row.getBytes(StandardCharsets.UTF_8));
      }
    }
  }

  private static String ecsvCell(@Nullable Object cell) {
    return cell instanceof Number
        ? cell.toString()
        : '"' + Objects.toString(cell, "").replace("\"", "\"\"") + '"';
  }

  /** The spool as STIL sees it: rows that can be passed through any number of times. */
  private final class View extends AbstractStarTable {

    private final MorphologyColumns columns;
    private final TableFormat format;

    View(MorphologyColumns columns, TableFormat format) {
      this.columns = columns;
      this.format = format;
    }

    void describe(GalaxyMorphology sample) {
      parameter("model", "The model that classified", sample.model().name());
      parameter("model_version", "The model's version", sample.model().version());
      parameter("model_sha256", "The hash of the model's manifest", sample.model().sha256());
      if (sample.model().views() != null) {
        parameter(
            "model_views",
            "How many orientations of each image the answers are the mean of",
            sample.model().views().toString());
      }
      parameter("tree", "The decision tree", sample.tree().id() + " " + sample.tree().version());
    }

    private void parameter(String name, String description, String value) {
      setParameter(
          new DescribedValue(
              new DefaultValueInfo(name, String.class, description), format.spelled(value)));
    }

    @Override
    public int getColumnCount() {
      return columns.infos().size();
    }

    @Override
    public long getRowCount() {
      return spool.size();
    }

    @Override
    public ColumnInfo getColumnInfo(int column) {
      return columns.infos().get(column);
    }

    @Override
    public RowSequence getRowSequence() {
      return new Rows(columns, format);
    }
  }

  private final class Rows implements RowSequence {

    private final MorphologyColumns columns;
    private final TableFormat format;
    private final PrimitiveIterator.OfInt ordinals = spool.ordinals().iterator();
    private @Nullable Object[] row = {};

    Rows(MorphologyColumns columns, TableFormat format) {
      this.columns = columns;
      this.format = format;
    }

    @Override
    public boolean next() throws IOException {
      if (!ordinals.hasNext()) {
        return false;
      }
      int ordinal = ordinals.nextInt();
      row = columns.row(files.apply(ordinal), spool.morphology(ordinal));
      for (int column = 0; column < row.length; column++) {
        if (row[column] instanceof String text) {
          row[column] = format.spelled(text);
        }
      }
      return true;
    }

    @Override
    public @Nullable Object getCell(int column) {
      return row[column];
    }

    @Override
    public @Nullable Object[] getRow() {
      return row.clone();
    }

    @Override
    public void close() {}
  }
}
