package dev.tuningfork.standalone.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.tuningfork.classifier.message.GalaxyMorphology;
import dev.tuningfork.image.QualityFlag;
import dev.tuningfork.tree.DecisionTree;
import dev.tuningfork.tree.KaggleColumns;
import dev.tuningfork.tree.Question;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.convert.GroupRecordConverter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.LocalInputFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import uk.ac.starlink.table.ColumnInfo;
import uk.ac.starlink.table.StarTable;
import uk.ac.starlink.table.StarTableFactory;
import uk.ac.starlink.table.Tables;

class MorphologyTableTest {

  private static final DecisionTree TREE = DecisionTree.galaxyZoo2();
  private static final List<String> FILES = List.of("b/one.jpg", "b/two.jpg", "a/three.jpg");

  @TempDir Path folder;
  private MorphologySpool spool;

  /** Three images, answered in another order than they were given in, the second one not at all. */
  @BeforeEach
  void spoolTwoOfThree() throws IOException {
    spool = MorphologySpool.temporary(3);
    spool.put(2, morphology("three", 0.25, Set.of(QualityFlag.UPSAMPLED)).toJson());
    spool.put(0, morphology("one", 0.75, Set.of()).toJson());
  }

  @AfterEach
  void closeSpool() throws IOException {
    spool.close();
  }

  @ParameterizedTest
  @CsvSource({".csv, csv", ".ecsv, ecsv", ".vot, votable", ".fits, fits-plus"})
  void everyFormatHoldsTheRowsInTheImagesOrder(String extension, String format) throws Exception {
    StarTable table = read(write("galaxies" + extension, TableContent.PROBABILITIES), format);

    assertThat(table.getRowCount()).isEqualTo(2);
    assertThat(cell(table, 0, "object_id")).isEqualTo("one");
    assertThat(cell(table, 1, "object_id")).isEqualTo("three");
    assertThat(cell(table, 1, "file")).isEqualTo("a/three.jpg");
    assertThat(cell(table, 0, "class")).isEqualTo("Er");
    assertThat(cell(table, 1, "flags")).isEqualTo("UPSAMPLED");
    assertThat(number(table, 0, "smooth_or_featured_smooth")).isEqualTo(0.75);
    assertThat(number(table, 1, "smooth_or_featured_smooth")).isEqualTo(0.25);
    assertThat(number(table, 0, "rounded_asked")).isEqualTo(0.75);
    assertThat(number(table, 0, "odd_feature_dust_lane")).isCloseTo(1.0 / 7, within(1e-6));
    assertThat(table.getColumnCount()).isEqualTo(10 + 11 + 37);
  }

  @Test
  void zoobotsColumnsAreNamedAndOrderedAsItsCataloguesHaveThem() throws Exception {
    StarTable table = read(write("galaxies.vot", TableContent.ZOOBOT), "votable");

    assertThat(cell(table, 0, "id_str")).isEqualTo("one");
    assertThat(number(table, 0, "smooth-or-featured_smooth_fraction")).isEqualTo(0.75);
    assertThat(number(table, 0, "how-rounded_asked_fraction")).isEqualTo(0.75);
    List<String> names =
        IntStream.range(0, table.getColumnCount())
            .mapToObj(column -> table.getColumnInfo(column).getName())
            .toList();
    assertThat(names)
        .containsSubsequence("bulge-size_dominant_fraction", "bulge-size_no_fraction")
        .noneMatch(name -> name.endsWith("_dirichlet"))
        .hasSize(2 + 11 + 37);
  }

  @ParameterizedTest
  @CsvSource({".vot, votable", ".fits, fits-plus"})
  void richFormatsSayWhatTheColumnsMean(String extension, String format) throws Exception {
    StarTable table = read(write("galaxies" + extension, TableContent.PROBABILITIES), format);

    ColumnInfo id = table.getColumnInfo(column(table, "object_id"));
    assertThat(id.getUCD()).isEqualTo("meta.id;meta.main");
    ColumnInfo bar = table.getColumnInfo(column(table, "bar_bar"));
    assertThat(bar.getUCD()).isEqualTo("stat.probability");
    assertThat(bar.getDescription()).contains("'bar' (a06)", "Is there a sign of a bar feature");
    assertThat(table.getParameterByName("model").getValue()).isEqualTo("test-model");
  }

  @ParameterizedTest
  @CsvSource({".csv, csv", ".fits, fits-plus"})
  void intervalsFollowTheirProbabilities(String extension, String format) throws Exception {
    StarTable table = read(write("galaxies" + extension, TableContent.INTERVALS), format);

    assertThat(table.getColumnCount()).isEqualTo(10 + 11 + 3 * 37);
    assertThat(number(table, 0, "smooth_or_featured_smooth_lower90")).isEqualTo(0.375);
    assertThat(number(table, 0, "smooth_or_featured_smooth_upper90")).isEqualTo(0.875);
    assertThat(column(table, "bar_bar_lower90")).isEqualTo(column(table, "bar_bar") + 1);
    assertThat(column(table, "bar_bar_upper90")).isEqualTo(column(table, "bar_bar") + 2);
  }

  @Test
  void parquetHoldsTheSameRows() throws Exception {
    Path file = write("galaxies.parquet", TableContent.PROBABILITIES);

    List<Group> rows = new ArrayList<>();
    try (ParquetFileReader reader =
        new ParquetFileReader(
            new LocalInputFile(file),
            org.apache.parquet.ParquetReadOptions.builder(new PlainParquetConfiguration())
                .build())) {
      var schema = reader.getFooter().getFileMetaData().getSchema();
      var pages = reader.readNextRowGroup();
      var records =
          new ColumnIOFactory()
              .getColumnIO(schema)
              .getRecordReader(pages, new GroupRecordConverter(schema));
      for (long i = 0; i < pages.getRowCount(); i++) {
        rows.add(records.read());
      }
    }
    assertThat(rows)
        .extracting(row -> row.getString("object_id", 0))
        .containsExactly("one", "three");
    assertThat(rows)
        .extracting(row -> row.getDouble("smooth_or_featured_smooth", 0))
        .containsExactly(0.75, 0.25);
  }

  @ParameterizedTest
  @CsvSource({
    ".csv, csv, 'Galáxia %41 5% \u001b🌌 '",
    ".vot, votable, Galáxia %2541 5% %1B%F0%9F%8C%8C%20",
    ".fits, fits-plus, Gal%C3%A1xia %2541 5% %1B%F0%9F%8C%8C%20"
  })
  void lettersThatAFormatLacksArePercentEncoded(String extension, String format, String due)
      throws Exception {
    spool.put(1, morphology("Galáxia %41 5% \u001b🌌 ", 0.5, Set.of()).toJson());

    StarTable table = read(write("galaxies" + extension, TableContent.PROBABILITIES), format);

    assertThat(cell(table, 1, "object_id")).isEqualTo(due);
  }

  @Test
  void ecsvIsInUtf8() throws Exception {
    spool.put(1, morphology("Galáxia \u001b🌌\r", 0.5, Set.of()).toJson());

    assertThat(Files.readString(write("galaxies.ecsv", TableContent.PROBABILITIES)))
        .contains("\n\"Galáxia \u001b🌌%0D\" ");
  }

  @Test
  void jsonLinesAreTheMessagesThemselves() throws Exception {
    List<String> lines = Files.readAllLines(write("galaxies.jsonl", TableContent.PROBABILITIES));

    assertThat(lines).hasSize(2);
    assertThat(GalaxyMorphology.fromJson(lines.get(1).getBytes(StandardCharsets.UTF_8)))
        .isEqualTo(spool.morphology(2));
  }

  @Test
  void kagglesColumnsHaveKagglesHeader() throws Exception {
    List<String> lines = Files.readAllLines(write("galaxies.csv", TableContent.KAGGLE));

    assertThat(lines.getFirst()).isEqualTo("GalaxyID," + String.join(",", KaggleColumns.NAMES));
    assertThat(lines.getFirst()).startsWith("GalaxyID,Class1.1,Class1.2").endsWith("Class11.6");
    String[] one = lines.get(1).split(",");
    assertThat(one).hasSize(38).startsWith("one", "0.75", "0.125");
    // Kaggle's sixth question sums to 1 for every galaxy, stars included
    assertThat(Double.parseDouble(one[14]) + Double.parseDouble(one[15])).isEqualTo(1);
  }

  @Test
  void aTableReplacesTheOneBeforeAndLeavesNothingElseBehind() throws Exception {
    Files.writeString(folder.resolve("galaxies.csv"), "old");

    write("galaxies.csv", TableContent.PROBABILITIES);

    assertThat(folder).isDirectoryContaining(file -> file.endsWith("galaxies.csv"));
    assertThat(folder.toFile().list()).containsExactly("galaxies.csv");
    assertThat(folder.resolve("galaxies.csv")).content().startsWith("object_id");
  }

  @Test
  void aTableThatCannotBeWrittenLeavesTheOneBefore() throws Exception {
    Path target = Files.writeString(folder.resolve("galaxies.csv"), "old");
    spool.close();

    assertThatThrownBy(
            () ->
                new MorphologyTable(spool, DecisionTree.galaxyZoo2(), FILES::get)
                    .write(target, TableContent.PROBABILITIES))
        .isInstanceOf(IOException.class);

    assertThat(target).hasContent("old");
    assertThat(folder.toFile().list()).containsExactly("galaxies.csv");
  }

  @Test
  void anUnknownExtensionIsRefusedWithThoseThereAre() {
    assertThatThrownBy(() -> TableFormat.of("galaxies.xlsx"))
        .hasMessageContaining("galaxies.xlsx")
        .hasMessageContaining(".csv .ecsv .vot .fits .parquet .jsonl");
  }

  private Path write(String name, TableContent content) throws IOException {
    Path target = folder.resolve(name);
    new MorphologyTable(spool, DecisionTree.galaxyZoo2(), FILES::get).write(target, content);
    return target;
  }

  private static StarTable read(Path file, String format) throws IOException {
    return Tables.randomTable(new StarTableFactory().makeStarTable(file.toString(), format));
  }

  private static Object cell(StarTable table, long row, String column) throws IOException {
    return table.getCell(row, column(table, column));
  }

  /** Of single or double precision, as a reader of CSV guesses from the digits it finds. */
  private static double number(StarTable table, long row, String column) throws IOException {
    return ((Number) cell(table, row, column)).doubleValue();
  }

  private static int column(StarTable table, String name) {
    for (int i = 0; i < table.getColumnCount(); i++) {
      if (table.getColumnInfo(i).getName().equals(name)) {
        return i;
      }
    }
    throw new AssertionError("no column " + name);
  }

  /** Smooth with this probability, the rest shared evenly; every other question undecided. */
  static GalaxyMorphology morphology(String objectId, double smooth, Set<QualityFlag> flags) {
    List<GalaxyMorphology.Question> questions = new ArrayList<>();
    for (Question question : TREE.questions()) {
      double asked = question.key().equals("rounded") ? smooth : 1;
      List<GalaxyMorphology.Answer> answers = new ArrayList<>();
      int count = question.answers().size();
      for (int i = 0; i < count; i++) {
        double p = !question.equals(TREE.root()) ? 1.0 / count : i == 0 ? smooth : (1 - smooth) / 2;
        var answer = question.answers().get(i);
        answers.add(
            new GalaxyMorphology.Answer(
                answer.id(), answer.key(), p, p * asked, p / 2, (1 + p) / 2));
      }
      questions.add(new GalaxyMorphology.Question(question.id(), question.key(), asked, answers));
    }
    Instant now = Instant.parse("2026-01-31T22:15:00Z");
    return new GalaxyMorphology(
        objectId,
        "0",
        null,
        null,
        null,
        new GalaxyMorphology.Tree("gz2", "1"),
        questions,
        new GalaxyMorphology.Morphology("Er", "A smooth galaxy, completely round."),
        flags,
        new GalaxyMorphology.Model("test-model", "1.0.0", "0".repeat(64), null),
        "grey",
        new GalaxyMorphology.Image(null, "0".repeat(64), 424, 424),
        "cpu",
        null,
        now,
        now,
        new GalaxyMorphology.Source("galaxy-images", 0, 0));
  }
}
