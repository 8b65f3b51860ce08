package dev.tuningfork.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KaggleColumnsTest {

  private static final DecisionTree TREE = DecisionTree.galaxyZoo2();
  private static final String HEADER = "GalaxyID," + String.join(",", KaggleColumns.NAMES);

  @ParameterizedTest
  @CsvSource({
    "kaggle/training_solutions.csv, 3535",
    "kaggle/training_solutions_some_questions.csv, 160",
    "kaggle_more/training_solutions.csv, 3802",
    "kaggle_more/training_solutions_some_questions.csv, 4099"
  })
  void everyRealRowComesBackFromTheTreeAsItWas(Path table, int rows) throws IOException {
    Path csv = Path.of(System.getProperty("tuningfork.data", "")).resolve(table);
    assumeTrue(Files.exists(csv), "The real labelled galaxies are not on this machine.");
    List<String> lines = Files.readAllLines(csv);
    assertThat(lines.getFirst()).isEqualTo(HEADER);
    List<VoteFractions> galaxies = KaggleRows.read(lines);

    assertThat(galaxies).hasSize(rows);
    for (int i = 0; i < rows; i++) {
      String[] cells = lines.get(i + 1).split(",", -1);
      assertThat(galaxies.get(i).galaxyId()).isEqualTo(cells[0]);
      double[] columns = KaggleColumns.of(galaxies.get(i).fractions());
      for (int a = 0; a < columns.length; a++) {
        if (cells[a + 1].isEmpty()) {
          assertThat(columns[a]).as("unknown, or nobody was asked").isIn(Double.NaN, 0.0);
        } else {
          assertThat(columns[a])
              .as("galaxy %s, %s", cells[0], KaggleColumns.NAMES.get(a))
              .isCloseTo(Double.parseDouble(cells[a + 1]), within(2 * KaggleColumns.TOLERANCE));
        }
      }
    }
  }

  @Property
  void columnsReadBackAreTheSameProbabilities(@ForAll("outputs") double[] output) {
    AnswerProbabilities probabilities = AnswerProbabilities.of(TREE, output);
    double[] columns = KaggleColumns.of(probabilities);

    assertThat(KaggleColumns.violation("1", columns, 0)).isEmpty();
    VoteFractions read = KaggleColumns.read("1", columns);
    assertThat(KaggleColumns.of(read.fractions())).containsExactly(columns, within(1e-9));
    for (Question question : TREE.questions()) {
      double asked = probabilities.asked(question).orElseThrow();
      assertThat(read.asked(question)).isCloseTo(asked, within(1e-9));
      if (asked > 1e-6) {
        assertThat(read.fractions().conditional(question))
            .containsExactly(probabilities.conditional(question), within(1e-6));
      }
    }
  }

  @Provide
  static Arbitrary<double[]> outputs() {
    return Arbitraries.randomValue(AnswerProbabilitiesTest::output);
  }

  @Test
  void kaggleAsksQuestion6OfStarsTooAndTheTreeDoesNot() {
    double[] conditional = new double[TREE.answerCount()];
    for (Question question : TREE.questions()) {
      Arrays.fill(
          conditional,
          TREE.firstAnswer(question),
          TREE.firstAnswer(question) + question.answers().size(),
          1.0 / question.answers().size());
    }
    AnswerProbabilities probabilities = AnswerProbabilities.of(TREE, conditional);

    double[] columns = KaggleColumns.of(probabilities);
    assertThat(column(columns, "Class6.1")).isEqualTo(.5);
    assertThat(column(columns, "Class8.1")).isCloseTo(.5 / 7, within(1e-12));
    assertThat(probabilities.joint(TREE.question("t06"))[0]).isCloseTo(1 / 3.0, within(1e-12));
    assertThat(KaggleColumns.read("1", columns).asked(TREE.question("t06")))
        .isCloseTo(2 / 3.0, within(1e-12));
  }

  @Test
  void emptyCellsAreUnknownQuestions() {
    VoteFractions galaxy =
        KaggleRows.read(List.of(HEADER, "110034,0.2,0.75,0.05,0.25,0.5" + ",".repeat(32)))
            .getFirst();

    assertThat(galaxy.galaxyId()).isEqualTo("110034");
    assertThat(galaxy.fractions().conditional(TREE.question("t02")))
        .containsExactly(new double[] {1 / 3.0, 2 / 3.0}, within(1e-12));
    assertThat(galaxy.asked(TREE.question("t02"))).isEqualTo(.75);
    assertThat(galaxy.fractions().answers(TREE.question("t03"))).isFalse();
    assertThat(galaxy.asked(TREE.question("t03"))).isZero();
    assertThat(KaggleColumns.of(galaxy.fractions())[5]).isNaN();
  }

  @Test
  void aRowThatBreaksTheTreeIsNamedWithItsQuestion() {
    double[] columns =
        KaggleColumns.of(
            AnswerProbabilities.of(TREE, AnswerProbabilitiesTest.output(new Random(2))));
    columns[KaggleColumns.NAMES.indexOf("Class5.2")] += 2e-5;

    assertThat(KaggleColumns.violation("587722", columns, 0))
        .get()
        .asString()
        .startsWith(
            "Galaxy 587722 breaks the tree at question t05: its columns Class5.1 to Class5.4");
    assertThatThrownBy(() -> KaggleColumns.read("587722", columns))
        .isInstanceOf(IllegalArgumentException.class);
    columns[3] = Double.NaN;
    assertThat(KaggleColumns.violation("587722", columns, 0))
        .get()
        .asString()
        .contains("t02", "empty");
    columns[0] = -.1;
    assertThat(KaggleColumns.violation("587722", columns, 0)).get().asString().contains("Class1.1");
  }

  private static double column(double[] columns, String name) {
    return columns[KaggleColumns.NAMES.indexOf(name)];
  }
}
