package dev.tuningfork.classifier.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tuningfork.classifier.FakeModel;
import dev.tuningfork.tree.DecisionTree;
import dev.tuningfork.tree.Question;
import org.junit.jupiter.api.Test;

class DivergenceTest {

  private static final Question SMOOTH = DecisionTree.galaxyZoo2().questions().getFirst();

  @Test
  void isTheProbabilityThatWouldHaveToMove() {
    assertThat(Divergence.of(SMOOTH, FakeModel.smooth(0.7), FakeModel.smooth(0.2)))
        .hasValueSatisfying(
            divergence -> {
              assertThat(divergence.distance()).isCloseTo(0.5, within(1e-12));
              assertThat(divergence.agreed()).isFalse();
            });
    assertThat(Divergence.of(SMOOTH, FakeModel.smooth(0.7), FakeModel.smooth(0.7)))
        .hasValue(new Divergence(0, true));
    assertThat(Divergence.totalVariation(new double[] {1, 0, 0}, new double[] {0, 0.5, 0.5}))
        .isEqualTo(1);
  }

  @Test
  void aQuestionThatIsRarelyAskedDoesNotCount() {
    Question edgeOn = DecisionTree.galaxyZoo2().question("t02");
    assertThat(Divergence.of(edgeOn, FakeModel.smooth(0.9), FakeModel.smooth(0.1))).isEmpty();
    assertThat(Divergence.of(edgeOn, FakeModel.smooth(0.1), FakeModel.smooth(0.9))).isPresent();
  }
}
