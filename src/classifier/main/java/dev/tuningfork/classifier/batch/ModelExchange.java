package dev.tuningfork.classifier.batch;

/**
 * Which model serves, and its exchange for another.
 *
 * <p>Invariant: a model that {@link #acquire} returns is not closed before it is released.
 *
 * <p>Safe for use by many threads at once.
 */
final class ModelExchange {

  private volatile ServedModel serving;
  private boolean exchanged;

  /**
   * @param first closed by this class only once another model serves
   */
  ModelExchange(ServedModel first) {
    serving = first;
  }

  ServedModel serving() {
    return serving;
  }

  /** The model that serves, for an image that is to be released from it later. */
  ServedModel acquire() {
    ServedModel served = serving;
    while (!served.acquire()) { // it was exchanged in between, and closed
      served = serving;
    }
    return served;
  }

  /**
   * Lets another model serve.
   *
   * @param next from now on this class's to close
   */
  synchronized void serve(ServedModel next) {
    ServedModel before = serving;
    serving = next;
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
