package dev.tuningfork.tile;

import dev.tuningfork.image.Wcs;

/**
 * A large image of the sky in one band, in a local FITS file that is read rectangle by rectangle
 * and never held in memory as a whole.
 *
 * <ul>
 *   <li>An uncompressed file is mapped. The pages that were read are handed back to the system in
 *       good time.
 *   <li>A tile-compressed image is decompressed one compressed tile at a time, into a {@link
 *       TileCache}.
 *   <li>A gzipped file is decompressed once, into a file in the cache's scratch folder.
 * </ul>
 *
 * <p>Rows count from the lowest, which is the first of the file. Thread-safe. No read may be under
 * way when it is closed.
 */
public final class Tile implements AutoCloseable {

  /**
   * Opens a tile.
   *
   * @throws TileException if the file is missing, truncated or no FITS file, has no such HDU, or
   *     the image has no celestial coordinates that can be used
   */
  public static Tile open(TileSource source, TileCache cache) throws TileException {
    throw new UnsupportedOperationException();
  }

  public TileSource source() {
    throw new UnsupportedOperationException();
  }

  /** The name of the HDU that holds the image (EXTNAME), or without one its index. */
  public String hdu() {
    throw new UnsupportedOperationException();
  }

  /** The number of columns. */
  public int width() {
    throw new UnsupportedOperationException();
  }

  /** The number of rows. */
  public int height() {
    throw new UnsupportedOperationException();
  }

  public Wcs wcs() {
    throw new UnsupportedOperationException();
  }

  /** The filter that the header names (FILTER, BAND and their kin), or empty. */
  public String filter() {
    throw new UnsupportedOperationException();
  }

  /**
   * Reads a rectangle that lies within the image.
   *
   * @param into gets width × height numbers from index 0, row by row from the lowest: physical
   *     values, NaN where they are undefined or the mask says that there are no data
   * @throws TileException if the file has changed since it was opened, or is damaged there
   */
  public void read(int x, int y, int width, int height, float[] into) throws TileException {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {
    throw new UnsupportedOperationException();
  }
}
