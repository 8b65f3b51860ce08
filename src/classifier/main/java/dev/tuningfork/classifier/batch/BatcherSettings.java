package dev.tuningfork.classifier.batch;

/**
 * How much a {@link Batcher} holds and does at once.
 *
 * @param queue the most images that wait to be fetched
 * @param fetchers how many images are fetched at once; each holds the bytes of one image
 * @param decoders how many images are decoded at once, one thread each
 * @param passes how many forward passes are computed at once, each for a batch of its own; 0 for as
 *     many as the device is worth. A model may do fewer
 * @param batch the most images in one forward pass; a model may take fewer
 */
public record BatcherSettings(int queue, int fetchers, int decoders, int passes, int batch) {

  public BatcherSettings {
    positive("queue", queue);
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

  private static void positive(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + " must be at least 1, not " + value + ".");
    }
  }
}
