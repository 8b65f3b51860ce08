package dev.tuningfork.catalogue;

import java.io.IOException;

/** A catalogue that cannot be used at all; its message is a sentence for people. */
public final class CatalogueException extends IOException {

  private static final long serialVersionUID = 1L;

  public CatalogueException(String message) {
    super(message);
  }

  public CatalogueException(String message, Throwable cause) {
    super(message, cause);
  }
}
