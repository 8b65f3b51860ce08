package dev.tuningfork.tile;

import dev.tuningfork.image.FileParts;
import dev.tuningfork.image.FitsImage;
import dev.tuningfork.image.FitsImage.Piece;
import dev.tuningfork.image.ImageException;
import dev.tuningfork.image.Wcs;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
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

  private static final int GZIP = 0x1f8b;

  private final TileSource source;
  private final TileCache cache;
  private final MappedFile file;

  /** What was decompressed, to be deleted; null where the source itself is mapped. */
  private final @Nullable Path scratch;

  /** Of the source at the time of opening. */
  private final BasicFileAttributes attributes;

  private final FitsImage image;
  private final @Nullable FitsImage mask;
  private final Wcs wcs;

  private Tile(
      TileSource source,
      TileCache cache,
      MappedFile file,
      @Nullable Path scratch,
      BasicFileAttributes attributes,
      FitsImage.Opened opened,
      Wcs wcs) {
    this.source = source;
    this.cache = cache;
    this.file = file;
    this.scratch = scratch;
    this.attributes = attributes;
    this.image = opened.image();
    this.mask = opened.mask();
    this.wcs = wcs;
  }

  /**
   * Opens a tile.
   *
   * @throws TileException if the file is missing, truncated or no FITS file, has no such HDU, or
   *     the image has no celestial coordinates that can be used
   */
  public static Tile open(TileSource source, TileCache cache) throws TileException {
    Path scratch = null;
    MappedFile mapped = null;
    try {
      BasicFileAttributes attributes =
          Files.readAttributes(source.file(), BasicFileAttributes.class);
      scratch = isGzipped(source) ? inflated(source, cache) : null;
      mapped = MappedFile.open(scratch == null ? source.file() : scratch);
      FitsImage.Opened opened =
          FitsImage.open(
              mapped.bytes(),
              scratch == null ? source.parts() : FileParts.ALL,
              source.hdu(),
              source.plane(),
              source.mask());
      Wcs wcs = usable(source, opened.image().wcs());
      return new Tile(source, cache, mapped, scratch, attributes, opened, wcs);
    } catch (TileException | ImageException | IOException e) {
      discard(mapped, scratch);
      throw e instanceof TileException own
          ? own
          : new TileException(
              e instanceof NoSuchFileException
                  ? "The tile %s does not exist.".formatted(source)
                  : "The tile %s cannot be read: %s".formatted(source, e.getMessage()),
              e);
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

  private static boolean isGzipped(TileSource source) throws IOException, ImageException {
    source.parts().need(0, 2);
    try (InputStream in = Files.newInputStream(source.file())) {
      return ((in.read() << 8) | in.read()) == GZIP;
    }
  }

  private static Path inflated(TileSource source, TileCache cache)
      throws IOException, ImageException {
    source.parts().need(0, Files.size(source.file()));
    return cache.inflated(source.file());
  }

  private static void discard(@Nullable MappedFile mapped, @Nullable Path scratch) {
    if (mapped != null) {
      mapped.close();
    }
    if (scratch != null) {
      scratch.toFile().delete();
    }
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
    requireUnchanged();
    need(x, y, width, height);
    try {
      read(image, x, y, width, height, into, at, stride);
      int saturated = clear(width, height, into, at, stride);
      if (mask != null) {
        float[] bits = new float[width * height];
        read(mask, x, y, width, height, bits, 0, width);
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
      requireUnchanged();
    }
  }

  private void need(int x, int y, int width, int height) throws TileException {
    if (source.remote() == null || scratch != null) {
      return;
    }
    List<FileParts.Span> spans = new ArrayList<>(image.spans(x, y, width, height));
    if (mask != null) {
      spans.addAll(mask.spans(x, y, width, height));
    }
    try {
      source.remote().need(spans);
    } catch (ImageException e) {
      throw new TileException(
          "The tile %s cannot be read: %s".formatted(source, e.getMessage()), e);
    }
  }

  /** Whether the file is the one that was opened: it has not changed since, nor is it gone. */
  boolean isUnchanged() {
    if (source.remote() != null) {
      return source.remote().isCurrent();
    }
    try {
      BasicFileAttributes now = Files.readAttributes(source.file(), BasicFileAttributes.class);
      return now.size() == attributes.size()
          && now.lastModifiedTime().equals(attributes.lastModifiedTime());
    } catch (IOException gone) {
      return false;
    }
  }

  private void requireUnchanged() throws TileException {
    if (!isUnchanged()) {
      throw new TileException(
          "The tile %s has changed while it was read. Start again once it is complete."
              .formatted(source));
    }
  }

  private void read(
      FitsImage from, int x, int y, int width, int height, float[] into, int at, int stride)
      throws ImageException {
    if (!from.isCompressed()) {
      for (int row = 0; row < height; row++) {
        from.readRow(x, y + row, width, into, at + row * stride);
        file.wasRead(from.offset(x, y + row), (long) width * from.pixelBytes());
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

  /** Makes what is not finite NaN, and counts what is full. */
  private int clear(int width, int height, float[] into, int at, int stride) {
    float full = (float) image.saturation();
    int saturated = 0;
    for (int row = 0; row < height; row++) {
      int from = at + row * stride;
      for (int i = from; i < from + width; i++) {
        if (!(Math.abs(into[i]) < full)) {
          boolean finite = Float.isFinite(into[i]);
          saturated += finite && into[i] >= full ? 1 : 0;
          into[i] = finite ? into[i] : Float.NaN;
        }
      }
    }
    return saturated;
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
    discard(file, scratch);
  }
}
