package dev.tuningfork.tile;

import dev.tuningfork.image.FileParts;
import dev.tuningfork.image.FitsImage;
import dev.tuningfork.image.FitsImage.Piece;
import dev.tuningfork.image.ImageException;
import dev.tuningfork.image.Wcs;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

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

  private final TileSource source;
  private final TileCache cache;
  private final OpenFile file;
  private final FitsImage image;
  private final @Nullable FitsImage mask;

  /** That of the image, or one of its own. */
  private final OpenFile maskFile;

  private final Wcs wcs;

  private Tile(
      TileSource source,
      TileCache cache,
      OpenFile file,
      FitsImage image,
      @Nullable FitsImage mask,
      OpenFile maskFile,
      Wcs wcs) {
    this.source = source;
    this.cache = cache;
    this.file = file;
    this.image = image;
    this.mask = mask;
    this.maskFile = maskFile;
    this.wcs = wcs;
  }

  /**
   * Opens a tile.
   *
   * @throws TileException if a file is missing, truncated or no FITS file, has no such HDU, the
   *     image has no celestial coordinates that can be used, or the mask has another size
   */
  public static Tile open(TileSource source, TileCache cache) throws TileException {
    Path opening = source.file();
    OpenFile file = null;
    OpenFile maskFile = null;
    try {
      file = OpenFile.open(opening, source.parts(), cache);
      FitsImage.Opened opened =
          FitsImage.open(
              file.bytes(),
              file.isCopy() ? FileParts.ALL : source.parts(),
              source.hdu(),
              source.plane(),
              source.maskFile() == null ? source.mask() : "");
      FitsImage image = opened.image();
      FitsImage mask = opened.mask();
      Wcs wcs = usable(source, image.wcs());
      if (source.maskFile() != null) {
        opening = source.maskFile();
        maskFile = OpenFile.open(opening, FileParts.ALL, cache);
        mask = image.maskOf(maskFile.bytes(), source.mask());
      }
      return new Tile(source, cache, file, image, mask, maskFile == null ? file : maskFile, wcs);
    } catch (TileException | ImageException | IOException e) {
      close(file);
      close(maskFile);
      throw e instanceof TileException own ? own : failure(source, opening, e);
    } catch (RuntimeException | Error e) {
      close(file);
      close(maskFile);
      throw e;
    }
  }

  private static TileException failure(TileSource source, Path opening, Exception e) {
    String what =
        opening.equals(source.file())
            ? "The tile " + source
            : "The mask %s of the tile %s".formatted(opening, source);
    return new TileException(
        e instanceof NoSuchFileException
            ? what + " does not exist."
            : what + " cannot be read: " + e.getMessage(),
        e);
  }

  private static void close(@Nullable OpenFile file) {
    if (file != null) {
      file.close();
    }
  }

  private static Wcs usable(TileSource source, @Nullable Wcs wcs) throws TileException {
    if (wcs == null) {
      throw new TileException(
          ("The tile %s has no celestial coordinates (CTYPE), so galaxies cannot be found in it."
                  + " Choose the HDU that has them.")
              .formatted(source));
    }
    if (wcs.problem() != null) {
      throw new TileException(
          "The celestial coordinates of the tile %s cannot be used: %s."
              .formatted(source, wcs.problem()));
    }
    return wcs;
  }

  public TileSource source() {
    return source;
  }

  /** The name of the HDU that holds the image (EXTNAME), or without one its index. */
  public String hdu() {
    return image.name();
  }

  /** The number of columns. */
  public int width() {
    return image.width();
  }

  /** The number of rows. */
  public int height() {
    return image.height();
  }

  public Wcs wcs() {
    return wcs;
  }

  /** The filter that the header names (FILTER, BAND and their kin), or empty. */
  public String filter() {
    return image.filter();
  }

  /**
   * Reads a rectangle that lies within the image.
   *
   * @param into gets width × height numbers from index 0, row by row from the lowest: physical
   *     values, NaN where they are undefined or the mask says that there are no data
   * @return how many of the pixels are saturated
   * @throws TileException if the file has changed since it was opened, or is damaged there
   */
  public int read(int x, int y, int width, int height, float[] into) throws TileException {
    return read(x, y, width, height, into, 0, width);
  }

  /**
   * The same into a part of an array.
   *
   * @param at where the lowest row begins
   * @param stride from a row to the next one above; may be negative
   */
  int read(int x, int y, int width, int height, float[] into, int at, int stride)
      throws TileException {
    if (x < 0 || y < 0 || width > width() - x || height > height() - y) {
      throw new IllegalArgumentException(
          "%d×%d pixels from (%d, %d) are not within %d×%d."
              .formatted(width, height, x, y, width(), height()));
    }
    need(x, y, width, height);
    try {
      read(file, image, x, y, width, height, into, at, stride);
      int saturated = 0;
      for (int row = 0; row < height; row++) {
        saturated += image.clear(into, at + row * stride, width);
      }
      if (mask != null) {
        float[] bits = new float[width * height];
        read(maskFile, mask, x, y, width, height, bits, 0, width);
        saturated += apply(bits, width, height, into, at, stride);
      }
      return saturated;
    } catch (ImageException damaged) {
      throw new TileException(
          "The tile %s is damaged: %s".formatted(source, damaged.getMessage()), damaged);
    } catch (InternalError fault) { // how the JVM reports a mapped page that is no longer there
      throw new TileException(
          "The tile %s was truncated while it was read.".formatted(source), fault);
    } finally {
      requireUnchanged(); // also tells of a change before the read
    }
  }

  private void need(int x, int y, int width, int height) throws TileException {
    if (source.remote() == null || file.isCopy()) {
      return;
    }
    List<FileParts.Span> spans = new ArrayList<>(image.spans(x, y, width, height));
    if (mask != null && maskFile == file) {
      spans.addAll(mask.spans(x, y, width, height));
    }
    try {
      source.remote().need(spans);
    } catch (ImageException e) {
      throw new TileException(
          "The tile %s cannot be read: %s".formatted(source, e.getMessage()), e);
    }
  }

  /** Whether the files are those that were opened: none has changed since, or is gone. */
  boolean isUnchanged() {
    return (source.remote() != null ? source.remote().isCurrent() : file.isUnchanged())
        && (maskFile == file || maskFile.isUnchanged());
  }

  private void requireUnchanged() throws TileException {
    if (!isUnchanged()) {
      throw new TileException(
          "The tile %s has changed while it was read. Start again once it is complete."
              .formatted(source));
    }
  }

  private void read(
      OpenFile of,
      FitsImage from,
      int x,
      int y,
      int width,
      int height,
      float[] into,
      int at,
      int stride)
      throws ImageException {
    if (!from.isCompressed()) {
      from.read(x, y, width, height, into, at, stride);
      for (int row = 0; row < height; row++) {
        of.wasRead(from.offset(x, y + row), (long) width * from.pixelBytes());
      }
      return;
    }
    for (int row = y; row < y + height; ) {
      int top = y + height;
      for (int column = x; column < x + width; ) {
        Piece piece = cache.piece(from, column, row);
        int right = Math.min(x + width, piece.x() + piece.width());
        top = Math.min(y + height, piece.y() + piece.height());
        for (int line = row; line < top; line++) {
          System.arraycopy(
              piece.values(),
              (line - piece.y()) * piece.width() + column - piece.x(),
              into,
              at + (line - y) * stride + column - x,
              right - column);
        }
        column = right;
      }
      row = top;
    }
  }

  private static int apply(float[] bits, int width, int height, float[] into, int at, int stride) {
    int saturated = 0;
    for (int row = 0; row < height; row++) {
      for (int i = 0; i < width; i++) {
        int bit = (int) bits[row * width + i];
        if ((bit & FitsImage.UNDEFINED) != 0) {
          into[at + row * stride + i] = Float.NaN;
        }
        saturated += (bit & FitsImage.FULL) != 0 ? 1 : 0;
      }
    }
    return saturated;
  }

  /** Hands the file and what was decompressed of it back. */
  @Override
  public void close() {
    cache.forget(image);
    if (mask != null) {
      cache.forget(mask);
    }
    file.close();
    if (maskFile != file) {
      maskFile.close();
    }
  }
}
