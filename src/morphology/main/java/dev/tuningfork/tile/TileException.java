package dev.tuningfork.tile;

import org.jspecify.annotations.Nullable;

/**
 * A tile that cannot be used, and why, in a sentence that names the file. It concerns every galaxy
 * of the tile. What concerns one galaxy alone is a {@link dev.tuningfork.image.ImageException}.
 */
public final class TileException extends Exception {

  private final @Nullable String band;

  public TileException(String message) {
    super(message);
    band = null;
  }

  public TileException(String message, Throwable cause) {
    super(message, cause);
    band = null;
  }

  private TileException(String band, TileException other) {
    super(other.getMessage(), other);
    this.band = band;
  }

  /** The same of a band. */
  TileException of(String name) {
    return new TileException(name, this);
  }

  /** The band whose file it concerns; null where it concerns several, or none is known. */
  public @Nullable String band() {
    return band;
  }
}
