package dev.tuningfork.image;

import java.nio.ByteBuffer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import nom.tam.fits.Header;

/**
 * The table that holds a tile-compressed image (FITS standard 4.0, sections 7.3 and 10.1). Each of
 * its rows is a tile and points into a heap, and a reader believes the size of a tile and allocates
 * whatever a pointer says: so these are checked here first.
 */
final class FitsTiles {

  /** TFORMn: a repeat count, a type, and for pointers the type that they point to. */
  private static final Pattern FORMAT = Pattern.compile("(\\d{0,9})([A-Z])([A-Z]?).*");

  private static final short HCOMPRESS_CODE = (short) 0xdd99;
  private static final int HCOMPRESS_HEADER = 25;

  private FitsTiles() {}

  /** Whether there is a row for each tile, and all that the rows point to lies within the heap. */
  static boolean fit(byte[] bytes, FitsHdu hdu) {
    return isRowForEachTile(hdu.header()) && isHeapEnough(bytes, hdu);
  }

  private static boolean isRowForEachTile(Header header) {
    long tiles = 1;
    for (int axis = 1; axis <= header.getIntValue("ZNAXIS", 0); axis++) {
      long length = header.getLongValue("ZNAXIS" + axis, 0);
      long tile = header.getLongValue("ZTILE" + axis, axis == 1 ? length : 1);
      if (length < 1 || tile < 1) {
        return false;
      }
      tiles *= Math.ceilDiv(length, tile);
    }
    return tiles == header.getLongValue("NAXIS2", 0);
  }

  /** Also altogether: otherwise many rows could share one large piece of it. */
  private static boolean isHeapEnough(byte[] bytes, FitsHdu hdu) {
    Header header = hdu.header();
    int width = header.getIntValue("NAXIS1", 0);
    int rows = header.getIntValue("NAXIS2", 0);
    long heap = hdu.dataSize() - header.getLongValue("THEAP", (long) width * rows);
    ByteBuffer table = ByteBuffer.wrap(bytes, hdu.dataOffset(), hdu.dataSize()).slice();
    long pointedTo = 0;
    long column = 0;
    for (int field = 1; field <= header.getIntValue("TFIELDS", 0); field++) {
      Matcher format = FORMAT.matcher(header.getStringValue("TFORM" + field, "").strip());
      if (!format.matches()) {
        return false;
      }
      int repeat = format.group(1).isEmpty() ? 1 : Integer.parseInt(format.group(1));
      String type = format.group(2);
      long size = (long) repeat * bytes(type);
      if (column + size > width) {
        return false;
      }
      if (repeat > 0 && (type.equals("P") || type.equals("Q"))) {
        for (int row = 0; row < rows; row++) {
          int at = (int) (row * (long) width + column);
          long count = type.equals("P") ? table.getInt(at) : table.getLong(at);
          long offset = type.equals("P") ? table.getInt(at + 4) : table.getLong(at + 8);
          if (count < 0 || offset < 0 || count > heap || offset > heap) {
            return false;
          }
          long end = offset + count * bytes(format.group(3));
          pointedTo += end - offset;
          if (end > heap || pointedTo > heap) {
            return false;
          }
          if (isHcompressed(header, field)
              && count > 0
              && !isSoundHcompress(
                  table, (int) (hdu.dataSize() - heap + offset), (int) count, header)) {
            return false;
          }
        }
      }
      column += size;
    }
    return true;
  }

  private static boolean isHcompressed(Header header, int field) {
    return header.getStringValue("ZCMPTYPE", "").strip().equals("HCOMPRESS_1")
        && header.getStringValue("TTYPE" + field, "").strip().equals("COMPRESSED_DATA");
  }

  /**
   * An HCOMPRESS tile says its size and its bit planes itself (section 10.4.4: a code, two sides, a
   * scale, a sum, three depths), and a reader who believes a side of 0 counts for minutes.
   */
  private static boolean isSoundHcompress(ByteBuffer table, int at, int count, Header header) {
    long pixels = 1;
    for (int axis = 1; axis <= header.getIntValue("ZNAXIS", 0); axis++) {
      long length = header.getLongValue("ZNAXIS" + axis, 0);
      pixels *= Math.min(length, header.getLongValue("ZTILE" + axis, axis == 1 ? length : 1));
    }
    if (count < HCOMPRESS_HEADER || table.getShort(at) != HCOMPRESS_CODE) {
      return false;
    }
    int width = table.getInt(at + 2);
    int height = table.getInt(at + 6);
    for (int quadrant = 0; quadrant < 3; quadrant++) {
      int depth = table.get(at + 22 + quadrant);
      if (depth < 0 || depth > Long.SIZE) {
        return false;
      }
    }
    return width > 0 && height > 0 && (long) width * height <= pixels;
  }

  /** FITS standard 4.0, table 18; bits and unknown types count as a byte. */
  private static int bytes(String type) {
    return switch (type) {
      case "I" -> 2;
      case "J", "E" -> 4;
      case "K", "D", "C", "P" -> 8;
      case "M", "Q" -> 16;
      default -> 1;
    };
  }
}
