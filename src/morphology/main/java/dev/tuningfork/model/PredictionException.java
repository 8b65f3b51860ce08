package dev.tuningfork.model;

/** A batch of images for which a model gives no answer, and why. */
public final class PredictionException extends RuntimeException {

  public PredictionException(String message) {
    super(message);
  }

  public PredictionException(String message, Throwable cause) {
    super(message, cause);
  }
}
