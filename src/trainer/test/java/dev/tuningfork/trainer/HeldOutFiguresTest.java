package dev.tuningfork.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tuningfork.tree.AnswerProbabilities;
import dev.tuningfork.tree.DecisionTree;
import dev.tuningfork.tree.KaggleColumns;
import dev.tuningfork.tree.Question;
import dev.tuningfork.tree.VoteFractions;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class HeldOutFiguresTest {

  private static final DecisionTree TREE = DecisionTree.galaxyZoo2();
  private static final Question ROUNDED = TREE.question("t07");

  @Test
  void aQuestionIsJudgedOnAllOnThoseAskedAndOnThoseAgreed() {
    // smooth, and the three answers to how rounded
    List<VoteFractions> truths =
        List.of(
            votes(.9, .9, .1, 0), // asked and agreed, right
            votes(.9, .6, .4, 0), // asked, right
            votes(.6, .1, .9, 0), // asked and agreed, wrong
            votes(.2, 0, 1, 0), // not asked enough, wrong
            votes(0, 1, 0, 0)); // nobody was asked
    HeldOutFigures figures =
        HeldOutFigures.of(
            List.of(ROUNDED),
            truths.subList(0, 4),
            truths,
            truths.stream().map(t -> round()).toList());

    HeldOutFigures.QuestionFigures rounded = figures.questions().getFirst();
    assertThat(figures.galaxies()).isEqualTo(5);
    assertThat(rounded.judged()).isEqualTo(4);
    assertThat(rounded.accuracy()).hasValue(.5);
    assertThat(rounded.asked()).isEqualTo(3);
    assertThat(rounded.accuracyAsked().getAsDouble()).isCloseTo(2 / 3.0, within(1e-12));
    assertThat(rounded.agreed()).isEqualTo(2);
    assertThat(rounded.accuracyAgreed()).hasValue(.5);
    assertThat(rounded.trained()).isEqualTo(3);
    assertThat(rounded.hadLittleToLearnFrom()).isTrue();
    assertThat(figures.rmse()).as("of one question").isEmpty();
  }

  @Test
  void theErrorIsOverKagglesColumnsBesideThatOfTheirMean() {
    List<VoteFractions> truths = List.of(votes(1, 1, 0, 0), votes(0, 1, 0, 0));
    HeldOutFigures perfect =
        HeldOutFigures.of(
            TREE.questions(), truths, truths, truths.stream().map(this::answered).toList());

    assertThat(perfect.rmse().getAsDouble()).isCloseTo(0, within(1e-9));
    // the two differ by 1 in smooth, features, completely round, edge-on and rounded bulge
    assertThat(perfect.rmseOfMean().getAsDouble()).isCloseTo(Math.sqrt(5 * .25 / 37), within(1e-9));
  }

  /** Smooth or else edge-on with a rounded bulge, and nothing odd. */
  private static VoteFractions votes(double smooth, double round, double between, double cigar) {
    double[] columns = new double[KaggleColumns.NAMES.size()];
    set(columns, "Class1.1", smooth);
    set(columns, "Class1.2", 1 - smooth);
    set(columns, "Class2.1", 1 - smooth);
    set(columns, "Class9.1", 1 - smooth);
    set(columns, "Class6.2", 1);
    set(columns, "Class7.1", smooth * round);
    set(columns, "Class7.2", smooth * between);
    set(columns, "Class7.3", smooth * cigar);
    return KaggleColumns.read("1", columns);
  }

  private static void set(double[] columns, String name, double value) {
    columns[KaggleColumns.NAMES.indexOf(name)] = value;
  }

  private AnswerProbabilities round() {
    double[] conditional = new double[TREE.answerCount()];
    Arrays.fill(conditional, Double.NaN);
    System.arraycopy(new double[] {1, 0, 0}, 0, conditional, TREE.firstAnswer(ROUNDED), 3);
    return AnswerProbabilities.of(TREE, conditional);
  }

  /** What the votes say, and the first answer wherever nobody was asked. */
  private AnswerProbabilities answered(VoteFractions votes) {
    double[] conditional = new double[TREE.answerCount()];
    for (Question question : TREE.questions()) {
      int first = TREE.firstAnswer(question);
      if (votes.fractions().answers(question)) {
        double[] known = votes.fractions().conditional(question);
        System.arraycopy(known, 0, conditional, first, known.length);
      } else {
        conditional[first] = 1;
      }
    }
    return AnswerProbabilities.of(TREE, conditional);
  }
}
