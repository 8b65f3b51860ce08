package dev.tuningfork.network;

import dev.tuningfork.network.WeightSpec.Role;
import java.util.ArrayList;
import java.util.List;

/**
 * One layer of a {@link Network}, as data: what it is, not how it is computed. Every form of a
 * network (the blocks that train, a compiled module) is an interpreter of these records.
 */
public sealed interface Layer {

  /**
   * The volume that comes out of the layer: that of its input, if nothing else is said.
   *
   * @throws IllegalArgumentException if the layer cannot take this input
   */
  default Volume output(Volume input) {
    return input;
  }

  /** The arrays that the layer holds for an input of this volume, in the order of the file. */
  default List<WeightSpec> weights(Volume input) {
    return List.of();
  }

  /** The multiply-adds that the layer costs for one image; only matrix products are counted. */
  default long multiplyAdds(Volume input) {
    return 0;
  }

  /** What a convolution does at the image's border. The names are Keras's. */
  enum Padding {
    /** The window stays inside the image: output = ⌊(n − kernel) ÷ stride⌋ + 1. */
    VALID,
    /**
     * Zeros around the image so that output = ⌈n ÷ stride⌉. Where the number of zeros is odd the
     * bottom and the right get the greater half, as in TensorFlow and Keras (PyTorch's padding is
     * symmetric, which shifts the window by half a step).
     */
    SAME
  }

  /**
   * A square convolution (a cross-correlation, as everywhere in deep learning).
   *
   * @param groups into how many groups the channels fall that do not see each other: 1 for an
   *     ordinary convolution, the number of channels for a depthwise one
   * @param biased whether each output has a bias; a batch normalisation behind it makes one
   *     needless
   */
  record Convolution(
      String name, int outputs, int kernel, int stride, Padding padding, int groups, boolean biased)
      implements Layer {

    public Convolution {
      if (outputs < 1 || kernel < 1 || stride < 1) {
        throw new IllegalArgumentException(
            "Convolution %s needs outputs, kernel and stride of at least 1, not %d, %d and %d."
                .formatted(name, outputs, kernel, stride));
      }
      if (groups < 1 || outputs % groups != 0) {
        throw new IllegalArgumentException(
            "The %d outputs of convolution %s cannot be parted into %d groups."
                .formatted(outputs, name, groups));
      }
    }

    /** With a bias, every output seeing every input. */
    public Convolution(String name, int outputs, int kernel, int stride, Padding padding) {
      this(name, outputs, kernel, stride, padding, 1, true);
    }

    @Override
    public Volume output(Volume input) {
      if (input.channels() % groups != 0) {
        throw new IllegalArgumentException(
            "The %d input channels of convolution %s cannot be divided into %d groups."
                .formatted(input.channels(), name, groups));
      }
      return new Volume(outputs, length(input.height()), length(input.width()));
    }

    private int length(int input) {
      return switch (padding) {
        case VALID -> windows(name, input, kernel, stride);
        case SAME -> Math.ceilDiv(input, stride);
      };
    }

    /** Zeros on both sides together along a side of this many pixels. */
    public int zeros(int input) {
      return switch (padding) {
        case VALID -> 0;
        case SAME -> Math.max(0, (Math.ceilDiv(input, stride) - 1) * stride + kernel - input);
      };
    }

    @Override
    public List<WeightSpec> weights(Volume input) {
      WeightSpec kernels =
          new WeightSpec(
              name + ".weight",
              Role.KERNEL,
              List.of(outputs, input.channels() / groups, kernel, kernel));
      return biased
          ? List.of(kernels, new WeightSpec(name + ".bias", Role.BIAS, List.of(outputs)))
          : List.of(kernels);
    }

    @Override
    public long multiplyAdds(Volume input) {
      return (long) output(input).size() * (input.channels() / groups) * kernel * kernel;
    }
  }

  /** The maximum of each window, which stays inside the image ("valid", Keras's default). */
  record MaxPool(int kernel, int stride) implements Layer {

    public MaxPool {
      if (kernel < 1 || stride < 1) {
        throw new IllegalArgumentException(
            "A max-pool needs a kernel and a stride of at least 1, not %d and %d."
                .formatted(kernel, stride));
      }
    }

    @Override
    public Volume output(Volume input) {
      return new Volume(
          input.channels(),
          windows("max-pool", input.height(), kernel, stride),
          windows("max-pool", input.width(), kernel, stride));
    }
  }

  /**
   * Batch normalisation of each channel.
   *
   * @param momentum the share of the old running statistics that one training step keeps (Keras's
   *     sense; PyTorch's is one minus this)
   * @param epsilon added to the variance
   */
  record BatchNorm(String name, float momentum, float epsilon) implements Layer {

    /** With Keras's defaults, momentum 0.99 and epsilon 0.001. */
    public BatchNorm(String name) {
      this(name, 0.99f, 0.001f);
    }

    @Override
    public List<WeightSpec> weights(Volume input) {
      List<Integer> shape = List.of(input.channels());
      return List.of(
          new WeightSpec(name + ".weight", Role.SCALE, shape),
          new WeightSpec(name + ".bias", Role.SHIFT, shape),
          new WeightSpec(name + ".running_mean", Role.RUNNING_MEAN, shape),
          new WeightSpec(name + ".running_var", Role.RUNNING_VARIANCE, shape));
    }
  }

  /** max(0, x). */
  record Relu() implements Layer {}

  /** min(max(0, x), 6). */
  record Relu6() implements Layer {}

  /** The mean of each channel over the whole plane; what comes out is flat. */
  record MeanOverPlane() implements Layer {
    @Override
    public Volume output(Volume input) {
      return new Volume(input.channels(), 1, 1);
    }
  }

  /** All numbers in one row: channel by channel, row by row. */
  record Flatten() implements Layer {
    @Override
    public Volume output(Volume input) {
      return new Volume(input.size(), 1, 1);
    }
  }

  /** A dense layer with a bias; its input must be flat. */
  record Linear(String name, int outputs) implements Layer {

    public Linear {
      if (outputs < 1) {
        throw new IllegalArgumentException(
            "Linear layer %s needs at least one output, not %d.".formatted(name, outputs));
      }
    }

    @Override
    public Volume output(Volume input) {
      if (input.height() != 1 || input.width() != 1) {
        throw new IllegalArgumentException(
            "Linear layer %s needs a flat input, not %s: put a Flatten before it."
                .formatted(name, input));
      }
      return new Volume(outputs, 1, 1);
    }

    @Override
    public List<WeightSpec> weights(Volume input) {
      return List.of(
          new WeightSpec(name + ".weight", Role.KERNEL, List.of(outputs, input.channels())),
          new WeightSpec(name + ".bias", Role.BIAS, List.of(outputs)));
    }

    @Override
    public long multiplyAdds(Volume input) {
      return (long) outputs * input.channels();
    }
  }

  /**
   * Sets each number to 0 with this probability while training, and scales up the rest; does
   * nothing otherwise.
   */
  record Dropout(float probability) implements Layer {

    public Dropout {
      if (!(probability >= 0 && probability < 1)) {
        throw new IllegalArgumentException(
            "A dropout probability must be at least 0 and less than 1, not " + probability + ".");
      }
    }
  }

  /**
   * Several layers, one after the other, under one name.
   *
   * @param residual whether what comes in is added to what comes out (He et al. 2016), which must
   *     then be of the same volume
   */
  record Block(String name, List<Layer> layers, boolean residual) implements Layer {

    public Block {
      layers = List.copyOf(layers);
    }

    /** One after the other, nothing added. */
    public static Block of(String name, Layer... layers) {
      return new Block(name, List.of(layers), false);
    }

    /** With what comes in added to what comes out. */
    public static Block residual(String name, Layer... layers) {
      return new Block(name, List.of(layers), true);
    }

    @Override
    public Volume output(Volume input) {
      Volume volume = input;
      for (Layer layer : layers) {
        volume = layer.output(volume);
      }
      if (residual && !volume.equals(input)) {
        throw new IllegalArgumentException(
            "Block %s cannot add its input, %s, to its output, %s.".formatted(name, input, volume));
      }
      return volume;
    }

    @Override
    public List<WeightSpec> weights(Volume input) {
      List<WeightSpec> weights = new ArrayList<>();
      Volume volume = input;
      for (Layer layer : layers) {
        weights.addAll(layer.weights(volume));
        volume = layer.output(volume);
      }
      return List.copyOf(weights);
    }

    @Override
    public long multiplyAdds(Volume input) {
      long sum = 0;
      Volume volume = input;
      for (Layer layer : layers) {
        sum += layer.multiplyAdds(volume);
        volume = layer.output(volume);
      }
      return sum;
    }
  }

  private static int windows(String name, int input, int kernel, int stride) {
    if (input < kernel) {
      throw new IllegalArgumentException(
          "The %d × %d window of %s does not fit into %d × %d pixels: the network's input is too small."
              .formatted(kernel, kernel, name, input, input));
    }
    return (input - kernel) / stride + 1;
  }
}
