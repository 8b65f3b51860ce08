package dev.tuningfork.trainer;

import dev.tuningfork.network.Network;
import dev.tuningfork.network.Weights;
import dev.tuningfork.trainer.data.Hash;

/**
 * Weights of an earlier training, with which a network begins instead of random ones.
 *
 * @param weights some or all of the network's arrays
 * @param origin in words, for the model's card
 * @param kept the share of these weights in the finished model, 0 to 1; the rest are the learnt
 *     ones. What two trainings have in common depends less on the galaxies of the second (Wortsman
 *     et al. 2022, arXiv:2109.01903). More than 0 only where they are all of the network's arrays
 */
public record Pretrained(Weights weights, String origin, double kept) {

  public Pretrained {
    if (!(kept >= 0 && kept < 1)) {
      throw new IllegalArgumentException(
          "The share of the first weights that is kept must be 0 or more and less than 1, not %s."
              .formatted(kept));
    }
  }

  /**
   * Random weights with these in their places. A head that is not among these begins with zeros: a
   * random one would say something else about each galaxy, and with few labels much of the training
   * would go into forgetting that.
   *
   * @throws IllegalArgumentException if an array is not one of the network's, or if a share of
   *     these weights is kept and they are not all of the network's
   */
  Weights over(Weights random, Network network) {
    if (kept > 0) {
      weights.requireFor(network);
    }
    Weights first = random.with(weights);
    String head = Network.ANSWERS + ".weight";
    return weights.arrays().containsKey(head)
        ? first
        : first.with(head, new float[first.array(head).values().length]);
  }

  /** The weights of the finished model. */
  Weights mixedWith(Weights learnt) {
    return kept == 0 ? learnt : learnt.towards(weights, kept);
  }

  /** What decides the weights of a run that begins with these. */
  String fingerprint() {
    Hash hash = new Hash();
    weights.arrays().forEach((name, array) -> hash.add(name).add(array.values()));
    return hash.hex() + ", kept " + kept;
  }

  /** For a model's card. */
  String describe() {
    return kept == 0
        ? origin
        : "%s; the model is %s × these weights + %s × the fine-tuned weights (Wortsman et al. 2022)"
            .formatted(origin, kept, 1 - kept);
  }
}
