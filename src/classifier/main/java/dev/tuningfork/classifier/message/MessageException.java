package dev.tuningfork.classifier.message;

/** A message that cannot be read, and why, in a sentence that names the field. */
public final class MessageException extends Exception {

  MessageException(String message) {
    super(message);
  }

  MessageException(String message, Throwable cause) {
    super(message, cause);
  }
}
