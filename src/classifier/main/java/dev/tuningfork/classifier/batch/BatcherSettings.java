package dev.tuningfork.classifier.batch;

import java.time.Duration;

/**
 * How much a {@link Batcher} holds and does at once.
 *
 * @param queue the most images that wait to be fetched, those for slow hosts apart
 * @param heldUp the most images that wait for slow hosts
 * @param queueBytes the most bytes that wait to be fetched, and again the most that wait to be
 *     decoded. An image that came with its message counts as its bytes, one that has to be fetched
 *     as its address until it is fetched
 * @param slowAfter how long a fetch may take before its host counts as slow
 * @param fetchers how many images are fetched at once, those of slow hosts apart; each holds the
 *     bytes of one image
 * @param decoders how many images are decoded at once, one thread each
 * @param passes how many forward passes are computed at once, each for a batch of its own; 0 for as
 *     many as the device is worth. A model may do fewer
 * @param batch the most images in one forward pass; a model may take fewer
 */
public record BatcherSettings(
    int queue,
    int heldUp,
    long queueBytes,
    Duration slowAfter,
    int fetchers,
    int decoders,
    int passes,
    int batch) {

  private static final int HELD_UP = 10_000;

  private static final Duration SLOW_AFTER = Duration.ofSeconds(2);

  public BatcherSettings {
    positive("queue", queue);
    positive("held-up", heldUp);
    positive("queue-bytes", queueBytes);
    if (!slowAfter.isPositive()) {
      throw new IllegalArgumentException(
          "slow-after must be longer than nothing, not " + slowAfter + ".");
    }
    positive("fetchers", fetchers);
    positive("decoders", decoders);
    if (passes < 0) {
      throw new IllegalArgumentException(
          "passes must be at least 1, or 0 for as many as the device is worth, not "
              + passes
              + ".");
    }
    positive("batch", batch);
  }

  /**
   * With 10,000 images for slow hosts, hosts that are slow after 2 s, and a sixteenth of the heap
   * for the bytes of each queue.
   */
  public BatcherSettings(int queue, int fetchers, int decoders, int passes, int batch) {
    this(
        queue,
        HELD_UP,
        Runtime.getRuntime().maxMemory() / 16,
        SLOW_AFTER,
        fetchers,
        decoders,
        passes,
        batch);
  }

  private static void positive(String name, long value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + " must be at least 1, not " + value + ".");
    }
  }
}
