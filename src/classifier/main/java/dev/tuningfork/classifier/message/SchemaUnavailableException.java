package dev.tuningfork.classifier.message;

/**
 * A schema is not available now: the registry does not answer, or rejects the credentials. The
 * message is not the cause: it must be read again later and must not become a dead letter.
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
