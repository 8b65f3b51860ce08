package dev.tuningfork.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.tuningfork.network.PyTorch;
import dev.tuningfork.tree.DecisionTree;
import java.util.List;
import org.junit.jupiter.api.Test;

class ObjectiveTest {

  private static final DecisionTree TREE = DecisionTree.galaxyZoo2();
  private final Objective objective =
      new Objective(List.of(TREE.question("t02"), TREE.question("t07")));

  @Test
  void eachQuestionHasASoftmaxOfItsOwn() {
    try (NDManager manager = PyTorch.engine().newBaseManager()) {
      NDArray logits = manager.create(new float[] {0, 0, 5, 5, 5}, new Shape(1, 5));

      assertThat(objective.logProbabilities(logits).exp().toFloatArray())
          .containsExactly(new float[] {.5f, .5f, 1 / 3f, 1 / 3f, 1 / 3f}, within(1e-6f));
    }
  }

  @Test
  void theLossIsTheWeightedCrossEntropyAndAnUnknownQuestionCountsNothing() {
    try (NDManager manager = PyTorch.engine().newBaseManager()) {
      NDArray logits = manager.create(new float[] {1, 0, 9, -9, 4, 0, 0, 0, 0, 0}, new Shape(2, 5));
      NDArray targets =
          manager.create(new float[] {.3f, .1f, 0, 0, 0, 0, 0, .5f, 0, .25f}, new Shape(2, 5));

      double yes = 1 / (1 + Math.exp(-1));
      double first = -(.3 * Math.log(yes) + .1 * Math.log(1 - yes));
      double second = .75 * Math.log(3);
      assertThat((double) objective.loss(logits, targets).getFloat())
          .isCloseTo((first + second) / 2, within(1e-6));
    }
  }
}
