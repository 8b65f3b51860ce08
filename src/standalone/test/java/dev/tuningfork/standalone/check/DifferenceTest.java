package dev.tuningfork.standalone.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tuningfork.tree.AnswerProbabilities;
import dev.tuningfork.tree.DecisionTree;
import dev.tuningfork.tree.Question;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class DifferenceTest {

  private static final DecisionTree TREE = DecisionTree.galaxyZoo2();

  @Test
  void theLargestDifferenceDecides() {
    List<AnswerProbabilities> expected = List.of(smooth(0.5), smooth(0.7));
    List<AnswerProbabilities> answers = List.of(smooth(0.5), smooth(0.72));

    Difference difference = Difference.of(answers, expected, 0.021);
    assertThat(difference.largest()).isEqualTo(0.02, within(1e-9));
    assertThat(difference.mean()).isEqualTo(2 * 0.02 / (2 * TREE.answerCount()), within(1e-9));
    assertThat(difference.holds()).isTrue();

    assertThat(Difference.of(answers, expected, 0.019).holds()).isFalse();
    assertThat(Difference.of(expected, expected, 0).holds()).isTrue();
  }

  /** The first answer to the first question is so probable, the second one takes the rest. */
  private static AnswerProbabilities smooth(double probability) {
    double[] conditional = new double[TREE.answerCount()];
    for (Question question : TREE.questions()) {
      int first = TREE.firstAnswer(question);
      int count = question.answers().size();
      Arrays.fill(conditional, first, first + count, 1.0 / count);
    }
    conditional[0] = probability;
    conditional[1] = 1 - probability;
    conditional[2] = 0;
    return AnswerProbabilities.of(TREE, conditional);
  }
}
