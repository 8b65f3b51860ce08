package dev.tuningfork.classifier.registry;

/** The registry cannot be used as it is set, and why, in a sentence. */
public final class RegistryException extends RuntimeException {

  private static final long serialVersionUID = 1;

  public RegistryException(String message) {
    super(message);
  }

  public RegistryException(String message, Throwable cause) {
    super(message, cause);
  }
}
