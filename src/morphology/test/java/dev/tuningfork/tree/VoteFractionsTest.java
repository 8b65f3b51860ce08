package dev.tuningfork.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.DoubleRange;

class VoteFractionsTest {

  private static final DecisionTree TREE = DecisionTree.galaxyZoo2();

  @Property
  void togetherTheyHaveTheMeanOfTheirJointProbabilities(
      @ForAll("outputs") double[] volunteers,
      @ForAll("outputs") double[] outputs,
      @ForAll @DoubleRange(min = 0, max = 1) double share) {
    AnswerProbabilities said = AnswerProbabilities.of(TREE, volunteers);
    AnswerProbabilities model = AnswerProbabilities.of(TREE, outputs);

    VoteFractions together = VoteFractions.of("1", said).towards(model, share);

    assertThat(together.galaxyId()).isEqualTo("1");
    for (Question question : TREE.questions()) {
      double asked =
          (1 - share) * said.asked(question).orElseThrow()
              + share * model.asked(question).orElseThrow();
      assertThat(together.asked(question)).isCloseTo(asked, within(1e-9));
      for (int a = 0; a < question.answers().size(); a++) {
        double joint = (1 - share) * said.joint(question)[a] + share * model.joint(question)[a];
        if (asked > 0) {
          assertThat(asked * together.fractions().conditional(question)[a])
              .isCloseTo(joint, within(1e-6));
        }
      }
    }
  }

  @Property
  void theTeacherLabelsGalaxiesWithoutVotes(@ForAll("outputs") double[] outputs) {
    double[] firstQuestionAlone = new double[TREE.answerCount()];
    Arrays.fill(firstQuestionAlone, Double.NaN);
    firstQuestionAlone[0] = 0.5;
    firstQuestionAlone[1] = 0.5;
    firstQuestionAlone[2] = 0;
    AnswerProbabilities model = AnswerProbabilities.of(TREE, outputs);

    VoteFractions together =
        VoteFractions.of("1", AnswerProbabilities.of(TREE, firstQuestionAlone))
            .towards(model, 0.25);

    for (Question question : TREE.questions().subList(1, TREE.questions().size())) {
      double asked = model.asked(question).orElseThrow();
      assertThat(together.asked(question)).isCloseTo(0.25 * asked, within(1e-9));
      if (asked > 0) {
        assertThat(together.fractions().conditional(question))
            .containsExactly(model.conditional(question), within(1e-6));
      }
    }
  }

  @Provide
  Arbitrary<double[]> outputs() {
    return AnswerProbabilitiesTest.outputs();
  }
}
