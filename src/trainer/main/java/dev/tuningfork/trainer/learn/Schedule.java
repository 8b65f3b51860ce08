package dev.tuningfork.trainer.learn;

/**
 * The learning rate of each step: it rises in a straight line over the first steps, then falls
 * along half a cosine to 0 at the last one (Loshchilov and Hutter 2017).
 *
 * @param highest the rate at the end of the warm-up
 * @param warmUpSteps at least 1
 * @param steps of the whole run
 */
record Schedule(double highest, int warmUpSteps, int steps) {

  /** The rate of a step, counted from 0. */
  double rate(int step) {
    if (step < warmUpSteps) {
      return highest * (step + 1) / warmUpSteps;
    }
    double progress = Math.min(1, (step - warmUpSteps) / (double) Math.max(1, steps - warmUpSteps));
    return highest * (1 + Math.cos(Math.PI * progress)) / 2;
  }
}
