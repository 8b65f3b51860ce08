package dev.tuningfork.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.tuningfork.tree.ClassRules;
import dev.tuningfork.tree.DecisionTree;
import dev.tuningfork.tree.JointColumns;
import dev.tuningfork.tree.KaggleColumns;
import dev.tuningfork.tree.Question;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.DoubleFunction;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tables of labels as people have them. */
class TableFormsTest {

  private static final List<String> IDS = List.of("100008", "100023", "100053");
  private static final String PLAIN =
      Tables.HEADER
          + "\n"
          + String.join("\n", IDS.stream().map(id -> Tables.smooth(id, 0.75)).toList())
          + "\n";

  @TempDir Path folder;
  private Path images;

  @BeforeEach
  void makeImages() throws IOException {
    images = Tables.images(folder.resolve("images"), IDS.toArray(String[]::new));
  }

  private Reading read(byte[] table) throws IOException {
    Path file = Files.write(folder.resolve("labels.csv"), table);
    return new KaggleTables(images, List.of(file)).read();
  }

  private Reading read(String table) throws IOException {
    return read(table.getBytes(StandardCharsets.UTF_8));
  }

  private static void assertWhole(Reading reading) {
    assertThat(reading.problems()).isEmpty();
    assertThat(reading.galaxies()).extracting(LabelledGalaxy::id).isEqualTo(IDS);
    for (LabelledGalaxy galaxy : reading.galaxies()) {
      assertThat(
              galaxy.votes().orElseThrow().fractions().joint(DecisionTree.galaxyZoo2().root())[0])
          .isCloseTo(0.75, within(1e-9));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GalaxyId",
        "galaxyid",
        "GALAXYID",
        "id",
        "objid",
        "dr7objid",
        " GalaxyID ",
        "object_id",
        "objectId",
        "filename"
      })
  void theColumnOfIdsHasOneOfItsUsualNames(String name) throws Exception {
    assertWhole(read(PLAIN.replace("GalaxyID", name)));
    assertWhole(read(PLAIN.replace("GalaxyID", name).replace("Class", "CLASS")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "%s.jpg",
        "%s.JPEG",
        "%s.fits.gz",
        "images/%s.jpg",
        "C:\\images\\%s.png",
        "%s.0",
        " %s ",
        "\"%s\""
      })
  void anIdMayBeAFileNameOrAFraction(String form) throws Exception {
    String table = PLAIN;
    for (String id : IDS) {
      table = table.replace(id, form.formatted(id));
    }
    assertWhole(read(table));
  }

  @Test
  void cellsAreSeparatedByWhatTheHeaderSays() throws Exception {
    assertWhole(read(PLAIN.replace(',', ';')));
    assertWhole(read(PLAIN.replace(',', '\t')));
    assertWhole(read(PLAIN.replace(',', '|')));
    assertWhole(read("sep=;\r\n" + PLAIN.replace(',', ';')));
    assertWhole(read(PLAIN.replace(",", ", ")));
    assertWhole(read(PLAIN.replace(',', ';').replace("0.75", "0,75").replace("0.25", "0,25")));
  }

  @Test
  void cellsMayBeSeparatedByBlanks() throws Exception {
    String blanks = PLAIN.replace(",,", ",\"\",").replace(",,", ",\"\",").replace(",\n", ",\"\"\n");
    assertWhole(read(blanks.replace(',', ' ')));
    assertWhole(read(blanks.replace(",", "   ").replace("\n", "  \r\n ")));
    assertWhole(
        read("# %ECSV 1.0\n# ---\n# datatype:\n# - {name: x}\n" + blanks.replace(',', ' ')));
    assertWhole(
        read(
            PLAIN
                .replace(",,", ",NaN,")
                .replace(",,", ",nan,")
                .replace(",\n", ",--\n")
                .replace(',', ' ')));
  }

  /** As TOPCAT's ASCII format and numpy.savetxt write it. */
  @Test
  void theHeaderMayBeAComment() throws Exception {
    assertWhole(read("# " + PLAIN));
    assertWhole(
        read(
            "# made by hand\n#  "
                + PLAIN
                    .replace(",,", ",\"\",")
                    .replace(",,", ",\"\",")
                    .replace(",\n", ",\"\"\n")
                    .replace(",", "  ")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "NaN", "nan", "NA", "N/A", "#N/A", "<NA>", "null", "NULL", "\\N", "None", "-", "--", "\"\""
      })
  void anUnknownCellHasManySpellings(String unknown) throws Exception {
    String cell = "," + unknown;
    assertWhole(
        read(
            PLAIN.replace(",,", cell + ",").replace(",,", cell + ",").replace(",\n", cell + "\n")));
  }

  @Test
  void aQuotedCellMayHaveADecimalComma() throws Exception {
    assertWhole(read(PLAIN.replace("0.75", "\"0,75\"").replace("0.25", "\"0,25\"")));
  }

  @Test
  void aCellThatIsNoNumberIsQuoted() throws Exception {
    assertThat(read(PLAIN.replaceFirst("0.75", "most")).problems())
        .extracting(Problem::sentence)
        .singleElement()
        .asString()
        .endsWith("has a cell that is not a number: 'most'.");
  }

  @Test
  void aTableWithoutTheColumnsIsRefusedWithThePossibleSeparators() {
    assertThatThrownBy(() -> read(PLAIN.replace(',', ':')))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("has no column")
        .hasMessageContaining("separated by commas, semicolons, tabs, bars or blanks");
  }

  @Test
  void aColumnThatIsThereTwiceIsRefused() {
    assertThatThrownBy(() -> read(PLAIN.replace("Class11.6", "Class11.6,class1.1")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("has 2 columns 'Class1.1': remove all but one.");
  }

  @Test
  void theTextMayBeAsOtherProgramsWriteIt() throws Exception {
    assertWhole(read("\ufeff" + PLAIN));
    assertWhole(read(PLAIN.replace("\n", "\r\n")));
    assertWhole(read(PLAIN.replace("\n", "\n\n") + "\n  \n"));
    assertWhole(read(PLAIN.replace("\n", "  \n")));
    assertWhole(read(PLAIN.replace("\n", ",\n")));
    assertWhole(read(PLAIN.strip()));
    assertWhole(read("# written by hand\n#\n" + PLAIN));
    assertWhole(read("# 5\" wide, \n" + PLAIN));
    assertWhole(
        read(PLAIN.replace("Class11.6", "Class11.6,\"two\nlines\"").replace(",\n", ",,\n")));
    assertWhole(
        read(
            "\""
                + Tables.HEADER.replace(",", "\",\"")
                + PLAIN.substring(Tables.HEADER.length()).replaceFirst("\n", "\"\n")));
    for (Charset charset : List.of(StandardCharsets.UTF_16LE, StandardCharsets.UTF_16BE)) {
      assertWhole(read(("\ufeff" + PLAIN).getBytes(charset)));
    }
  }

  @Test
  void aGzippedTableIsRead() throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
      out.write(("\ufeff" + PLAIN).getBytes(StandardCharsets.UTF_8));
    }
    assertWhole(read(bytes.toByteArray()));
  }

  @Test
  void anotherFileIsRefusedInASentence() {
    assertThatThrownBy(() -> read("PK\u0003\u0004\u0014\0\0\0\n"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("labels.csv is not a CSV table");
  }

  @Test
  void theLineOfAProblemIsTheOneOfTheFile() throws Exception {
    Reading reading = read("# one\n# two\n" + PLAIN + "100053,0.5\n");

    assertThat(reading.problems())
        .extracting(Problem::sentence)
        .singleElement()
        .asString()
        .startsWith("Line 7 of ");
  }

  @Test
  void galaxyZoo2sOwnTableIsRefusedWithTheWayToUseIt() {
    String header = "objid,asset_id,t01_smooth_or_features_a01_smooth_weighted_fraction";

    assertThatThrownBy(() -> read(header + "\n587739505552785605,100008,0.73\n"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Hart et al. 2016")
        .hasMessageContaining("multiply each weighted_fraction by the share");
  }

  @Test
  void manyGalaxiesWithoutAnImageAreOneSentence() throws Exception {
    StringBuilder table = new StringBuilder(PLAIN);
    IntStream.range(0, 3494).forEach(i -> table.append(Tables.smooth("9" + i, 0.5)).append("\n"));

    Reading reading = read(table.toString());

    assertThat(reading.galaxies()).hasSize(3);
    assertThat(reading.problems()).hasSize(3494);
    assertThat(Problem.sentences(reading.problems()))
        .singleElement()
        .asString()
        .startsWith("3,494 galaxies of " + folder.resolve("labels.csv") + " have no image in ")
        .contains("The first: Galaxy 90 of ", "where names look like 100008.jpg");
    assertThat(Problem.sentences(reading.problems().subList(0, 2))).hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"%.2f", "%.3f", "%.4f", "%.6f", "%.3e"})
  void fractionsThatWereRoundedAreUsable(String format) throws Exception {
    assertUsable(value -> String.format(Locale.ROOT, format, value));
  }

  /** As pandas writes rounded numbers: 0.250 is 0.25, and 1.000 is 1.0. */
  @Test
  void roundedFractionsMayHaveLostTheirZeros() throws Exception {
    assertUsable(value -> Double.toString(Math.round(value * 1000) / 1000.0));
  }

  /** As {@code %.3g} writes numbers: 0.038512 is 0.0385, and 0.617233 is 0.617. */
  @ParameterizedTest
  @ValueSource(ints = {2, 3, 4})
  void fractionsThatWereRoundedToSignificantDigitsAreUsable(int digits) throws Exception {
    assertUsable(
        value ->
            new BigDecimal(value)
                .round(new MathContext(digits))
                .stripTrailingZeros()
                .toPlainString());
  }

  private void assertUsable(DoubleFunction<String> written) throws Exception {
    int count = 200;
    SplittableRandom random = new SplittableRandom(7);
    List<String> ids = IntStream.range(0, count).mapToObj(i -> "5" + i).toList();
    Path many = Tables.images(folder.resolve("many"), ids.toArray(String[]::new));
    List<String> rows = new ArrayList<>();
    for (String id : ids) {
      StringBuilder row = new StringBuilder(id);
      for (double value : fractions(random)) {
        row.append(',').append(written.apply(value));
      }
      rows.add(row.toString());
    }
    Path table = Tables.csv(folder.resolve("many.csv"), Tables.HEADER, rows.toArray(String[]::new));

    Reading reading = new KaggleTables(many, List.of(table)).read();

    assertThat(reading.problems()).isEmpty();
    assertThat(reading.galaxies()).hasSize(count);
  }

  @Test
  void whatRoundingDoesNotExplainIsAContradiction() throws Exception {
    Reading reading =
        read(
            Tables.HEADER
                + "\n"
                + Tables.smooth("100008", 0.75).replace("0.25", "0.251")
                + "\n"
                + Tables.smooth("100023", 0.75).replace("0.25", "0.253")
                + "\n"
                + Tables.smooth("100053", 0.75).replace("0.25", "0.25004")
                + "\n");

    assertThat(reading.galaxies()).extracting(LabelledGalaxy::id).containsExactly("100008");
    assertThat(reading.problems()).extracting(Problem::what).containsExactly("100023", "100053");
  }

  @Test
  void aTableOfClassesIsReadAlike() throws Exception {
    Path table =
        Files.writeString(
            folder.resolve("classes.csv"),
            "\ufeffGalaxyId;CLASS\r\n100008.jpg;Spiral\r\n\r\n 100023 ;\"edge_on\"\r\n");

    Reading reading =
        new ClassTable(
                images, table, ClassRules.named("kaggle"), Optional.empty(), Optional.empty())
            .read();

    assertThat(reading.problems()).isEmpty();
    assertThat(reading.galaxies())
        .extracting(g -> g.id() + " " + g.className().orElseThrow())
        .containsExactly("100008 spiral", "100023 edge_on");
  }

  @Test
  void everySuffixThatClassifyFindsIsFound() throws Exception {
    Path others = Files.createDirectory(folder.resolve("others"));
    List<String> suffixes =
        List.of(
            ".jpg", ".JPEG", ".png", ".fits", ".fit", ".fts", ".fits.gz", ".fit.gz", ".fits.fz");
    for (int i = 0; i < suffixes.size(); i++) {
      Files.createFile(others.resolve(i + suffixes.get(i)));
    }

    assertThat(new UnlabelledImages(others, DecisionTree.galaxyZoo2()).read().galaxies())
        .extracting(LabelledGalaxy::id)
        .containsExactlyElementsOf(
            IntStream.range(0, suffixes.size()).mapToObj(Integer::toString).toList());
  }

  /** Random columns that keep to the tree, not rounded. */
  private static double[] fractions(SplittableRandom random) {
    DecisionTree tree = DecisionTree.galaxyZoo2();
    List<Question> questions = tree.questions();
    double[] columns = new double[KaggleColumns.NAMES.size()];
    double[] asked = new double[questions.size()];
    for (int q = 0; q < questions.size(); q++) {
      if (JointColumns.of(tree).askedOfAll(questions.get(q))) {
        asked[q] = 1;
      }
    }
    for (int walked = 0; walked < asked.length; walked++) {
      int q = ORDER[walked];
      int first = questions.subList(0, q).stream().mapToInt(each -> each.answers().size()).sum();
      int answers = questions.get(q).answers().size();
      double[] shares = random.doubles(answers).map(x -> x * x * x).toArray();
      double sum = 0;
      for (double share : shares) {
        sum += share;
      }
      for (int a = 0; a < answers; a++) {
        columns[first + a] = asked[q] * shares[a] / sum;
        int next = NEXT[q][a];
        if (next > 0) {
          asked[next - 1] += columns[first + a];
        }
      }
    }
    return columns;
  }

  /** Questions of Galaxy Zoo 2 so that each comes behind those that lead to it, counted from 0. */
  private static final int[] ORDER = {0, 6, 1, 8, 2, 3, 9, 10, 4, 5, 7};

  /** The question that each answer leads to in Kaggle's columns, counted from 1; 0 for none. */
  private static final int[][] NEXT = {
    {7, 2, 0},
    {9, 3},
    {4, 4},
    {10, 5},
    {0, 0, 0, 0},
    {8, 0},
    {0, 0, 0},
    {0, 0, 0, 0, 0, 0, 0},
    {0, 0, 0},
    {11, 11, 11},
    {5, 5, 5, 5, 5, 5}
  };
}
