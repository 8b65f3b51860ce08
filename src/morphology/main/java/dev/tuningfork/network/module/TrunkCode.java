package dev.tuningfork.network.module;

import dev.tuningfork.image.InputSpec;
import dev.tuningfork.network.Layer;
import dev.tuningfork.network.Layer.BatchNorm;
import dev.tuningfork.network.Layer.Block;
import dev.tuningfork.network.Layer.Convolution;
import dev.tuningfork.network.Layer.Linear;
import dev.tuningfork.network.Layer.MaxPool;
import dev.tuningfork.network.Layer.Padding;
import dev.tuningfork.network.Layer.Relu;
import dev.tuningfork.network.Layer.Relu6;
import dev.tuningfork.network.Network;
import dev.tuningfork.network.Volume;
import dev.tuningfork.network.Weights;
import dev.tuningfork.torchscript.Arithmetic;
import dev.tuningfork.torchscript.Tensor;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes the layers of a network as TorchScript: from {@code levels}, batch × height × width ×
 * channels of 0 to 255, to {@code x}, one number for each answer.
 *
 * <p>Everything that only depends on the weights is computed beforehand, and copies are avoided:
 *
 * <ul>
 *   <li>A convolution takes into itself the batch normalisation behind it and, where it pads with
 *       nothing, the one before it. The first one takes the standardisation of the levels, which
 *       every arithmetic holds exactly; it is then padded with the level that stands for 0.
 *   <li>An odd number of zeros around the image, which PyTorch cannot pad with, becomes an even one
 *       where channels do not see each other: the kernels grow by a row and a column of zeros,
 *       which costs less than a copy of the image. Other convolutions get the copy.
 *   <li>Arrays that are no longer needed are overwritten. With oneDNN's operators, an activation is
 *       computed together with its convolution.
 * </ul>
 */
final class TrunkCode {

  private final ModuleCode code;
  private final Weights weights;
  private final Operators operators;
  private final List<Folding> rounded = new ArrayList<>();

  /** What {@code x} is computed with at present. */
  private Arithmetic arithmetic;

  /** What {@code x} is for one image. */
  private Volume volume;

  /** What is still to be done to each channel of {@code x}. */
  private @Nullable Affine pending;

  /** Whether {@code x} is still the levels as they came. */
  private boolean atInput = true;

  /** Whether nobody else needs {@code x}. */
  private boolean own;

  /** Whether {@code x} is one row of numbers an image, and no more channels of planes. */
  private boolean flat;

  private int kept;

  private TrunkCode(
      ModuleCode code, Network network, Weights weights, InputSpec input, Operators operators) {
    this.code = code;
    this.weights = weights;
    this.operators = operators;
    this.arithmetic = Arithmetic.FLOAT32;
    this.volume = network.input();
    this.pending = Affine.standardisation(input);
  }

  /**
   * Writes the layers of a network up to its outputs.
   *
   * @return the layers whose weights are rounded to the arithmetic
   */
  static List<Folding> write(
      ModuleCode code,
      Network network,
      Weights weights,
      InputSpec input,
      Arithmetic arithmetic,
      Operators operators) {
    TrunkCode trunk = new TrunkCode(code, network, weights, input, operators);
    List<Layer> layers = network.trunk();
    trunk.layers(layers.subList(0, network.exact()));
    if (network.exact() < layers.size()) {
      trunk.goOnIn(arithmetic);
      trunk.layers(layers.subList(network.exact(), layers.size()));
    }
    trunk.goOnIn(Arithmetic.FLOAT32); // it costs nothing, and gives the probabilities
    trunk.layer(network.layers().getLast());
    return List.copyOf(trunk.rounded);
  }

  private void goOnIn(Arithmetic next) {
    if (next != arithmetic && !atInput) {
      compute("torch.to(x, %d)", next.code());
    }
    arithmetic = next;
  }

  private void layers(List<Layer> layers) {
    Deque<Layer> left = new ArrayDeque<>(layers);
    while (!left.isEmpty()) {
      Layer layer = left.remove();
      if (layer instanceof Convolution convolution) {
        BatchNorm norm = left.peek() instanceof BatchNorm ? (BatchNorm) left.remove() : null;
        convolution(convolution, norm, fuses(left.peek()) ? left.remove() : null);
      } else {
        layer(layer);
      }
    }
  }

  private boolean fuses(@Nullable Layer activation) {
    return operators == Operators.ONEDNN
        && (activation instanceof Relu || activation instanceof Relu6);
  }

  private void layer(Layer layer) {
    switch (layer) {
      case Convolution c -> convolution(c, null, null);
      case BatchNorm n -> {
        Affine affine = Affine.of(n, volume.channels(), weights);
        pending = pending == null ? affine : pending.then(affine);
      }
      case MaxPool p -> {
        settle();
        compute(
            "torch.max_pool2d(x, %s, %s, [0, 0], [1, 1])",
            List.of(p.kernel(), p.kernel()), List.of(p.stride(), p.stride()));
        volume = p.output(volume);
      }
      case Relu _ -> {
        settle();
        compute(own ? "torch.relu_(x)" : "torch.relu(x)");
      }
      case Relu6 _ -> {
        settle();
        compute(own ? "torch.clamp_(x, 0., 6.)" : "torch.clamp(x, 0., 6.)");
      }
      case Layer.MeanOverPlane mean -> {
        settle();
        compute("torch.mean(x, [2, 3])");
        volume = mean.output(volume);
        flat = true;
      }
      case Layer.Flatten flatten -> {
        flatten();
        volume = flatten.output(volume);
      }
      case Linear l -> {
        flatten();
        Kernels kernels = folded(new Convolution(l.name(), l.outputs(), 1, 1, Padding.VALID), null);
        compute(
            "torch.linear(x, %s, %s)",
            code.attribute(
                l.name() + ".weight", Tensor.of(arithmetic, kernels.shape(), kernels.weights())),
            biases(l.name(), kernels));
        volume = l.output(volume);
      }
      case Layer.Dropout _ -> {}
      case Block b -> block(b);
    }
  }

  private void block(Block block) {
    if (!block.residual()) {
      layers(block.layers());
      return;
    }
    settle();
    String before = "before" + kept++;
    code.line("%s = x", before);
    own = false;
    layers(block.layers());
    settle();
    compute(own ? "torch.add_(x, %s)" : "torch.add(x, %s)", before);
  }

  private void compute(String expression, Object... values) {
    code.line("x = " + expression, values);
    own = true;
  }

  private void flatten() {
    settle();
    if (!flat) {
      code.line("x = torch.flatten(x, 1)"); // may be the same memory, so it is no more one's own
      flat = true;
    }
  }

  /** Does what is pending, where no convolution can take it. */
  private void settle() {
    if (atInput) {
      code.line("x = torch.permute(torch.to(levels, %d), [0, 3, 1, 2])", arithmetic.code());
      atInput = false;
      own = false;
    }
    if (pending != null) {
      List<Integer> shape =
          flat ? List.of(1, pending.channels()) : List.of(1, pending.channels(), 1, 1);
      String name = "affine" + code.attributes().size();
      String scale = code.attribute(name + ".scale", constants(shape, pending.scale()));
      String shift = code.attribute(name + ".shift", constants(shape, pending.shift()));
      pending = null;
      compute("torch.add(torch.mul(x, %s), %s)", scale, shift);
    }
  }

  private Tensor constants(List<Integer> shape, double[] values) {
    float[] constants = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      constants[i] = (float) values[i];
    }
    return Tensor.of(arithmetic, shape, constants);
  }

  /** The zeros on both sides of an image along one axis. */
  private record Zeros(int before, int after) {

    static Zeros of(int zeros) {
      return new Zeros(zeros / 2, zeros - zeros / 2);
    }

    boolean even() {
      return before == after;
    }

    int sum() {
      return before + after;
    }
  }

  private void convolution(Convolution c, @Nullable BatchNorm norm, @Nullable Layer activation) {
    Zeros vertical = Zeros.of(c.zeros(volume.height()));
    Zeros horizontal = Zeros.of(c.zeros(volume.width()));
    boolean padded = vertical.sum() + horizontal.sum() > 0;
    if (padded && !atInput) {
      settle();
    }
    Affine standardisation = before();
    Kernels kernels = folded(c, norm);
    List<Integer> padding = List.of(0, 0);
    if (atInput && padded) {
      surround(vertical, horizontal, standardisation);
    } else if (vertical.even() && horizontal.even()) {
      padding = List.of(vertical.before(), horizontal.before());
    } else if (c.groups() > 1) {
      kernels = kernels.grown(!vertical.even(), !horizontal.even());
      padding = List.of(vertical.after(), horizontal.after());
    } else {
      List<Integer> zeros =
          List.of(horizontal.before(), horizontal.after(), vertical.before(), vertical.after());
      compute("torch.constant_pad_nd(x, %s, 0.)", zeros);
    }
    if (atInput && !padded) {
      code.line("x = torch.permute(torch.to(levels, %d), [0, 3, 1, 2])", arithmetic.code());
    }
    atInput = false;
    String weight =
        code.attribute(
            c.name() + ".weight",
            Tensor.channelsLast(arithmetic, kernels.shape(), kernels.weights()));
    String bias = biases(c.name(), kernels);
    List<Integer> strides = List.of(c.stride(), c.stride());
    switch (operators) {
      case PORTABLE ->
          compute(
              "torch.conv2d(x, %s, %s, %s, %s, [1, 1], %d)",
              weight, bias, strides, padding, c.groups());
      case ONEDNN ->
          compute(
              "ops.mkldnn._convolution_pointwise(x, %s, %s, %s, %s, [1, 1], %d, %s, \"\")",
              weight, bias, padding, strides, c.groups(), fused(activation));
    }
    volume = c.output(volume);
  }

  /** The name that oneDNN's operators have for an activation, and its numbers. */
  private static String fused(@Nullable Layer activation) {
    String numbers = "annotate(List[Optional[number]], [%s])";
    return switch (activation) {
      case Relu _ -> "\"relu\", " + numbers.formatted("");
      case Relu6 _ -> "\"hardtanh\", " + numbers.formatted("0., 6.");
      case null, default -> "\"none\", " + numbers.formatted("");
    };
  }

  /** A layer's numbers, with what was still to be done to its inputs taken into them. */
  private Kernels folded(Convolution c, @Nullable BatchNorm norm) {
    Folding folding = new Folding(c, before(), norm, weights);
    pending = null;
    if (arithmetic != Arithmetic.FLOAT32) {
      rounded.add(folding);
    }
    return folding.kernels(arithmetic);
  }

  private Affine before() {
    return pending == null ? Affine.identity(volume.channels()) : pending;
  }

  private String biases(String layer, Kernels kernels) {
    return code.attribute(
        layer + ".bias", Tensor.of(arithmetic, List.of(kernels.biases().length), kernels.biases()));
  }

  /** Lays the levels into an image that is larger, of levels that stand for 0. */
  private void surround(Zeros vertical, Zeros horizontal, Affine standardisation) {
    int height = vertical.sum() + volume.height();
    int width = horizontal.sum() + volume.width();
    float[] zero = new float[height * width * volume.channels()];
    for (int i = 0; i < zero.length; i++) {
      zero[i] = (float) standardisation.zero(i % volume.channels());
    }
    String surroundings =
        code.attribute(
            "surroundings",
            Tensor.of(arithmetic, List.of(1, height, width, volume.channels()), zero));
    // broadcast into new memory, which is copied along whole images; torch.repeat copies row by row
    code.line(
        "x = torch.new_empty(%s, [torch.size(levels, 0), %d, %d, %d])",
        surroundings, height, width, volume.channels());
    code.line("x = torch.copy_(x, %s)", surroundings);
    code.line(
        "within = torch.slice(torch.slice(x, 1, %d, %d), 2, %d, %d)",
        vertical.before(),
        vertical.before() + volume.height(),
        horizontal.before(),
        horizontal.before() + volume.width());
    code.line("within = torch.copy_(within, levels)");
    code.line("x = torch.permute(x, [0, 3, 1, 2])");
  }
}
