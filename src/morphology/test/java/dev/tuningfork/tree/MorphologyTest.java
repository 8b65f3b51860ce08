package dev.tuningfork.tree;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MorphologyTest {

  private static final DecisionTree TREE = DecisionTree.galaxyZoo2();

  /** The class strings are examples from the catalogue of Willett et al. 2013, and their kin. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          a01 a17 a15                     | Ei       | A smooth galaxy, between round and cigar-shaped.
          a01 a16 a14 a19                 | Er(r)    | A smooth galaxy, completely round; something is odd: a ring.
          a02 a04 a25 a15                 | Ser      | A disk galaxy seen edge-on with a rounded bulge.
          a02 a04 a27 a14 a38             | Sen(u)   | A disk galaxy seen edge-on with no bulge; something is odd: a dust lane.
          a02 a05 a06 a08 a29 a32 a12 a15 | SBb2m    | A disk galaxy with a bar, two spiral arms wound moderately and an obvious bulge.
          a02 a05 a07 a08 a29 a32 a12 a15 | Sb2m     | A disk galaxy with no bar, two spiral arms wound moderately and an obvious bulge.
          a02 a05 a07 a08 a28 a36 a11 a15 | Sc+t     | A disk galaxy with no bar, more than four spiral arms wound tightly and a just noticeable bulge.
          a02 a05 a06 a08 a28 a37 a12 a15 | SBb?t    | A disk galaxy with a bar, an unclear number of spiral arms wound tightly and an obvious bulge.
          a02 a05 a07 a09 a10 a14 a24     | Sd(m)    | A disk galaxy with no bar, no spiral arms and no bulge; something is odd: a merger.
          a03                             | A        | A star or an artifact, not a galaxy.
          """)
  void theWalkGivesTheClassStringOfTheCatalogueAndASentence(
      String walk, String classString, String sentence) {
    assertThat(Morphology.of(answering(List.of(walk.split(" ")))))
        .isEqualTo(new Morphology(classString, sentence));
  }

  @Test
  void aModelOfTheFirstQuestionSaysWhatItCan() {
    assertThat(Morphology.of(only("t01", .1, .8, .1)))
        .isEqualTo(new Morphology("S", "A disk galaxy."));
  }

  @Test
  void aModelOfALaterQuestionAnswersItByItself() {
    assertThat(Morphology.of(only("t03", .9, .1)))
        .isEqualTo(
            new Morphology(
                "", "Is there a sign of a bar feature through the centre of the galaxy? bar."));
  }

  /** The named answers are the most probable ones; every other question's are all alike. */
  private static AnswerProbabilities answering(List<String> walk) {
    double[] conditional = new double[TREE.answerCount()];
    for (Question question : TREE.questions()) {
      int n = question.answers().size();
      for (int a = 0; a < n; a++) {
        boolean chosen = walk.contains(question.answers().get(a).id());
        boolean asked = question.answers().stream().anyMatch(answer -> walk.contains(answer.id()));
        conditional[TREE.firstAnswer(question) + a] =
            asked ? (chosen ? .5 + .5 / n : .5 / n) : 1.0 / n;
      }
    }
    return AnswerProbabilities.of(TREE, conditional);
  }

  private static AnswerProbabilities only(String question, double... vector) {
    double[] conditional = new double[TREE.answerCount()];
    Arrays.fill(conditional, Double.NaN);
    System.arraycopy(
        vector, 0, conditional, TREE.firstAnswer(TREE.question(question)), vector.length);
    return AnswerProbabilities.of(TREE, conditional);
  }
}
