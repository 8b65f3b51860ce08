package dev.tuningfork.network;

import dev.tuningfork.image.Channels;
import dev.tuningfork.image.Crop;
import dev.tuningfork.image.InputSpec;
import dev.tuningfork.network.Layer.BatchNorm;
import dev.tuningfork.network.Layer.Block;
import dev.tuningfork.network.Layer.Convolution;
import dev.tuningfork.network.Layer.Dropout;
import dev.tuningfork.network.Layer.MeanOverPlane;
import dev.tuningfork.network.Layer.Padding;
import dev.tuningfork.network.Layer.Relu;
import java.util.ArrayList;
import java.util.List;

/**
 * A small residual network (He et al. 2016) for galaxies. Their light has few sharp edges, so one
 * wide convolution of stride 4 comes first, as in AlexNet, and most of the arithmetic is spent on
 * small planes. Between its stages a convolution of stride 2 takes the place of a projected
 * shortcut.
 */
final class ResidualLite implements Architecture {

  private static final float MOMENTUM = 0.99f;
  private static final float EPSILON = 1e-3f;

  private static final int STEM = 32;

  /** The channels of each stage: a convolution of stride 2, and a residual block behind it. */
  private static final List<Integer> STAGES = List.of(32, 80, 160);

  @Override
  public String name() {
    return "residual-lite";
  }

  @Override
  public String description() {
    return "A small residual network: a wide convolution and three stages of one residual block.";
  }

  /** In colour, the part of an SDSS image of 424×424 that Dieleman et al. 2015 took. */
  @Override
  public InputSpec input() {
    return InputSpec.article()
        .withChannels(Channels.RGB)
        .withSize(128)
        .withCrop(new Crop.Fraction(207.0 / 424))
        .withStandardisation(List.of(0.12, 0.12, 0.12), List.of(0.14, 0.14, 0.14));
  }

  @Override
  public Network describe(int channels, int size, List<Head> heads) {
    List<Layer> trunk = new ArrayList<>();
    trunk.add(strided("stem", STEM, 7, 4));
    for (int stage = 0; stage < STAGES.size(); stage++) {
      String name = "stage" + (stage + 1);
      trunk.add(strided(name, STAGES.get(stage), 3, 2));
      trunk.add(residual(name + ".residual", STAGES.get(stage)));
    }
    trunk.add(new MeanOverPlane());
    trunk.add(new Dropout(0.2f));
    return new Network(new Volume(channels, size, size), trunk, heads);
  }

  private static Block strided(String name, int outputs, int kernel, int stride) {
    return Block.of(
        name,
        convolution(name + ".conv", outputs, kernel, stride),
        norm(name + ".norm"),
        new Relu());
  }

  private static Block residual(String name, int channels) {
    return Block.residual(
        name,
        convolution(name + ".conv1", channels, 3, 1),
        norm(name + ".norm1"),
        new Relu(),
        convolution(name + ".conv2", channels, 3, 1),
        norm(name + ".norm2"));
  }

  private static Convolution convolution(String name, int outputs, int kernel, int stride) {
    return new Convolution(name, outputs, kernel, stride, Padding.SAME, 1, false);
  }

  private static BatchNorm norm(String name) {
    return new BatchNorm(name, MOMENTUM, EPSILON);
  }
}
