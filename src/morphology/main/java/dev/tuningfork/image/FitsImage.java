package dev.tuningfork.image;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One large image of a FITS file that is mapped into memory, read piece by piece. A piece of a
 * tile-compressed image is a compressed tile; a plain image has no pieces. Immutable, and so
 * thread-safe as long as the file is mapped.
 *
 * <p>Rows count from the lowest, which is the first of the file.
 */
public final class FitsImage {

  private static final List<String> FILTERS = List.of("FILTER", "BAND", "FILTNAM1", "FILTERS");

  /** The value of a mask's pixel that has no data, and of one that is saturated: both may be. */
  public static final int UNDEFINED = 1;

  /** The most rows of a piece that is made of several tiles. */
  private static final int PIECE_ROWS = 16;

  /** The most pixels of such a piece. */
  private static final int PIECE_PIXELS = 1 << 16;

  /** See {@link #UNDEFINED}. */
  public static final int FULL = 2;

  private final FitsHdu hdu;
  private final int width;
  private final int height;
  private final int plane;
  private final @Nullable FitsPixels plain;
  private final @Nullable FitsTiles tiles;
  private final @Nullable MaskBits bits;
  private final @Nullable Wcs wcs;
  private final double saturation;

  // of the header, which takes long to look something up
  private final int pixelBytes;
  private final long data;

  /** Whether compressed tiles hold the physical values themselves, in single precision. */
  private final boolean isSingle;

  private FitsImage(
      MemorySegment file, FileParts parts, FitsHdu hdu, int plane, @Nullable MaskBits bits)
      throws ImageException {
    long[] shape = FitsFile.shape(hdu);
    long planes = shape.length == 3 ? shape[2] : 1;
    if (shape[0] > Integer.MAX_VALUE || shape[1] > Integer.MAX_VALUE) {
      throw new ImageException("The FITS image is %d×%d pixels.".formatted(shape[0], shape[1]));
    }
    if (plane < 0 || plane >= planes) {
      throw new ImageException(
          "The FITS image has %d planes, so there is no plane %d (they count from 0)."
              .formatted(planes, plane));
    }
    this.hdu = hdu;
    this.width = (int) shape[0];
    this.height = (int) shape[1];
    this.plane = plane;
    this.bits = bits;
    if (hdu.isCompressed()) {
      parts.need(hdu.dataOffset(), TileTable.bytesBeforeHeap(hdu.header()));
    }
    this.tiles = hdu.isCompressed() ? FitsTiles.of(file, hdu) : null;
    this.plain = tiles == null ? FitsPixels.ofPlain(file, hdu, width, height) : null;
    this.wcs = hdu.wcs();
    this.saturation = FitsPixels.saturation(hdu);
    this.pixelBytes = Math.abs(hdu.bitpix()) / 8;
    this.data = hdu.dataOffset();
    this.isSingle = bits == null && FitsPixels.isSingle(hdu);
  }

  /**
   * An image of a file, and its mask.
   *
   * @param mask null where the file has none, or its header does not say what its bits mean
   */
  public record Opened(FitsImage image, @Nullable FitsImage mask) {}

  /**
   * Opens an image.
   *
   * @param file the file, in its whole length
   * @param parts makes those parts of it available that are read
   * @param wanted the HDU, as {@link ImageDescription#hdu} names it; null for the picture
   * @param plane of a cube, from 0
   * @param mask the HDU of the mask; null for one called MASK, if there is one; empty for none
   * @throws ImageException if the file is not a FITS file or truncated, or has no such HDU or image
   */
  public static Opened open(
      MemorySegment file,
      FileParts parts,
      @Nullable String wanted,
      int plane,
      @Nullable String mask)
      throws ImageException {
    List<FitsHdu> hdus = hdus(file, parts);
    FitsImage image = new FitsImage(file, parts, FitsFile.chosen(hdus, wanted), plane, null);
    FitsHdu ofMask = mask(hdus, mask);
    if (ofMask == null || ofMask.index() == image.hdu.index()) {
      return new Opened(image, null);
    }
    MaskBits bits = mask == null ? MaskBits.named(ofMask.header()) : MaskBits.any(ofMask.header());
    if (bits == null) {
      return new Opened(image, null);
    }
    return new Opened(image, image.mask(file, parts, ofMask, bits));
  }

  private static List<FitsHdu> hdus(MemorySegment file, FileParts parts) throws ImageException {
    List<FitsHdu> hdus = new ArrayList<>();
    long offset = 0;
    while (offset >= 0) {
      FitsHdu hdu = FitsHdu.at(file, parts, offset, hdus.size());
      hdu.checkHeld(file);
      hdus.add(hdu);
      parts.need(hdu.end(), FitsHdu.BLOCK);
      offset = hdu.isFollowed(file) ? hdu.end() : -1;
    }
    return hdus;
  }

  private FitsImage mask(MemorySegment file, FileParts parts, FitsHdu hdu, MaskBits meaning)
      throws ImageException {
    FitsImage mask = new FitsImage(file, parts, hdu, 0, meaning);
    if (mask.width != width || mask.height != height) {
      throw new ImageException(
          "The mask in FITS HDU %d is %d×%d pixels, and the image is %d×%d."
              .formatted(hdu.index(), mask.width, mask.height, width, height));
    }
    return mask;
  }

  /**
   * Opens a mask of this image in a file of its own.
   *
   * @param file the whole file
   * @param wanted the HDU; null for the first image
   * @throws ImageException if the file is not a FITS file or truncated, has no such HDU or image,
   *     or the mask has another size
   */
  public FitsImage maskOf(MemorySegment file, @Nullable String wanted) throws ImageException {
    List<FitsHdu> hdus = hdus(file, FileParts.ALL);
    FitsHdu first = hdus.stream().filter(FitsHdu::isImage).findFirst().orElse(null);
    FitsHdu chosen = wanted == null && first != null ? first : FitsFile.chosen(hdus, wanted);
    return mask(file, FileParts.ALL, chosen, MaskBits.any(chosen.header()));
  }

  private static @Nullable FitsHdu mask(List<FitsHdu> hdus, @Nullable String wanted)
      throws ImageException {
    if (wanted == null) {
      return hdus.stream().filter(hdu -> hdu.isCalled("MASK")).findFirst().orElse(null);
    }
    return wanted.isEmpty() ? null : FitsFile.chosen(hdus, wanted);
  }

  /** The name of the HDU (EXTNAME), or without one its index. */
  public String name() {
    return hdu.called();
  }

  /** The number of columns. */
  public int width() {
    return width;
  }

  /** The number of rows. */
  public int height() {
    return height;
  }

  /** The celestial coordinates; null where the header has none. */
  public @Nullable Wcs wcs() {
    return wcs;
  }

  /** The filter that the header names, or empty. */
  public String filter() {
    for (String keyword : FILTERS) {
      String filter = hdu.header().getStringValue(keyword, "").strip();
      if (!filter.isEmpty()) {
        return filter;
      }
    }
    return "";
  }

  /**
   * Makes values that are not finite NaN.
   *
   * @return how many of the pixels are saturated, as far as the file says
   */
  public int clear(float[] values, int from, int count) {
    float full = (float) saturation;
    if (Extremes.largest(values, from, from + count) < full) {
      return 0;
    }
    int saturated = 0;
    for (int i = from; i < from + count; i++) {
      boolean finite = Float.isFinite(values[i]);
      saturated += finite && values[i] >= full ? 1 : 0;
      values[i] = finite ? values[i] : Float.NaN;
    }
    return saturated;
  }

  /** Whether it is tile-compressed, and so is read by its pieces. */
  public boolean isCompressed() {
    return tiles != null;
  }

  /** Bytes of a pixel in the file, where it is not compressed. */
  public int pixelBytes() {
    return pixelBytes;
  }

  /** Where a pixel of a plain image is in the file, in bytes. */
  public long offset(int x, int y) {
    return data + (((long) plane * height + y) * width + x) * pixelBytes;
  }

  /** Which parts of the file hold a rectangle, beside those that were needed to open it. */
  public List<FileParts.Span> spans(int x, int y, int width, int height) {
    List<FileParts.Span> spans = new ArrayList<>();
    if (tiles == null) {
      for (int row = y; row < y + height; row++) {
        spans.add(new FileParts.Span(offset(x, row), (long) width * pixelBytes()));
      }
      return spans;
    }
    int[] shape = tiles.grid().tileShape();
    int top = Math.min(this.height, Math.ceilDiv(y + height, pieceRows()) * pieceRows());
    for (int row = y - y % pieceRows(); row < top; row += shape[1]) {
      for (int column = x - x % shape[0]; column < x + width; column += shape[0]) {
        for (FileParts.Span span : tiles.spans(tiles.grid().tileOf(column, row, plane))) {
          spans.add(new FileParts.Span(hdu.dataOffset() + span.from(), span.count()));
        }
      }
    }
    return spans;
  }

  /**
   * Reads a rectangle of a plain image.
   *
   * @param into gets the physical values, NaN where they are undefined; of a mask, {@link
   *     #UNDEFINED} and {@link #FULL}
   * @param at where the lowest row begins
   * @param stride from a row to the next one above; may be negative
   */
  public void read(int x, int y, int columns, int rows, float[] into, int at, int stride) {
    if (plain == null) {
      throw new IllegalStateException("A tile-compressed image is read by its pieces.");
    }
    read(plain, plane, y, x, columns, rows, into, at, stride);
  }

  private void read(
      FitsPixels from,
      int of,
      int y,
      int x,
      int columns,
      int rows,
      float[] into,
      int at,
      int stride) {
    if (bits == null) {
      from.read(of, y, x, columns, rows, into, at, stride);
      return;
    }
    for (int row = 0; row < rows; row++) {
      double[] stored = from.flux(of, y + row, x, 1, columns);
      for (int i = 0; i < columns; i++) {
        into[at + row * stride + i] = bits.of(stored[i]);
      }
    }
  }

  /**
   * A decompressed part of the image.
   *
   * @param x its first column in the image
   * @param y its first row in the image
   * @param width how many columns it has
   * @param values row by row from the lowest, as {@link #read} gives them
   */
  @SuppressWarnings("ArrayRecordComponent") // cached, and never compared
  public record Piece(int x, int y, int width, float[] values) {

    /** How many rows it has. */
    public int height() {
      return values.length / width;
    }
  }

  /** The number of the piece that holds a pixel of a compressed image. */
  public int pieceOf(int x, int y) {
    return tiles().grid().tileOf(x, y - y % pieceRows(), plane);
  }

  /** Rows of pixels are mostly tiles of their own: as many as are worth a piece. */
  private int pieceRows() {
    int[] shape = tiles().grid().tileShape();
    int tiles = Math.min(PIECE_ROWS / shape[1], PIECE_PIXELS / shape[1] / shape[0]);
    return shape[1] * Math.max(1, tiles);
  }

  /**
   * Decompresses the piece that holds a pixel: a compressed tile, or several that lie upon each
   * other.
   *
   * @throws ImageException if it is damaged
   */
  public Piece piece(int x, int y) throws ImageException {
    int[] shape = tiles().grid().tileShape();
    int left = x - x % shape[0];
    int bottom = y - y % pieceRows();
    int columns = Math.min(shape[0], width - left);
    int rows = Math.min(pieceRows(), height - bottom);
    float[] values = new float[columns * rows];
    for (int row = 0; row < rows; row += shape[1]) {
      int number = tiles().grid().tileOf(left, bottom + row, plane);
      decode(number, shape, columns, Math.min(shape[1], rows - row), values, row * columns);
    }
    return new Piece(left, bottom, columns, values);
  }

  private void decode(int number, int[] shape, int columns, int rows, float[] values, int at)
      throws ImageException {
    float[] single = isSingle ? tiles().singles(number) : null;
    if (single != null) {
      System.arraycopy(single, plane % shape[2] * columns * rows, values, at, columns * rows);
      return;
    }
    FitsPixels pixels = FitsPixels.ofTiles(tiles().unpacked(number), hdu, tiles(), columns, rows);
    read(pixels, plane % shape[2], 0, 0, columns, rows, values, at, columns);
  }

  private FitsTiles tiles() {
    if (tiles == null) {
      throw new IllegalStateException("An image that is not compressed has no pieces.");
    }
    return tiles;
  }
}
