package dev.tuningfork.tile;

import java.nio.file.Path;

/**
 * What tiles share: a bounded memory of decompressed pieces, least recently used first out, and a
 * folder for files that are decompressed as a whole. Thread-safe.
 */
public final class TileCache {

  /**
   * A cache.
   *
   * @param bytes the most bytes of decompressed pixels that are kept
   * @param scratch an existing folder for decompressed files, each deleted when its tile is closed
   */
  public TileCache(long bytes, Path scratch) {
    throw new UnsupportedOperationException();
  }

  /** A cache of a quarter of the heap, and the system's folder for temporary files. */
  public static TileCache ofDefaults() {
    throw new UnsupportedOperationException();
  }
}
