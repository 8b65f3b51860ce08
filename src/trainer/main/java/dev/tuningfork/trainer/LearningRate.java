package dev.tuningfork.trainer;

import ai.djl.training.tracker.Tracker;

/**
 * Rises in a straight line from 0 over the first steps, then falls along half a cosine to 0 at the
 * last one (Loshchilov and Hutter 2017).
 */
record LearningRate(float highest, int warmUpSteps, int steps) implements Tracker {

  /** The first twentieth of all steps warms up. */
  static LearningRate over(int steps, float highest) {
    return new LearningRate(highest, Math.max(1, steps / 20), steps);
  }

  @Override
  public float getNewValue(int step) {
    if (step < warmUpSteps) {
      return highest * (step + 1) / warmUpSteps;
    }
    double progress = Math.min(1, (step - warmUpSteps) / (double) Math.max(1, steps - warmUpSteps));
    return (float) (highest * (1 + Math.cos(Math.PI * progress)) / 2);
  }
}
