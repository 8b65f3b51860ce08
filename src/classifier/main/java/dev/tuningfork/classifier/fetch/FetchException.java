package dev.tuningfork.classifier.fetch;

import dev.tuningfork.classifier.message.FailureKind;
import org.jspecify.annotations.Nullable;

/**
 * An image that cannot be fetched, and why, in a sentence that the reference's publisher
 * understands.
 */
public final class FetchException extends Exception {

  private final FailureKind kind;
  private final int attempts;

  /**
   * @param attempts how many times it was tried before giving up; 0 where it was refused outright
   */
  public FetchException(FailureKind kind, int attempts, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.kind = kind;
    this.attempts = attempts;
  }

  public FailureKind kind() {
    return kind;
  }

  public int attempts() {
    return attempts;
  }
}
