package dev.tuningfork.network.module;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tuningfork.network.Layer.Convolution;
import dev.tuningfork.network.Layer.Padding;
import dev.tuningfork.network.Weights;
import dev.tuningfork.torchscript.Arithmetic;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class FoldingTest {

  @Property(tries = 100)
  void aKernelKeepsItsSumWhenItIsRounded(@ForAll long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int channels = 6;
    int window = 9;
    float[] values = new float[channels * window];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextDouble(-1, 1);
    }
    Convolution depthwise = new Convolution("dw", channels, 3, 1, Padding.SAME, channels, false);
    var arrays = new LinkedHashMap<String, Weights.Array>();
    arrays.put("dw.weight", new Weights.Array(List.of(channels, 1, 3, 3), values));

    Kernels rounded =
        new Folding(depthwise, Affine.identity(channels), null, new Weights(arrays))
            .kernels(Arithmetic.BFLOAT16);

    for (int channel = 0; channel < channels; channel++) {
      double exact = 0;
      double kept = 0;
      for (int i = channel * window; i < (channel + 1) * window; i++) {
        exact += values[i];
        kept += rounded.weights()[i];
        assertThat(Arithmetic.BFLOAT16.rounded(rounded.weights()[i]))
            .isEqualTo(rounded.weights()[i]);
      }
      // half of the last place of the last weight, whose magnitude is at most about 1
      assertThat(kept).isCloseTo(exact, within(0.0021));
    }
  }
}
