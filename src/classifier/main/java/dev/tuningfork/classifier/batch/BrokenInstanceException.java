package dev.tuningfork.classifier.batch;

/**
 * This instance cannot continue, and no image is to blame. The message is one sentence or more;
 * what is in flight stays in the ledger.
 */
public final class BrokenInstanceException extends RuntimeException {

  public BrokenInstanceException(String message, Throwable cause) {
    super(message, cause);
  }
}
