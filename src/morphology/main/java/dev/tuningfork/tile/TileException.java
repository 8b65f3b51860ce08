package dev.tuningfork.tile;

/**
 * A tile that cannot be used, and why, in a sentence that names the file. It concerns every galaxy
 * of the tile. What concerns one galaxy alone is a {@link dev.tuningfork.image.ImageException}.
 */
public final class TileException extends Exception {

  public TileException(String message) {
    super(message);
  }

  public TileException(String message, Throwable cause) {
    super(message, cause);
  }
}
