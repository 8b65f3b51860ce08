package dev.tuningfork.classifier.message;

import java.util.Locale;

/** Whether the same reference may succeed if it is tried again. */
public enum FailureKind {
  /** The same reference will always fail: it, or what it points to, is wrong. */
  PERMANENT,
  /** The reference may succeed later: something on the way was out of order, and stayed so. */
  TRANSIENT;

  /** The word in a dead letter's header. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
