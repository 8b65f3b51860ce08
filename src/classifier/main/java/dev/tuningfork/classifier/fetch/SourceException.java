package dev.tuningfork.classifier.fetch;

import dev.tuningfork.classifier.message.FailureKind;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One attempt that failed. The message is the second half of a sentence: "…: the server answered
 * 404".
 */
final class SourceException extends Exception {

  private final FailureKind kind;
  private final Duration retryAfter;
  private final boolean ofChange;

  private SourceException(
      FailureKind kind, String message, Duration retryAfter, @Nullable Throwable cause) {
    this(kind, message, retryAfter, false, cause);
  }

  private SourceException(
      FailureKind kind,
      String message,
      Duration retryAfter,
      boolean ofChange,
      @Nullable Throwable cause) {
    super(message, cause);
    this.kind = kind;
    this.retryAfter = retryAfter;
    this.ofChange = ofChange;
  }

  /** It is no more the file that parts were read of. */
  static SourceException change() {
    return new SourceException(
        FailureKind.PERMANENT,
        "it has changed while parts of it were read",
        Duration.ZERO,
        true,
        null);
  }

  /** The image will be refused however often it is tried. */
  static SourceException permanent(String message, @Nullable Throwable cause) {
    return new SourceException(FailureKind.PERMANENT, message, Duration.ZERO, cause);
  }

  static SourceException permanent(String message) {
    return permanent(message, null);
  }

  /** Another attempt may succeed. */
  static SourceException temporary(String message, @Nullable Throwable cause) {
    return new SourceException(FailureKind.TRANSIENT, message, Duration.ZERO, cause);
  }

  /** Another attempt may succeed, but not before some time. */
  static SourceException temporary(String message, Duration retryAfter) {
    return new SourceException(FailureKind.TRANSIENT, message, retryAfter, null);
  }

  /** The same failure, with words that say how it came to that. */
  SourceException inside(String words) {
    return new SourceException(kind, words + getMessage(), retryAfter, ofChange, this);
  }

  /** Whether it is no more the file that was meant. */
  boolean isOfChange() {
    return ofChange;
  }

  FailureKind kind() {
    return kind;
  }

  /** How long the host asked to be left alone; zero where it did not say. */
  Duration retryAfter() {
    return retryAfter;
  }
}
