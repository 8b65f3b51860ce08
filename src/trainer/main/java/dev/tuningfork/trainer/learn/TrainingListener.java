package dev.tuningfork.trainer.learn;

import java.time.Duration;

/** Told how a training run goes, from the thread that trains where nothing else is said. */
public interface TrainingListener {

  /**
   * So much is done of what comes before the first step; from any thread.
   *
   * @param what in words, such as "preparing images"
   * @param done galaxies
   * @param of so many
   */
  void preparing(String what, int done, int of);

  /**
   * A step is done.
   *
   * @param epoch counted from 1
   * @param step of this epoch, counted from 1
   * @param steps of each epoch
   * @param loss the mean of this epoch so far
   * @param imagesPerSecond over the whole run so far, in this process
   * @param left until the last epoch ends, at this pace
   */
  void stepped(int epoch, int step, int steps, double loss, double imagesPerSecond, Duration left);

  /** An epoch is done and judged. */
  void epochDone(EpochMetrics figures);

  /** Whether to stop after the present step; a checkpoint is written then. */
  boolean stopRequested();
}
