package dev.tuningfork.network.module;

import dev.tuningfork.network.Head;
import dev.tuningfork.network.Layer;
import dev.tuningfork.network.Layer.BatchNorm;
import dev.tuningfork.network.Layer.Block;
import dev.tuningfork.network.Layer.Convolution;
import dev.tuningfork.network.Layer.Dropout;
import dev.tuningfork.network.Layer.Flatten;
import dev.tuningfork.network.Layer.Linear;
import dev.tuningfork.network.Layer.MaxPool;
import dev.tuningfork.network.Layer.MeanOverPlane;
import dev.tuningfork.network.Layer.Padding;
import dev.tuningfork.network.Layer.Relu;
import dev.tuningfork.network.Layer.Relu6;
import dev.tuningfork.network.Network;
import dev.tuningfork.network.Volume;
import dev.tuningfork.network.WeightSpec;
import dev.tuningfork.network.Weights;
import dev.tuningfork.tree.DecisionTree;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.SplittableRandom;

/** Networks of any layers in any order, and weights such as training might leave. */
final class RandomNetworks {

  private final SplittableRandom random;
  private int names;

  RandomNetworks(long seed) {
    random = new SplittableRandom(seed);
  }

  Network network() {
    int channels = random.nextBoolean() ? 1 : 3;
    Volume input = new Volume(channels, size(), size());
    List<Layer> trunk = new ArrayList<>();
    Volume volume = input;
    for (int i = random.nextInt(7); i > 0; i--) {
      Layer layer = layer(volume, 2);
      trunk.add(layer);
      volume = layer.output(volume);
    }
    Layer flat = random.nextBoolean() ? new Flatten() : new MeanOverPlane();
    trunk.add(flat);
    if (random.nextBoolean()) {
      trunk.add(new Linear(name("dense"), 1 + random.nextInt(9)));
      trunk.add(random.nextBoolean() ? new Relu() : new BatchNorm(name("norm")));
      trunk.add(new Dropout(0.5f));
    }
    return new Network(input, trunk, Head.of(DecisionTree.galaxyZoo2().questions()));
  }

  private int size() {
    return 9 + random.nextInt(12);
  }

  private String name(String kind) {
    return kind + ++names;
  }

  private Layer layer(Volume input, int depth) {
    return switch (random.nextInt(depth > 0 ? 8 : 6)) {
      case 0 -> new BatchNorm(name("norm"));
      case 1 -> new Relu();
      case 2 -> new Relu6();
      case 3 -> {
        int kernel = 1 + random.nextInt(3);
        yield fits(input, kernel) ? new MaxPool(kernel, 1 + random.nextInt(2)) : new Relu();
      }
      case 4, 5 -> convolution(input, 1 + random.nextInt(3), 1 + random.nextInt(6));
      case 6 -> block(input, depth, false);
      default -> block(input, depth, true);
    };
  }

  private static boolean fits(Volume input, int kernel) {
    return kernel <= Math.min(input.height(), input.width());
  }

  private Convolution convolution(Volume input, int stride, int outputs) {
    int kernel = 1 + random.nextInt(5);
    Padding padding = random.nextBoolean() && fits(input, kernel) ? Padding.VALID : Padding.SAME;
    boolean biased = random.nextBoolean();
    if (random.nextInt(3) == 0) {
      return new Convolution(
          name("depthwise"),
          2 * input.channels(),
          kernel,
          stride,
          padding,
          input.channels(),
          biased);
    }
    int groups = input.channels() % 2 == 0 && random.nextBoolean() ? 2 : 1;
    return new Convolution(name("conv"), groups * outputs, kernel, stride, padding, groups, biased);
  }

  private Block block(Volume input, int depth, boolean residual) {
    List<Layer> layers = new ArrayList<>();
    Volume volume = input;
    for (int i = random.nextInt(4); i > 0; i--) {
      Layer layer = layer(volume, depth - 1);
      if (!residual || layer.output(volume).equals(volume)) {
        layers.add(layer);
        volume = layer.output(volume);
      }
    }
    if (residual && random.nextBoolean()) {
      layers.add(new Convolution(name("conv"), input.channels(), 3, 1, Padding.SAME, 1, false));
      layers.add(new BatchNorm(name("norm")));
    }
    return new Block(name("block"), layers, residual);
  }

  /** Biases, and batch normalisation of any sign, on top of what training starts from. */
  Weights weights(Network network) {
    SequencedMap<String, Weights.Array> arrays =
        new LinkedHashMap<>(Weights.initial(network, random.nextLong()).arrays());
    for (WeightSpec spec : network.weights()) {
      float[] values = new float[spec.size()];
      for (int i = 0; i < values.length; i++) {
        values[i] =
            (float)
                switch (spec.role()) {
                  case SCALE -> random.nextDouble(-1.5, 1.5);
                  case RUNNING_VARIANCE -> random.nextDouble(0.3, 2);
                  default -> random.nextDouble(-0.5, 0.5);
                };
      }
      if (spec.role() != WeightSpec.Role.KERNEL) {
        arrays.put(spec.name(), new Weights.Array(spec.shape(), values));
      }
    }
    return new Weights(arrays);
  }
}
