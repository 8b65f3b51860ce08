package dev.tuningfork.classifier;

/**
 * A service that a start needs does not answer, and may later; a sentence says which, and where.
 */
final class UnreachableException extends RuntimeException {

  private static final long serialVersionUID = 1;

  UnreachableException(String message, Throwable cause) {
    super(message, cause);
  }
}
