package dev.tuningfork.network.module;

import dev.tuningfork.image.InputSpec;
import dev.tuningfork.network.Layer.BatchNorm;
import dev.tuningfork.network.Weights;
import java.util.Arrays;

/**
 * What standardisation and a batch normalisation that is no longer trained do: each channel x
 * becomes scale × x + shift.
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Affine(double[] scale, double[] shift) {

  private static final int WHITE = 255;

  static Affine identity(int channels) {
    double[] scale = new double[channels];
    Arrays.fill(scale, 1);
    return new Affine(scale, new double[channels]);
  }

  /** From levels of 0 to 255 to what the network sees. */
  static Affine standardisation(InputSpec input) {
    Affine affine = identity(input.channels().count());
    for (int c = 0; c < affine.channels(); c++) {
      affine.scale[c] = 1 / (WHITE * input.std().get(c));
      affine.shift[c] = -input.mean().get(c) / input.std().get(c);
    }
    return affine;
  }

  static Affine of(BatchNorm norm, int channels, Weights weights) {
    float[] gain = values(weights, norm.name() + ".weight");
    float[] bias = values(weights, norm.name() + ".bias");
    float[] mean = values(weights, norm.name() + ".running_mean");
    float[] variance = values(weights, norm.name() + ".running_var");
    Affine affine = identity(channels);
    for (int c = 0; c < channels; c++) {
      affine.scale[c] = gain[c] / Math.sqrt(variance[c] + (double) norm.epsilon());
      affine.shift[c] = bias[c] - mean[c] * affine.scale[c];
    }
    return affine;
  }

  private static float[] values(Weights weights, String name) {
    return weights.array(name).values();
  }

  int channels() {
    return scale.length;
  }

  /** This map, and then another one. */
  Affine then(Affine next) {
    Affine both = identity(channels());
    for (int c = 0; c < channels(); c++) {
      both.scale[c] = scale[c] * next.scale[c];
      both.shift[c] = shift[c] * next.scale[c] + next.shift[c];
    }
    return both;
  }

  /** What becomes 0. */
  double zero(int channel) {
    return -shift[channel] / scale[channel];
  }
}
