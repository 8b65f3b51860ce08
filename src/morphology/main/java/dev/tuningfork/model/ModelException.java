package dev.tuningfork.model;

/** A model that cannot be used, and why, in a sentence that names the bundle. */
public final class ModelException extends Exception {

  public ModelException(String message) {
    super(message);
  }

  public ModelException(String message, Throwable cause) {
    super(message, cause);
  }
}
