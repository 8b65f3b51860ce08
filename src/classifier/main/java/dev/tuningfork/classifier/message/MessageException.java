package dev.tuningfork.classifier.message;

/** A message that cannot be read, and why, in a sentence that names the field. */
public final class MessageException extends Exception {

  public MessageException(String message) {
    super(message);
  }

  public MessageException(String message, Throwable cause) {
    super(message, cause);
  }
}
