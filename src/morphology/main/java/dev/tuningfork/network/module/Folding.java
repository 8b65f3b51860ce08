package dev.tuningfork.network.module;

import dev.tuningfork.network.Layer.BatchNorm;
import dev.tuningfork.network.Layer.Convolution;
import dev.tuningfork.network.Weights;
import dev.tuningfork.torchscript.Arithmetic;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/**
 * A convolution that takes into itself what happens to each channel before and after it.
 *
 * @param before what happens to each channel that comes in
 * @param norm behind it; null for none
 * @param weights the network's
 */
record Folding(Convolution convolution, Affine before, @Nullable BatchNorm norm, Weights weights) {

  /**
   * What it computes with then.
   *
   * <p>With s and t before it, u and v after it, a bias b and weights w, u (Σ w (s x + t) + b) + v
   * has the weights u w s. Rounded, they are w′, and the new bias is Σ w′ t ÷ s + u b + v: what
   * makes s x + t zero still adds nothing, so that rounding does not shift a dark image.
   *
   * <p>What rounding takes from a weight is given to the next one of the same output (error
   * diffusion, as Floyd and Steinberg 1976 do with grey levels), so that a kernel keeps its sum:
   * neighbouring pixels are much alike, and rounded one by one the weights of a depthwise kernel
   * change what it says of a smooth patch. Over 192 galaxies, the largest difference of a
   * probability in bfloat16 fell from 0.055 to 0.034 for an EfficientNet-Lite0.
   */
  Kernels kernels(Arithmetic arithmetic) {
    Weights.Array unfolded = weights.array(kernelName());
    Affine after = after();
    int each = unfolded.values().length / convolution.outputs();
    float[] folded = new float[unfolded.values().length];
    float[] biases = new float[convolution.outputs()];
    for (int output = 0; output < biases.length; output++) {
      double gain = after.scale()[output];
      double bias =
          convolution.biased() ? weights.array(convolution.name() + ".bias").values()[output] : 0;
      double sum = gain * bias + after.shift()[output];
      double lost = 0;
      for (int at = output * each; at < (output + 1) * each; at++) {
        int input = input(at, each);
        double scale = before.scale()[input];
        double weight = gain * unfolded.values()[at];
        double exact = weight * scale + lost;
        folded[at] = arithmetic.rounded((float) exact);
        lost = exact - folded[at];
        sum += before.shift()[input] * (scale == 0 ? weight : folded[at] / scale);
      }
      biases[output] = (float) sum;
    }
    return new Kernels(unfolded.shape(), folded, biases);
  }

  /**
   * The nearest arrays of the network from which rounding takes nothing: in any arithmetic they
   * fold into what these arrays become in this one, to about the seventh digit.
   */
  SequencedMap<String, Weights.Array> rounded(Arithmetic arithmetic) {
    Kernels target = kernels(arithmetic);
    Weights.Array unfolded = weights.array(kernelName());
    Affine after = after();
    int each = unfolded.values().length / convolution.outputs();
    float[] values = unfolded.values().clone();
    double largest = 0;
    for (float value : values) {
      largest = Math.max(largest, Math.abs(value));
    }
    for (int at = 0; at < values.length; at++) {
      double factor = after.scale()[at / each] * before.scale()[input(at, each)];
      double rounded = target.weights()[at] / factor;
      if (Math.abs(rounded - values[at]) <= largest) { // else a channel that hardly counts
        values[at] = (float) rounded;
      }
    }
    SequencedMap<String, Weights.Array> arrays = new LinkedHashMap<>();
    arrays.put(kernelName(), new Weights.Array(unfolded.shape(), values));
    biasName()
        .ifPresent(
            name -> {
              Weights.Array biases = weights.array(name);
              float[] shifted = biases.values().clone();
              for (int output = 0; output < shifted.length; output++) {
                float bias = target.biases()[output];
                shifted[output] += arithmetic.rounded(bias) - bias;
              }
              arrays.put(name, new Weights.Array(biases.shape(), shifted));
            });
    return arrays;
  }

  private Affine after() {
    return norm == null
        ? Affine.identity(convolution.outputs())
        : Affine.of(norm, convolution.outputs(), weights);
  }

  /**
   * The channel that a weight is multiplied with.
   *
   * @param each how many weights an output has
   */
  private int input(int weight, int each) {
    int inputs = before.channels() / convolution.groups();
    int group = weight / each / (convolution.outputs() / convolution.groups());
    return group * inputs + weight % each / (convolution.kernel() * convolution.kernel());
  }

  private String kernelName() {
    return convolution.name() + ".weight";
  }

  /** The array that a number is added to for it to be added to the output. */
  private Optional<String> biasName() {
    if (norm != null) {
      return Optional.of(norm.name() + ".bias");
    }
    return convolution.biased() ? Optional.of(convolution.name() + ".bias") : Optional.empty();
  }
}
