package dev.tuningfork.classifier.message;

/**
 * A schema cannot be told now: the registry does not answer, or refuses whoever asks. It says
 * nothing about the message, which must be read again later and not be given up.
 */
public final class SchemaUnavailableException extends RuntimeException {

  private static final long serialVersionUID = 1;

  public SchemaUnavailableException(String message) {
    super(message);
  }

  public SchemaUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}
