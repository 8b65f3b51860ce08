package dev.tuningfork.trainer.learn;

import java.time.Duration;

/**
 * Follows a training run. Its methods are called by the thread that trains, unless they say
 * otherwise.
 */
public interface TrainingListener {

  /**
   * Something that comes before the first step goes on; called from any thread.
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
   * @param left until the last epoch ends, at this rate
   */
  void stepped(int epoch, int step, int steps, double loss, double imagesPerSecond, Duration left);

  /** An epoch is done and judged. */
  void epochDone(EpochMetrics figures);

  /** Whether to stop after the present step; a checkpoint is written then. */
  boolean stopRequested();
}
