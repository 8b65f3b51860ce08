package dev.tuningfork.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class AnswerProbabilitiesTest {

  private static final DecisionTree TREE = DecisionTree.galaxyZoo2();

  @Property
  void everyQuestionSumsToOne(@ForAll("outputs") float[] output) {
    AnswerProbabilities probabilities = AnswerProbabilities.of(TREE, output);

    for (Question question : TREE.questions()) {
      assertThat(Arrays.stream(probabilities.conditional(question)).sum())
          .isCloseTo(1, within(1e-6));
    }
  }

  @Property
  void jointIsConditionalTimesAsked(@ForAll("outputs") float[] output) {
    AnswerProbabilities probabilities = AnswerProbabilities.of(TREE, output);

    for (Question question : TREE.questions()) {
      double asked = probabilities.asked(question).orElseThrow();
      double[] conditional = probabilities.conditional(question);
      double[] joint = probabilities.joint(question);
      for (int a = 0; a < joint.length; a++) {
        assertThat(joint[a]).isEqualTo(conditional[a] * asked);
      }
    }
  }

  @Property
  void askedFollowsTheWalkOfGalaxyZoo2(@ForAll("outputs") float[] output) {
    AnswerProbabilities p = AnswerProbabilities.of(TREE, output);

    double features = joint(p, "t01", 1);
    assertThat(asked(p, "t01")).isEqualTo(1);
    assertThat(asked(p, "t02")).isEqualTo(features);
    assertThat(asked(p, "t03")).isCloseTo(features * conditional(p, "t02", 1), within(1e-9));
    assertThat(asked(p, "t04")).isCloseTo(asked(p, "t03"), within(1e-9));
    assertThat(asked(p, "t05")).isCloseTo(asked(p, "t04"), within(1e-9));
    assertThat(asked(p, "t06")).isCloseTo(1 - joint(p, "t01", 2), within(1e-9));
    assertThat(asked(p, "t07")).isEqualTo(joint(p, "t01", 0));
    assertThat(asked(p, "t08")).isCloseTo(asked(p, "t06") * conditional(p, "t06", 0), within(1e-9));
    assertThat(asked(p, "t09")).isCloseTo(features * conditional(p, "t02", 0), within(1e-9));
    assertThat(asked(p, "t10")).isCloseTo(joint(p, "t04", 0), within(1e-9));
    assertThat(asked(p, "t11")).isCloseTo(joint(p, "t04", 0), within(1e-9));
  }

  @Property
  void whateverTheAnswersThereIsAMorphology(@ForAll("outputs") float[] output) {
    Morphology morphology = Morphology.of(AnswerProbabilities.of(TREE, output));

    assertThat(morphology.classString())
        .matches("A|(E[ric]|Se[rbn]|SB?[dcba]([1234+?][tml])?)(\\([rldiomu]\\))?");
    assertThat(morphology.sentence()).matches("A [a-z ,;:-]+\\.");
  }

  @Example
  void aModelOfTheFirstQuestionKnowsHowOftenTheNextOnesAreAsked() {
    AnswerProbabilities p = only("t01", .75, .125, .125);

    assertThat(p.answers(TREE.question("t01"))).isTrue();
    assertThat(p.answers(TREE.question("t07"))).isFalse();
    assertThat(asked(p, "t07")).isEqualTo(.75);
    assertThat(p.asked(TREE.question("t06"))).isEmpty();
    assertThatThrownBy(() -> p.conditional(TREE.question("t07")))
        .hasMessage("Nothing is known about question t07 of tree gz2.");
  }

  @Example
  void aModelOfOneLaterQuestionDoesNotKnowHowOftenItIsAsked() {
    AnswerProbabilities p = only("t03", .25, .75);

    assertThat(p.conditional(TREE.question("t03"))).containsExactly(.25, .75);
    assertThat(p.asked(TREE.question("t03"))).isEmpty();
    assertThatThrownBy(() -> p.joint(TREE.question("t03")))
        .hasMessage("How probable it is that question t03 of tree gz2 is asked is not known.");
  }

  @Example
  void aQuestionThatNobodyIsAskedNeedsNoAnswer() {
    double[] star = new double[TREE.answerCount()];
    Arrays.fill(star, Double.NaN);
    System.arraycopy(new double[] {0, 0, 1}, 0, star, 0, 3);
    AnswerProbabilities p = AnswerProbabilities.of(TREE, star);

    assertThat(asked(p, "t06")).isZero();
    assertThat(asked(p, "t08")).isZero();
  }

  @Property
  void theAverageIsTheMeanOfTheJointProbabilities(
      @ForAll("outputs") float[] one, @ForAll("outputs") float[] other) {
    List<AnswerProbabilities> looks =
        List.of(AnswerProbabilities.of(TREE, one), AnswerProbabilities.of(TREE, other));
    AnswerProbabilities average = AnswerProbabilities.average(looks);

    for (Question question : TREE.questions()) {
      assertThat(Arrays.stream(average.conditional(question)).sum()).isCloseTo(1, within(1e-6));
      for (int a = 0; a < question.answers().size(); a++) {
        assertThat(joint(average, question.id(), a))
            .isCloseTo(
                (joint(looks.get(0), question.id(), a) + joint(looks.get(1), question.id(), a)) / 2,
                within(1e-12));
      }
    }
  }

  @Example
  void looksWeighTheSameWhereItIsNotKnownHowOftenAQuestionIsAsked() {
    AnswerProbabilities average =
        AnswerProbabilities.average(List.of(only("t03", .25, .75), only("t03", .75, .25)));

    assertThat(average.conditional(TREE.question("t03"))).containsExactly(.5, .5);
    assertThat(average.answers(TREE.question("t01"))).isFalse();
    assertThat(average.asked(TREE.question("t03"))).isEmpty();
  }

  @Example
  void looksAtDifferentQuestionsHaveNoAverage() {
    assertThatThrownBy(
            () ->
                AnswerProbabilities.average(List.of(only("t03", .25, .75), only("t02", .25, .75))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Probabilities of different trees or questions have no mean.");
  }

  @Example
  void aVectorThatIsNoProbabilityIsRefusedByTheNameOfItsQuestion() {
    assertThatThrownBy(() -> AnswerProbabilities.of(TREE, new float[3]))
        .hasMessage("Decision tree gz2 has 37 answers, but 3 probabilities came.");
    assertThatThrownBy(() -> changed(v -> v[0] += .01f)).hasMessageContaining("t01", "sum to");
    assertThatThrownBy(
            () ->
                changed(
                    v -> {
                      v[3] = -.1f;
                      v[4] = 1.1f;
                    }))
        .hasMessageContaining("Question t02 of tree gz2 has the negative probability");
    assertThatThrownBy(() -> changed(v -> v[5] = Float.NaN))
        .hasMessageContaining("t03", "some of its answers only");
    assertThatThrownBy(() -> changed(v -> v[36] = Float.POSITIVE_INFINITY))
        .hasMessageContaining("t11", "sum to Infinity");
  }

  @Provide
  static Arbitrary<float[]> outputs() {
    return Arbitraries.randomValue(AnswerProbabilitiesTest::output);
  }

  /** Uneven vectors, with certain answers and impossible ones among them. */
  static float[] output(Random random) {
    float[] output = new float[TREE.answerCount()];
    for (Question question : TREE.questions()) {
      int first = TREE.firstAnswer(question);
      int end = first + question.answers().size();
      float sum = 0;
      for (int a = first; a < end; a++) {
        output[a] = random.nextInt(4) == 0 ? 0 : (float) -Math.log(random.nextDouble());
        sum += output[a];
      }
      for (int a = first; a < end; a++) {
        output[a] = sum == 0 ? (a == first ? 1 : 0) : output[a] / sum;
      }
    }
    return output;
  }

  private static void changed(Consumer<float[]> change) {
    float[] output = output(new Random(1));
    change.accept(output);
    AnswerProbabilities.of(TREE, output);
  }

  private static AnswerProbabilities only(String question, double... vector) {
    double[] conditional = new double[TREE.answerCount()];
    Arrays.fill(conditional, Double.NaN);
    System.arraycopy(
        vector, 0, conditional, TREE.firstAnswer(TREE.question(question)), vector.length);
    return AnswerProbabilities.of(TREE, conditional);
  }

  private static double asked(AnswerProbabilities p, String question) {
    return p.asked(TREE.question(question)).orElseThrow();
  }

  private static double conditional(AnswerProbabilities p, String question, int answer) {
    return p.conditional(TREE.question(question))[answer];
  }

  private static double joint(AnswerProbabilities p, String question, int answer) {
    return p.joint(TREE.question(question))[answer];
  }
}
