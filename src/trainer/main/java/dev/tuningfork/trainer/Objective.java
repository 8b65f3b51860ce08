package dev.tuningfork.trainer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import dev.tuningfork.tree.Question;
import java.util.List;

/**
 * What training makes small, and the way from logits to log-probabilities: one softmax a question.
 */
final class Objective {

  private final long[] boundaries;

  Objective(List<Question> questions) {
    boundaries = new long[questions.size() - 1];
    long at = 0;
    for (int q = 0; q < boundaries.length; q++) {
      at += questions.get(q).answers().size();
      boundaries[q] = at;
    }
  }

  /** Batch × answers in, the same out. */
  NDArray logProbabilities(NDArray logits) {
    if (boundaries.length == 0) {
      return logits.logSoftmax(1); // DJL's split into one part would cut the gradient off
    }
    NDList parts = new NDList();
    for (NDArray question : logits.split(boundaries, 1)) {
      parts.add(question.logSoftmax(1));
    }
    return NDArrays.concat(parts, 1);
  }

  /**
   * The mean over galaxies of the sum over questions of the cross-entropy between vote fractions
   * and probabilities, each question weighted by the share of volunteers who were asked it.
   */
  NDArray loss(NDArray logits, NDArray targets) {
    return logProbabilities(logits).mul(targets).sum().neg().div(logits.getShape().get(0));
  }
}
