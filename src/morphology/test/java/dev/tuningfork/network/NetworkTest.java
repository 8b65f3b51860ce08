package dev.tuningfork.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tuningfork.network.Layer.Convolution;
import dev.tuningfork.network.Layer.Flatten;
import dev.tuningfork.network.Layer.Linear;
import dev.tuningfork.network.Layer.Padding;
import dev.tuningfork.tree.DecisionTree;
import java.util.List;
import org.junit.jupiter.api.Test;

class NetworkTest {

  private static final List<Head> GALAXY_ZOO_2 = Head.of(DecisionTree.galaxyZoo2().questions());

  @Test
  void alexNetLiteHasTheSizeOfTheSameNetworkInKeras() {
    Network network = Architectures.named("alexnet-lite").describe(1, 169, GALAXY_ZOO_2);

    long convolutions =
        (11 * 11 + 1) * 32 + (5 * 5 * 32 + 1) * 64 + (9 * 64 + 1) * 128 + 2 * (9 * 128 + 1) * 128;
    long norms = 2 * (32 + 64);
    // 169 → 43 → 21 → 17 → 8 → 6 → 4 → 2
    long dense = (2 * 2 * 128 + 1) * 512 + (512 + 1) * 512 + (512 + 1) * 37;
    assertThat(network.parameters()).isEqualTo(convolutions + norms + dense).isEqualTo(968_677);
    assertThat(network.outputs()).isEqualTo(37);
    assertThat(network.multiplyAdds())
        .isEqualTo(
            43 * 43 * 32 * 121L
                + 17 * 17 * 64 * 25 * 32L
                + 6 * 6 * 128 * 9 * 64L
                + (4 * 4 + 2 * 2) * 128 * 9 * 128L
                + 512 * 512
                + 512 * 512
                + 512 * 37);
  }

  @Test
  void baselineHasTheSizeOfTheSameNetworkInKeras() {
    Network network = Architectures.named("baseline").describe(1, 169, List.of(new Head("t01", 3)));

    // 169 → 85 → 41 → 19
    assertThat(network.parameters())
        .isEqualTo(
            (25 + 1) * 32
                + (25 * 32 + 1) * 64
                + (25 * 64 + 1) * 128
                + (19 * 19 * 128 + 1) * 1000
                + (1000 + 1) * 3);
  }

  @Test
  void everyArchitectureDescribesGreyAndColourForAnyQuestions() {
    for (Architecture architecture : Architectures.all()) {
      for (int channels : new int[] {1, 3}) {
        Network network = architecture.describe(channels, 200, GALAXY_ZOO_2);
        assertThat(network.weights().getFirst().shape().get(1)).isEqualTo(channels);
        assertThat(network.weights().getLast().name()).isEqualTo("answers.bias");
      }
      assertThat(architecture.describe(1, 169, List.of(new Head("t01", 3))).outputs()).isEqualTo(3);
    }
  }

  @Test
  void anImageThatIsTooSmallIsRefusedWithTheLayerThatItDoesNotFit() {
    assertThatThrownBy(() -> Architectures.named("alexnet-lite").describe(1, 64, GALAXY_ZOO_2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "The 3 × 3 window of conv3 does not fit into 1 × 1 pixels: the network's input is too"
                + " small.");
  }

  @Test
  void anUnknownArchitectureIsRefusedWithThoseThatThereAre() {
    assertThatThrownBy(() -> Architectures.named("resnet"))
        .hasMessage(
            "There is no architecture \"resnet\"; there are alexnet-lite, baseline,"
                + " efficientnet-lite0 and residual-lite.");
  }

  @Test
  void layersOfOneNameAreRefused() {
    assertThatThrownBy(
            () ->
                new Network(
                    new Volume(1, 4, 4),
                    List.of(new Flatten(), new Linear("answers", 5)),
                    List.of(new Head("t01", 3))))
        .hasMessageContaining("answers.weight");
  }

  @Test
  void aTrunkThatIsNotFlatIsRefused() {
    assertThatThrownBy(
            () ->
                new Network(
                    new Volume(1, 4, 4),
                    List.of(new Convolution("conv1", 2, 3, 1, Padding.SAME)),
                    List.of(new Head("t01", 3))))
        .hasMessage(
            "Linear layer answers needs a flat input, not 2 × 4 × 4: put a Flatten before it.");
  }

  @Test
  void initialWeightsDependOnTheSeedAlone() {
    Network network = Architectures.named("baseline").describe(1, 32, GALAXY_ZOO_2);
    float[] weights = kernel(Weights.initial(network, 7));

    assertThat(kernel(Weights.initial(network, 7))).containsExactly(weights);
    assertThat(kernel(Weights.initial(network, 8))).isNotEqualTo(weights);
    // Glorot's limit: √(6 ÷ (25 · 1 + 25 · 32))
    assertThat(weights).hasSize(800);
    for (float weight : weights) {
      assertThat(Math.abs(weight)).isLessThanOrEqualTo((float) Math.sqrt(6.0 / (25 + 800)));
    }
  }

  private static float[] kernel(Weights weights) {
    return weights.arrays().get("conv1.weight").values();
  }
}
