package dev.tuningfork.network;

import dev.tuningfork.image.InputSpec;
import dev.tuningfork.network.Layer.Convolution;
import dev.tuningfork.network.Layer.Flatten;
import dev.tuningfork.network.Layer.Linear;
import dev.tuningfork.network.Layer.Padding;
import dev.tuningfork.network.Layer.Relu;
import java.util.List;

/** Three convolutions and a wide dense layer; made for 1 × 169 × 169. */
final class Baseline implements Architecture {

  @Override
  public String name() {
    return "baseline";
  }

  @Override
  public String description() {
    return "Three 5×5 convolutions of stride 2 and a dense layer of 1,000: the plain network that"
        + " others are measured against.";
  }

  /** Brought to mean 0 and deviation 1 over pictures of the SDSS. */
  @Override
  public InputSpec input() {
    return InputSpec.article().withStandardisation(List.of(0.12), List.of(0.14));
  }

  @Override
  public Network describe(int channels, int size, List<Head> heads) {
    return new Network(
        new Volume(channels, size, size),
        List.of(
            new Convolution("conv1", 32, 5, 2, Padding.SAME),
            new Relu(),
            new Convolution("conv2", 64, 5, 2, Padding.VALID),
            new Relu(),
            new Convolution("conv3", 128, 5, 2, Padding.VALID),
            new Relu(),
            new Flatten(),
            new Linear("dense1", 1000),
            new Relu()),
        heads);
  }
}
