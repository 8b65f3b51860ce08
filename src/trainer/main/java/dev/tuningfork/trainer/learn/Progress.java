package dev.tuningfork.trainer.learn;

/**
 * How far a run has come.
 *
 * @param epoch the one that goes on next, counted from 1
 * @param step how many steps of that epoch are done
 * @param lossSum of those steps
 * @param seconds that all steps so far took
 * @param best the smallest validation loss so far; NaN before the first
 * @param bestEpoch the epoch that reached it
 */
record Progress(int epoch, int step, double lossSum, double seconds, double best, int bestEpoch) {

  static final Progress START = new Progress(1, 0, 0, 0, Double.NaN, 0);

  Progress stepped(double loss, double took) {
    return new Progress(epoch, step + 1, lossSum + loss, seconds + took, best, bestEpoch);
  }

  Progress nextEpoch() {
    return new Progress(epoch + 1, 0, 0, seconds, best, bestEpoch);
  }

  /** With the validation loss of the present epoch taken into account. */
  Progress judged(double validationLoss) {
    return isBest(validationLoss)
        ? new Progress(epoch, step, lossSum, seconds, validationLoss, epoch)
        : this;
  }

  boolean isBest(double validationLoss) {
    return Double.isNaN(best) || validationLoss < best;
  }
}
