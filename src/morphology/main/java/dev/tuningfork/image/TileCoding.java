package dev.tuningfork.image;

import dev.tuningfork.image.TileTable.Column;
import java.util.List;
import nom.tam.fits.Header;
import org.jspecify.annotations.Nullable;

/**
 * How the pixels of a tile-compressed image are coded (FITS standard 4.0, sections 10.1 and 10.2):
 * what header and table say of all tiles, and of each. Looking something up in a header takes long,
 * so that this is done once for the image. Immutable.
 *
 * <p>Pixels of floating point are quantised where the table has the columns (or keywords) ZSCALE
 * and ZZERO, and otherwise stored without loss, whatever ZQUANTIZ says.
 */
final class TileCoding {

  private final TileTable table;
  private final int bitpix;
  private final String compression;
  private final int riceBlock;
  private final int riceBytes;
  private final boolean smooth;
  private final @Nullable Long mark;
  private final @Nullable Stated scale;
  private final @Nullable Stated zero;
  private final @Nullable Stated blank;
  private final String method;
  private final long seed;

  /** A number of each tile, in a column, or else the same of all. */
  private record Stated(TileTable table, @Nullable Column column, double otherwise) {
    double of(int tile) {
      return column == null ? otherwise : table.number(column, tile);
    }
  }

  /**
   * What the integers of a quantised tile mean.
   *
   * @param blank the integer of undefined pixels; null if there are none
   */
  record Quantised(double scale, double zero, Dither dither, @Nullable Double blank) {}

  TileCoding(TileTable table, Header header, int bitpix) {
    this.table = table;
    this.bitpix = bitpix;
    this.compression = header.getStringValue("ZCMPTYPE", "").strip();
    this.riceBlock = parameter(header, "BLOCKSIZE", 32);
    this.riceBytes = parameter(header, "BYTEPIX", 4);
    this.smooth = parameter(header, "SMOOTH", 0) != 0;
    this.mark = mark(header);
    this.scale = stated(header, "ZSCALE");
    this.zero = stated(header, "ZZERO");
    Stated ofTiles = stated(header, "ZBLANK");
    this.blank =
        ofTiles == null && bitpix < 0 && header.containsKey("BLANK")
            ? new Stated(table, null, header.getDoubleValue("BLANK", 0))
            : ofTiles;
    this.method = header.getStringValue("ZQUANTIZ", "NO_DITHER").strip();
    this.seed = header.getLongValue("ZDITHER0", 1);
  }

  /** A parameter of the compression: ZNAMEn and ZVALn. */
  private static int parameter(Header header, String name, int otherwise) {
    for (int i = 1; header.containsKey("ZNAME" + i); i++) {
      if (header.getStringValue("ZNAME" + i, "").strip().equalsIgnoreCase(name)) {
        return header.getIntValue("ZVAL" + i, otherwise);
      }
    }
    return otherwise;
  }

  private @Nullable Stated stated(Header header, String name) {
    Column column = table.column(name);
    return column == null && !header.containsKey(name)
        ? null
        : new Stated(table, column, header.getDoubleValue(name, 0));
  }

  private @Nullable Long mark(Header header) {
    for (String keyword : List.of("BLANK", "ZBLANK")) {
      if (header.containsKey(keyword)) {
        return header.getLongValue(keyword, 0);
      }
    }
    return table.column("ZBLANK") == null ? null : bitpix == 8 ? 0 : -1L << (bitpix - 1);
  }

  /** The bits of a pixel of the image, negative for floating point. */
  int bitpix() {
    return bitpix;
  }

  /** The name of the algorithm (ZCMPTYPE). */
  String compression() {
    return compression;
  }

  /** Whether HCOMPRESS smooths what it decodes. */
  boolean smooth() {
    return smooth;
  }

  /** The stored integer that means an undefined pixel in the unpacked image, or null. */
  @Nullable Long mark() {
    return mark;
  }

  /** The integers of a tile that is coded by Rice. */
  int[] rice(byte[] compressed, int count) {
    return Rice.decode(compressed, count, riceBlock, riceBytes);
  }

  /** Whether pixels of floating point are quantised, but for tiles where that failed. */
  boolean isQuantised() {
    return bitpix < 0 && scale != null && zero != null;
  }

  /** What the integers of a tile mean; null if it is not quantised. */
  @Nullable Quantised quantised(int tile) {
    if (bitpix > 0 || scale == null || zero == null) {
      return null;
    }
    return new Quantised(
        scale.of(tile), zero.of(tile), Dither.of(method, tile + seed), blank(tile));
  }

  /** The integer that means an undefined pixel in the coded data of a tile, or null. */
  @Nullable Double blank(int tile) {
    return blank == null ? null : (Double) blank.of(tile);
  }
}
