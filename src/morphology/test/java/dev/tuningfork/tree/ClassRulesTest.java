package dev.tuningfork.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClassRulesTest {

  private static final DecisionTree TREE = DecisionTree.galaxyZoo2();
  private static final ClassRules KAGGLE = ClassRules.named("kaggle");
  private static final ClassRules GZ1 = ClassRules.named("gz1");

  @Test
  void everyRealGalaxyIsOfTheClassThatItIsSaidToBe() throws IOException {
    Path folder = Path.of(System.getProperty("tuningfork.data", "")).resolve("kaggle");
    assumeTrue(Files.isDirectory(folder), "The real labelled galaxies are not on this machine.");
    Map<String, String> said = new HashMap<>();
    for (String line : Files.readAllLines(folder.resolve("partial_labels.csv"))) {
      said.put(line.split(",")[0], line.split(",")[1]);
    }
    int spirals = 0;
    List<VoteFractions> galaxies =
        KaggleRows.read(Files.readAllLines(folder.resolve("training_solutions.csv")));
    assertThat(galaxies).hasSize(3535);
    for (VoteFractions votes : galaxies) {
      String className = said.get(votes.galaxyId());
      assertThat(classOf(votes.fractions())).as(votes.galaxyId()).isEqualTo(className);
      for (String other : KAGGLE.classes()) {
        Constraint constraint = KAGGLE.constraint(other);
        assertThat(constraint.holds(votes.fractions())).isEqualTo(other.equals(className));
        assertThat(constraint.contradicts(votes.fractions())).isEqualTo(!other.equals(className));
      }
      spirals += "spiral".equals(className) ? 1 : 0;
    }
    assertThat(spirals).isPositive();
  }

  /** The rule as it is published, on Kaggle's columns. */
  @Property
  void theClassIsTheFirstRuleThatHolds(@ForAll("outputs") double[] output) {
    AnswerProbabilities probabilities = AnswerProbabilities.of(TREE, output);
    double[] columns = KaggleColumns.of(probabilities);
    double[] smooth = {column(columns, "7.1"), column(columns, "7.2"), column(columns, "7.3")};
    String expected = "none";
    if (column(columns, "1.1") >= 0.469 && smooth[0] >= 0.5) {
      expected = "completely_round";
    } else if (column(columns, "1.1") >= 0.469 && smooth[1] >= 0.5) {
      expected = "in_between";
    } else if (column(columns, "1.1") >= 0.469 && smooth[2] >= 0.5) {
      expected = "cigar_shaped";
    } else if (column(columns, "1.2") >= 0.43 && column(columns, "2.1") >= 0.602) {
      expected = "edge_on";
    } else if (column(columns, "1.2") >= 0.43
        && column(columns, "2.2") >= 0.715
        && column(columns, "4.1") >= 0.69) {
      expected = "spiral";
    }

    assertThat(classOf(probabilities)).isEqualTo(expected);
  }

  @Property
  void exactlyOneOfTheExclusiveClassesHolds(@ForAll("outputs") double[] output) {
    AnswerProbabilities probabilities = AnswerProbabilities.of(TREE, output);

    assertThat(KAGGLE.classes())
        .filteredOn(name -> KAGGLE.constraint(name).holds(probabilities))
        .containsExactly(classOf(probabilities));
    assertThat(KAGGLE.classes())
        .filteredOn(name -> KAGGLE.constraint(name).contradicts(probabilities))
        .hasSize(KAGGLE.classes().size() - 1);
  }

  /** What is told of a galaxy that is known in part stays true when more is known of it. */
  @Property
  void whatIsKnownInPartIsNeverTakenBack(@ForAll("outputs") double[] output, @ForAll long hidden) {
    double[] part = output.clone();
    for (int q = 0; q < TREE.questions().size(); q++) {
      if ((hidden >> q & 1) == 1) {
        Arrays.fill(part, TREE.firstAnswer(q), TREE.firstAnswer(q + 1), Double.NaN);
      }
    }
    AnswerProbabilities whole = AnswerProbabilities.of(TREE, output);
    AnswerProbabilities known = AnswerProbabilities.of(TREE, part);
    for (ClassRules rules : List.of(KAGGLE, GZ1)) {
      for (String name : rules.classes()) {
        Constraint constraint = rules.constraint(name);
        boolean holds = constraint.holds(known);
        boolean contradicts = constraint.contradicts(known);
        assertThat(holds && contradicts).isFalse();
        if (holds) {
          assertThat(constraint.holds(whole)).isTrue();
        }
        if (contradicts) {
          assertThat(constraint.contradicts(whole)).isTrue();
        }
        assertThat(constraint.holds(whole)).isNotEqualTo(constraint.contradicts(whole));
      }
    }
  }

  @Test
  void whereTooLittleIsKnownNoClassIsGuessed() {
    double[] unknown = new double[TREE.answerCount()];
    Arrays.fill(unknown, Double.NaN);
    AnswerProbabilities nothing = AnswerProbabilities.of(TREE, unknown);

    assertThat(KAGGLE.classes())
        .noneMatch(name -> KAGGLE.constraint(name).holds(nothing))
        .noneMatch(name -> KAGGLE.constraint(name).contradicts(nothing));
  }

  /** The first that holds. */
  private static String classOf(AnswerProbabilities answers) {
    return KAGGLE.classes().stream()
        .filter(name -> KAGGLE.constraint(name).holds(answers))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aConstraintReadsAsASentenceWould() {
    assertThat(KAGGLE.constraint("in_between"))
        .hasToString("a01 >= 0.469 and a17 >= 0.5 and (a01 < 0.469 or a16 < 0.5)");
    assertThat(GZ1.constraint("edge_on")).hasToString("(a04 >= 0.3 or a18 >= 0.3)");
    assertThat(GZ1.constraint("dont_know").clauses()).isEmpty();
  }

  @Test
  void anUnknownNameIsRefused() {
    assertThatThrownBy(() -> ClassRules.named("../gz2")).hasMessageContaining("'kaggle' and 'gz1'");
    assertThatThrownBy(() -> KAGGLE.constraint("disc")).hasMessageContaining("edge_on, spiral");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[] | have no classes",
        "[{'name':'x','where':[[{'answer':'a01','atLeast':0.5}]]}] | what is left",
        "[{'name':'x','where':[[{'answer':'a99','atLeast':0.5}]]}] | name answer a99",
        "[{'name':'x','where':[[{'answer':'a01'}]]}] | either 'atLeast' or 'below'",
        "[{'name':'x','where':[[{'answer':'a01','atLeast':1.5}]]}] | not 1.5",
        "[{'name':'x','where':[[{'answer':'a01','atLeast':0.5},{'answer':'a02','below':0.5}]]}]"
            + " | has an alternative",
        "[{'name':'x','where':[]},{'name':'x','where':[]}] | two classes x",
        "7 | is invalid"
      })
  void rulesThatMakeNoSenseAreRefused(String classes, String complaint) {
    String json =
        "{'id':'mine','tree':'gz2','exclusive':true,'classes':%s}"
            .formatted(classes)
            .replace('\'', '"');

    assertThatThrownBy(
            () -> ClassRules.read(new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(complaint);
  }

  private static double column(double[] columns, String name) {
    return columns[KaggleColumns.NAMES.indexOf("Class" + name)];
  }

  /** Answers of which one is often far ahead, so that every class comes up. */
  @Provide
  static Arbitrary<double[]> outputs() {
    return Arbitraries.longs()
        .map(
            seed -> {
              SplittableRandom random = new SplittableRandom(seed);
              double[] output = new double[TREE.answerCount()];
              for (Question question : TREE.questions()) {
                int first = TREE.firstAnswer(question);
                double sum = 0;
                for (int a = first; a < first + question.answers().size(); a++) {
                  output[a] = Math.exp(3 * random.nextGaussian());
                  sum += output[a];
                }
                for (int a = first; a < first + question.answers().size(); a++) {
                  output[a] /= sum;
                }
              }
              return output;
            });
  }

  @Test
  void slackIsTheDistanceFromTheThresholdThatIsKeptWorst() {
    Constraint smoothAndRoundOrLong =
        new Constraint(
            List.of(
                new Constraint.Clause(List.of(new Constraint.Bound("a01", true, .4))),
                new Constraint.Clause(
                    List.of(
                        new Constraint.Bound("a16", true, .5),
                        new Constraint.Bound("a17", false, .2)))));
    double[] conditional = new double[TREE.answerCount()];
    Arrays.fill(conditional, Double.NaN);
    conditional[0] = .6;
    conditional[1] = .4;
    conditional[2] = 0;
    AnswerProbabilities first = AnswerProbabilities.of(TREE, conditional);
    int rounded = TREE.firstAnswer(TREE.question("t07"));
    conditional[rounded] = .5;
    conditional[rounded + 1] = .5;
    conditional[rounded + 2] = 0;
    AnswerProbabilities both = AnswerProbabilities.of(TREE, conditional);

    // smooth by .2; round is missed by .2, and long is .1 too often for "below"
    assertThat(smoothAndRoundOrLong.slack(both).getAsDouble()).isCloseTo(-.1, within(1e-9));
    assertThat(smoothAndRoundOrLong.slack(first)).isEmpty();
    assertThat(new Constraint(List.of()).slack(first)).hasValue(Double.POSITIVE_INFINITY);
  }
}
