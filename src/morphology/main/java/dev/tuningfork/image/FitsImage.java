package dev.tuningfork.image;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import nom.tam.fits.Header;
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

  /** Parts of the names of mask bits that mean that a pixel has no data. */
  private static final Set<String> NO_DATA = Set.of("NO_DATA", "NODATA", "BLANK");

  /** How nom-tam-fits begins the names of keywords that are longer than 8 letters. */
  private static final Pattern LONG_KEYWORD = Pattern.compile("^HIERARCH\\.");

  private static final Set<String> SATURATED = Set.of("SAT", "SATURATED");

  /** The value of a mask's pixel that has no data, and of one that is saturated: both may be. */
  public static final int UNDEFINED = 1;

  /** See {@link #UNDEFINED}. */
  public static final int FULL = 2;

  private final FitsHdu hdu;
  private final int width;
  private final int height;
  private final int plane;
  private final @Nullable FitsPixels plain;
  private final @Nullable FitsTiles tiles;
  private final @Nullable Bits bits;
  private final @Nullable Wcs wcs;
  private final double saturation;

  /**
   * Which bits of a mask count.
   *
   * @param undefined those that mean that a pixel has no data
   * @param full those that mean that it is saturated
   */
  private record Bits(long undefined, long full) {
    float of(double stored) {
      long value = (long) stored;
      return ((value & undefined) != 0 ? UNDEFINED : 0) + ((value & full) != 0 ? FULL : 0);
    }
  }

  private FitsImage(MemorySegment file, FitsHdu hdu, int plane, @Nullable Bits bits)
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
    this.tiles = hdu.isCompressed() ? FitsTiles.of(file, hdu) : null;
    this.plain = tiles == null ? FitsPixels.ofPlain(file, hdu, width, height) : null;
    this.wcs = hdu.wcs();
    this.saturation = FitsPixels.saturation(hdu);
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
   * @param file the whole file
   * @param wanted the HDU, as {@link ImageDescription#hdu} names it; null for the picture
   * @param plane of a cube, from 0
   * @param mask the HDU of the mask; null for one called MASK, if there is one; empty for none
   * @throws ImageException if the file is no FITS file or truncated, or has no such HDU or image
   */
  public static Opened open(
      MemorySegment file, @Nullable String wanted, int plane, @Nullable String mask)
      throws ImageException {
    List<FitsHdu> hdus = new ArrayList<>();
    long offset = 0;
    while (offset >= 0) {
      FitsHdu hdu = FitsHdu.at(file, offset, hdus.size());
      hdu.checkHeld(file);
      hdus.add(hdu);
      offset = hdu.isFollowed(file) ? hdu.end() : -1;
    }
    FitsImage image = new FitsImage(file, FitsFile.chosen(hdus, wanted), plane, null);
    FitsHdu ofMask = mask(hdus, mask);
    if (ofMask == null || ofMask.index() == image.hdu.index()) {
      return new Opened(image, null);
    }
    Bits bits = mask == null ? bits(ofMask.header()) : anyBit(ofMask.header());
    if (bits == null) {
      return new Opened(image, null);
    }
    FitsImage opened = new FitsImage(file, ofMask, 0, bits);
    if (opened.width != image.width || opened.height != image.height) {
      throw new ImageException(
          "The mask in FITS HDU %d is %d×%d pixels, and the image is %d×%d."
              .formatted(ofMask.index(), opened.width, opened.height, image.width, image.height));
    }
    return new Opened(image, opened);
  }

  private static @Nullable FitsHdu mask(List<FitsHdu> hdus, @Nullable String wanted)
      throws ImageException {
    if (wanted == null) {
      return hdus.stream().filter(hdu -> hdu.isCalled("MASK")).findFirst().orElse(null);
    }
    return wanted.isEmpty() ? null : FitsFile.chosen(hdus, wanted);
  }

  /** Those that the header names, or else all of them as pixels without data. */
  private static Bits anyBit(Header header) {
    Bits named = bits(header);
    return named == null ? new Bits(-1, 0) : named;
  }

  /**
   * Rubin and HSC write the number of a bit as MP_NO_DATA, and Rubin's later files numbered names
   * (MSKN0000) and values (MSKM0000), as Pan-STARRS does (MSKNAM00 and MSKVAL00).
   */
  private static @Nullable Bits bits(Header header) {
    long undefined = 0;
    long full = 0;
    boolean named = false;
    for (var cards = header.iterator(); cards.hasNext(); ) {
      var card = cards.next();
      String key = LONG_KEYWORD.matcher(card.getKey().toUpperCase(Locale.ROOT)).replaceFirst("");
      String name = "";
      long bit = 0;
      if (key.startsWith("MP_")) {
        name = key.substring(3);
        bit = 1L << header.getIntValue(card.getKey(), 0);
      } else if (key.startsWith("MSKN")) {
        boolean panStarrs = key.startsWith("MSKNAM");
        name = header.getStringValue(card.getKey(), "").strip().toUpperCase(Locale.ROOT);
        bit =
            header.getLongValue(
                panStarrs ? "MSKVAL" + key.substring(6) : "MSKM" + key.substring(4), 0);
      }
      named |= bit != 0;
      undefined |= NO_DATA.contains(name) ? bit : 0;
      full |= SATURATED.contains(name) ? bit : 0;
    }
    return named ? new Bits(undefined, full) : null;
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

  /** The flux from which on a pixel is full; infinite where the file does not say. */
  public double saturation() {
    return saturation;
  }

  /** Whether it is tile-compressed, and so is read by its pieces. */
  public boolean isCompressed() {
    return tiles != null;
  }

  /** Bytes of a pixel in the file, where it is not compressed. */
  public int pixelBytes() {
    return Math.abs(hdu.bitpix()) / 8;
  }

  /** Where a pixel of a plain image is in the file, in bytes. */
  public long offset(int x, int y) {
    return hdu.dataOffset() + (((long) plane * height + y) * width + x) * pixelBytes();
  }

  /**
   * Reads a part of a row of a plain image.
   *
   * @param into gets the physical values, NaN where they are undefined; of a mask, {@link
   *     #UNDEFINED} and {@link #FULL}
   * @param at the index of the first
   */
  public void readRow(int x, int y, int count, float[] into, int at) {
    if (plain == null) {
      throw new IllegalStateException("A tile-compressed image is read by its pieces.");
    }
    read(plain, plane, y, x, count, into, at);
  }

  private void read(FitsPixels from, int of, int y, int x, int count, float[] into, int at) {
    if (bits == null) {
      from.read(of, y, x, count, into, at);
      return;
    }
    double[] stored = from.flux(of, y, x, 1, count);
    for (int i = 0; i < count; i++) {
      into[at + i] = bits.of(stored[i]);
    }
  }

  /**
   * A decompressed tile of the image.
   *
   * @param x its first column in the image
   * @param y its first row in the image
   * @param width how many columns it has
   * @param values row by row from the lowest, as {@link #readRow} gives them
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
    return tiles().tileOf(x, y, plane);
  }

  /** The columns of a piece, but for those at the right edge. */
  public int pieceWidth() {
    return tiles().tileShape()[0];
  }

  /** The rows of a piece, but for those at the upper edge. */
  public int pieceHeight() {
    return tiles().tileShape()[1];
  }

  /**
   * Decompresses the piece that holds a pixel.
   *
   * @throws ImageException if it is damaged
   */
  public Piece piece(int x, int y) throws ImageException {
    int[] shape = tiles().tileShape();
    int left = x / shape[0] * shape[0];
    int bottom = y / shape[1] * shape[1];
    int columns = Math.min(shape[0], width - left);
    int rows = Math.min(shape[1], height - bottom);
    FitsPixels pixels =
        FitsPixels.ofTiles(tiles().unpacked(pieceOf(x, y)), hdu, tiles(), columns, rows);
    float[] values = new float[columns * rows];
    for (int row = 0; row < rows; row++) {
      read(pixels, plane % shape[2], row, 0, columns, values, row * columns);
    }
    return new Piece(left, bottom, columns, values);
  }

  private FitsTiles tiles() {
    if (tiles == null) {
      throw new IllegalStateException("An image that is not compressed has no pieces.");
    }
    return tiles;
  }
}
