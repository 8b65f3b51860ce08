package dev.tuningfork.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;

class WeightsTest {

  private static Weights of(String name, float... values) {
    SequencedMap<String, Weights.Array> arrays = new LinkedHashMap<>();
    arrays.put(name, new Weights.Array(List.of(values.length), values));
    return new Weights(arrays);
  }

  @Test
  void aShareOfTheWayLeadsFromOneToTheOther() {
    Weights start = of("answers.bias", 1, 2, -4);
    Weights end = of("answers.bias", 3, 2, 4);

    assertThat(values(start.towards(end, 0.25))).containsExactly(1.5f, 2, -2);
    assertThat(values(start.towards(end, 0))).containsExactly(1, 2, -4);
    assertThat(values(start.towards(end, 1))).containsExactly(3, 2, 4);
  }

  @Test
  void onlyTheSameNetworksLieOnOneLine() {
    Weights one = of("answers.bias", 1, 2);

    assertThatThrownBy(() -> one.towards(of("stem.bias", 1, 2), 0.5))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("different arrays");
    assertThatThrownBy(() -> one.towards(of("answers.bias", 1, 2, 3), 0.5))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("answers.bias has the shape [2], not [3]");
  }

  private static float[] values(Weights weights) {
    return weights.arrays().firstEntry().getValue().values();
  }
}
