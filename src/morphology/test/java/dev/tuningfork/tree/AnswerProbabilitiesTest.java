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
  void everyQuestionSumsToOne(@ForAll("outputs") double[] output) {
    AnswerProbabilities probabilities = AnswerProbabilities.of(TREE, output);

    for (Question question : TREE.questions()) {
      assertThat(Arrays.stream(probabilities.conditional(question)).sum())
          .isCloseTo(1, within(1e-6));
    }
  }

  @Property
  void jointIsConditionalTimesAsked(@ForAll("outputs") double[] output) {
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
  void askedFollowsTheWalkOfGalaxyZoo2(@ForAll("outputs") double[] output) {
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
  void anyAnswersGiveAMorphology(@ForAll("outputs") double[] output) {
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
        .hasMessage("The asked probability of question t03 of tree gz2 is unknown.");
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
  void theAverageIsTheMeanOfTheConditionalProbabilities(
      @ForAll("outputs") double[] one, @ForAll("outputs") double[] other) {
    List<AnswerProbabilities> looks =
        List.of(AnswerProbabilities.of(TREE, one), AnswerProbabilities.of(TREE, other));
    AnswerProbabilities average = AnswerProbabilities.average(looks);

    for (Question question : TREE.questions()) {
      assertThat(Arrays.stream(average.conditional(question)).sum()).isCloseTo(1, within(1e-6));
      for (int a = 0; a < question.answers().size(); a++) {
        assertThat(conditional(average, question.id(), a))
            .isCloseTo(
                (conditional(looks.get(0), question.id(), a)
                        + conditional(looks.get(1), question.id(), a))
                    / 2,
                within(1e-12));
        assertThat(average.interval(question, a)).isEmpty();
      }
    }
  }

  @Example
  void whatNoLookAnswersTheAverageDoesNot() {
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

  @Property
  void concentrationsGiveTheirMeanAndAnIntervalAboutEachAnswer(
      @ForAll("concentrations") double[] concentrations) {
    AnswerProbabilities p = AnswerProbabilities.ofConcentrations(TREE, concentrations);

    for (Question question : TREE.questions()) {
      int first = TREE.firstAnswer(question);
      int end = first + question.answers().size();
      double total = Arrays.stream(concentrations, first, end).sum();
      for (int a = first; a < end; a++) {
        assertThat(conditional(p, question.id(), a - first))
            .isCloseTo(concentrations[a] / total, within(1e-12));
        Interval interval = p.interval(question, a - first).orElseThrow();
        Interval ofBeta = BetaIntervals.of(concentrations[a], total - concentrations[a]);
        assertThat(interval.lower90()).isCloseTo(ofBeta.lower90(), within(1e-9));
        assertThat(interval.upper90()).isCloseTo(ofBeta.upper90(), within(1e-9));
      }
    }
  }

  @Property
  void theAverageOfEqualLooksIsEachOfThem(@ForAll("concentrations") double[] concentrations) {
    AnswerProbabilities one = AnswerProbabilities.ofConcentrations(TREE, concentrations);
    AnswerProbabilities average = AnswerProbabilities.average(List.of(one, one, one));

    for (Question question : TREE.questions()) {
      for (int a = 0; a < question.answers().size(); a++) {
        Interval interval = one.interval(question, a).orElseThrow();
        Interval averaged = average.interval(question, a).orElseThrow();
        assertThat(averaged.lower90()).isCloseTo(interval.lower90(), within(1e-9));
        assertThat(averaged.upper90()).isCloseTo(interval.upper90(), within(1e-9));
      }
    }
  }

  @Example
  void aViewWithoutIntervalsLeavesTheAverageWithoutThem() {
    double[] ones = new double[TREE.answerCount()];
    Arrays.fill(ones, 1);
    AnswerProbabilities sure = AnswerProbabilities.ofConcentrations(TREE, ones);
    AnswerProbabilities plain = AnswerProbabilities.of(TREE, output(new Random(1)));

    assertThat(AnswerProbabilities.average(List.of(sure, plain)).interval(TREE.root(), 0))
        .isEmpty();
    assertThat(AnswerProbabilities.average(List.of(plain, sure)).interval(TREE.root(), 0))
        .isEmpty();
  }

  @Example
  void intervalsAreOfQuestionsThatAreAnswered() {
    double[] concentrations = new double[TREE.answerCount()];
    Arrays.fill(concentrations, Double.NaN);
    concentrations[0] = concentrations[1] = concentrations[2] = 4;
    AnswerProbabilities p = AnswerProbabilities.ofConcentrations(TREE, concentrations);

    assertThat(p.interval(TREE.root(), 2)).isPresent();
    assertThatThrownBy(() -> p.interval(TREE.root(), 3))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> p.interval(TREE.question("t02"), 0))
        .hasMessage("Nothing is known about question t02 of tree gz2.");
  }

  @Example
  void concentrationsThatAreNoneAreRefusedByTheNameOfTheirQuestion() {
    for (double wrong : new double[] {0, -1, 1.1e6}) {
      assertThatThrownBy(() -> concentrations(wrong))
          .hasMessage("Question t02 of tree gz2 has the concentration %s.", wrong);
    }
    assertThatThrownBy(() -> concentrations(Double.NaN))
        .hasMessage("Question t02 of tree gz2 has concentrations for some of its answers only.");
    assertThatThrownBy(() -> AnswerProbabilities.ofConcentrations(TREE, new double[3]))
        .hasMessage("Decision tree gz2 has 37 answers, but there are 3 probabilities.");
  }

  private static void concentrations(double ofTheFifth) {
    double[] concentrations = new double[TREE.answerCount()];
    Arrays.fill(concentrations, 1);
    concentrations[4] = ofTheFifth;
    AnswerProbabilities.ofConcentrations(TREE, concentrations);
  }

  @Example
  void aVectorThatIsNoProbabilityIsRefusedByTheNameOfItsQuestion() {
    assertThatThrownBy(() -> AnswerProbabilities.of(TREE, new double[3]))
        .hasMessage("Decision tree gz2 has 37 answers, but there are 3 probabilities.");
    assertThatThrownBy(() -> changed(v -> v[0] += .01)).hasMessageContaining("t01", "sum to");
    assertThatThrownBy(
            () ->
                changed(
                    v -> {
                      v[3] = -.1;
                      v[4] = 1.1;
                    }))
        .hasMessageContaining("Question t02 of tree gz2 has the negative probability");
    assertThatThrownBy(() -> changed(v -> v[5] = Float.NaN))
        .hasMessageContaining("t03", "some of its answers only");
    assertThatThrownBy(() -> changed(v -> v[36] = Float.POSITIVE_INFINITY))
        .hasMessageContaining("t11", "sum to Infinity");
  }

  @Provide
  static Arbitrary<double[]> outputs() {
    return Arbitraries.randomValue(AnswerProbabilitiesTest::output);
  }

  /** All that a network can give. */
  @Provide
  static Arbitrary<double[]> concentrations() {
    return Arbitraries.doubles()
        .between(-10, 10)
        .ofScale(6)
        .map(Math::exp)
        .array(double[].class)
        .ofSize(TREE.answerCount());
  }

  /** Uneven vectors, with certain answers and impossible ones among them. */
  static double[] output(Random random) {
    double[] output = new double[TREE.answerCount()];
    for (Question question : TREE.questions()) {
      int first = TREE.firstAnswer(question);
      int end = first + question.answers().size();
      double sum = 0;
      for (int a = first; a < end; a++) {
        output[a] = random.nextInt(4) == 0 ? 0 : -Math.log(random.nextDouble());
        sum += output[a];
      }
      for (int a = first; a < end; a++) {
        output[a] = sum == 0 ? (a == first ? 1 : 0) : output[a] / sum;
      }
    }
    return output;
  }

  private static void changed(Consumer<double[]> change) {
    double[] output = output(new Random(1));
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

  @Example
  void lessConcentratedIsWiderAboutTheSameProbability() {
    double[] concentrations = new double[TREE.answerCount()];
    Arrays.fill(concentrations, 8);
    AnswerProbabilities narrow = AnswerProbabilities.ofConcentrations(TREE, concentrations);
    AnswerProbabilities wide = narrow.concentrated(q -> q.id().equals("t01") ? 0.25 : 1);
    Question first = TREE.question("t01");
    Question second = TREE.question("t02");

    assertThat(wide.conditional(first)).isEqualTo(narrow.conditional(first));
    Interval before = narrow.interval(first, 0).orElseThrow();
    Interval after = wide.interval(first, 0).orElseThrow();
    assertThat(after.lower90()).isLessThan(before.lower90());
    assertThat(after.upper90()).isGreaterThan(before.upper90());
    assertThat(wide.interval(second, 0)).isEqualTo(narrow.interval(second, 0));
  }
}
