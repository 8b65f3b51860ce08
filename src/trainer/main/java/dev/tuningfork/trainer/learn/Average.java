package dev.tuningfork.trainer.learn;

import ai.djl.ndarray.NDArray;
import dev.tuningfork.network.NetworkBlock;
import dev.tuningfork.network.WeightSpec;

/**
 * The exponential moving average of a network's weights (Polyak and Juditsky 1992), running
 * statistics included: it answers better than the weights of any one step. Early on it forgets
 * faster, so that the first weights do not linger.
 *
 * @param decay the share of the old average that a step keeps, below 1; 0 is no averaging
 */
record Average(double decay) {

  Average {
    if (!(decay >= 0 && decay < 1)) {
      throw new IllegalArgumentException(
          "The EMA decay must be at least 0 and less than 1, not " + decay + ".");
    }
  }

  /**
   * Moves the averages towards the weights of the same network.
   *
   * @param step counted from 1
   */
  void update(NetworkBlock averages, NetworkBlock weights, int step) {
    double kept = Math.min(decay, step / (step + 10.0));
    for (WeightSpec spec : weights.network().weights()) {
      try (NDArray weight = weights.array(spec.name()).stopGradient();
          NDArray share = weight.mul(1 - kept)) {
        averages.array(spec.name()).muli(kept).addi(share);
      }
    }
  }
}
