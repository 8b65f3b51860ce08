package dev.tuningfork.classifier.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tuningfork.image.QualityFlag;
import dev.tuningfork.tree.AnswerProbabilities;
import dev.tuningfork.tree.DecisionTree;
import dev.tuningfork.tree.Question;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FilterTest {

  private static final DecisionTree TREE = DecisionTree.galaxyZoo2();

  private static final AnswerProbabilities BARRED =
      answers(Map.of("a02", 0.95, "a05", 0.9, "a06", 0.8, "a08", 0.9, "a32", 0.75));

  @Test
  void withoutConditionsAllPass() {
    Filter all = Filter.parse(TREE, "", "", "", "");

    assertThat(all.wants(BARRED, Set.of(QualityFlag.UPSAMPLED))).isTrue();
  }

  @ParameterizedTest
  @CsvSource({"'a06,a32', 0.7, true", "'a06,a32', 0.78, false", "a07, 0.5, false", "a02,, true"})
  void filtersByMinimumProbability(String answers, String least, boolean wanted) {
    Filter filter = Filter.parse(TREE, answers, least == null ? "" : least, "", "");

    assertThat(filter.wants(BARRED, Set.of())).isEqualTo(wanted);
  }

  @Test
  void anAnswerCountsOnlyWhereItsQuestionIsLikelyAsked() {
    AnswerProbabilities smooth = answers(Map.of("a01", 0.9, "a05", 0.9, "a06", 0.9));

    assertThat(Filter.parse(TREE, "a06", "0.7", "", "").wants(smooth, Set.of())).isFalse();
  }

  @Test
  void filtersByFlag() {
    Filter filter = Filter.parse(TREE, "", "", "upsampled", "LOW_SIGNAL");

    assertThat(filter.wants(BARRED, Set.of(QualityFlag.UPSAMPLED))).isTrue();
    assertThat(filter.wants(BARRED, Set.of())).isFalse();
    assertThat(filter.wants(BARRED, Set.of(QualityFlag.UPSAMPLED, QualityFlag.LOW_SIGNAL)))
        .isFalse();
  }

  @Test
  void onlyTheMessageSaysWhetherItIsATest() {
    Filter tests = Filter.parse(TREE, "", "", "TEST", "");

    assertThat(tests.wants(BARRED, Set.of())).isTrue();
    assertThat(tests.wants(Set.of())).isFalse();
    assertThat(tests.wants(Set.of(QualityFlag.TEST))).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "a99 | 0.5 | '' | The tree gz2 has no answer a99.",
        "a06 | much | '' | The lowest probability must be a number, not much.",
        "a06 | 1.5 | '' | A probability must be between 0 and 1, not 1.5.",
        "a06 | NaN | '' | A probability must be between 0 and 1, not NaN.",
        "'' | '' | BLURRED | There is no flag BLURRED.",
      })
  void whatIsNoFilterIsRefused(String answers, String least, String with, String sentence) {
    assertThatThrownBy(() -> Filter.parse(TREE, answers, least, with, ""))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(sentence);
  }

  /** These answers as probable as said, and the others of their questions evenly; else all even. */
  static AnswerProbabilities answers(Map<String, Double> said) {
    double[] conditional = new double[TREE.answerCount()];
    for (Question question : TREE.questions()) {
      int first = TREE.firstAnswer(question);
      int count = question.answers().size();
      Arrays.fill(conditional, first, first + count, 1.0 / count);
      for (int i = 0; i < count; i++) {
        Double probability = said.get(question.answers().get(i).id());
        if (probability != null) {
          Arrays.fill(conditional, first, first + count, (1 - probability) / (count - 1));
          conditional[first + i] = probability;
        }
      }
    }
    return AnswerProbabilities.of(TREE, conditional);
  }
}
