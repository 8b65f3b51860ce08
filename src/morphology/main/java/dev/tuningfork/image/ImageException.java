package dev.tuningfork.image;

/** An image that cannot be used, and why, in a sentence that its sender understands. */
public final class ImageException extends Exception {

  public ImageException(String message) {
    super(message);
  }

  public ImageException(String message, Throwable cause) {
    super(message, cause);
  }
}
