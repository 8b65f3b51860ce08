package dev.tuningfork.classifier.batch;

import dev.tuningfork.classifier.batch.Batcher.Preparation;
import dev.tuningfork.image.InputSpec;
import dev.tuningfork.model.MorphologyModel;
import java.util.function.Function;

/**
 * Which model serves, and its exchange for another.
 *
 * <p>Invariant: a model that {@link #acquire} returns is not closed before it is released.
 *
 * <p>Safe for use by many threads at once.
 */
final class ModelExchange {

  private final Function<InputSpec, Preparation> preparations;
  private volatile ServedModel serving;
  private boolean exchanged;

  /**
   * @param preparations how images are prepared for a model of this input
   * @param first closed by this class only once another model serves
   */
  ModelExchange(Function<InputSpec, Preparation> preparations, MorphologyModel first) {
    this.preparations = preparations;
    serving = new ServedModel(first, preparations.apply(first.input()));
  }

  ServedModel serving() {
    return serving;
  }

  /** The model that serves, for an image that is to be released from it later. */
  ServedModel acquire() {
    while (true) {
      ServedModel served = serving;
      served.acquire();
      if (served == serving) {
        return served;
      }
      served.release(); // exchanged in between, so it may be closed already
    }
  }

  /**
   * Lets another model serve.
   *
   * @param model from now on this class's to close
   */
  synchronized void serve(MorphologyModel model) {
    ServedModel before = serving;
    serving = new ServedModel(model, preparations.apply(model.input()));
    exchanged = true;
    before.retire();
  }

  /** Closes the model that serves, where it is not the first one. */
  synchronized void close() {
    if (exchanged) {
      serving.model.close();
    }
  }
}
