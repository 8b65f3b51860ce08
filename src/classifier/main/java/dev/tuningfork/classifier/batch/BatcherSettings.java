package dev.tuningfork.classifier.batch;

/**
 * How much a {@link Batcher} holds and does at once.
 *
 * @param queue the most images that wait to be fetched
 * @param fetchers how many images are fetched at once; each holds the bytes of one image
 * @param decoders how many images are decoded at once, one thread each
 * @param batch the most images in one forward pass; a model may take fewer
 */
public record BatcherSettings(int queue, int fetchers, int decoders, int batch) {

  public BatcherSettings {
    positive("queue", queue);
    positive("fetchers", fetchers);
    positive("decoders", decoders);
    positive("batch", batch);
  }

  private static void positive(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + " must be at least 1, not " + value + ".");
    }
  }
}
