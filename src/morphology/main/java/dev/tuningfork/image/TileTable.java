package dev.tuningfork.image;

import static dev.tuningfork.image.BigEndian.DOUBLE;
import static dev.tuningfork.image.BigEndian.FLOAT;
import static dev.tuningfork.image.BigEndian.INT;
import static dev.tuningfork.image.BigEndian.LONG;
import static dev.tuningfork.image.BigEndian.SHORT;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import nom.tam.fits.Header;
import org.jspecify.annotations.Nullable;

/**
 * A binary table whose rows hold numbers and point into a heap behind them (FITS standard 4.0,
 * section 7.3). Immutable.
 *
 * @param data the rows and the heap
 * @param heap where the heap begins, in bytes
 * @param rowSize how long a row is, in bytes
 * @param rows how many there are
 */
record TileTable(MemorySegment data, long heap, int rowSize, int rows, List<Column> columns) {

  /** TFORMn: a repeat count, a type, and for pointers the type that they point to. */
  private static final Pattern FORMAT = Pattern.compile("(\\d{0,9})([A-Z])([A-Z]?).*");

  /**
   * A column of the table.
   *
   * @param name TTYPEn
   * @param at where it begins in a row, in bytes
   * @param size how long it is in a row, in bytes
   * @param type of its elements
   * @param target what a pointer (type P or Q) points to
   */
  record Column(String name, int at, int size, char type, char target) {
    boolean isPointer() {
      return type == 'P' || type == 'Q';
    }

    /** What kind of numbers it holds or points to. */
    char kind() {
      return isPointer() ? target : type;
    }
  }

  TileTable {
    columns = List.copyOf(columns);
  }

  /** The table that a header describes; null if the data are no such table. */
  static @Nullable TileTable of(MemorySegment data, Header header) {
    long width = header.getIntValue("NAXIS1", 0);
    long rows = header.getIntValue("NAXIS2", 0);
    long heap = header.getLongValue("THEAP", width * rows);
    if (heap < 0 || heap > data.byteSize() || rows * width > data.byteSize()) {
      return null;
    }
    List<Column> columns = new ArrayList<>();
    long at = 0;
    for (int field = 1; field <= header.getIntValue("TFIELDS", 0); field++) {
      Matcher format = FORMAT.matcher(header.getStringValue("TFORM" + field, "").strip());
      if (!format.matches()) {
        return null;
      }
      int repeat = format.group(1).isEmpty() ? 1 : Integer.parseInt(format.group(1));
      char type = format.group(2).charAt(0);
      long size = (long) repeat * bytes(type);
      if (at + size > width) {
        return null;
      }
      if (repeat > 0) {
        String name = header.getStringValue("TTYPE" + field, "").strip().toUpperCase(Locale.ROOT);
        char target = format.group(3).isEmpty() ? 'B' : format.group(3).charAt(0);
        columns.add(new Column(name, (int) at, (int) size, type, target));
      }
      at += size;
    }
    return new TileTable(data, heap, (int) width, (int) rows, columns);
  }

  /** How many bytes of the data are before the heap. */
  static long bytesBeforeHeap(Header header) {
    long rows = (long) header.getIntValue("NAXIS1", 0) * header.getIntValue("NAXIS2", 0);
    return Math.max(rows, header.getLongValue("THEAP", rows));
  }

  /** FITS standard 4.0, table 18; bits and unknown types count as a byte. */
  private static int bytes(char type) {
    return switch (type) {
      case 'I' -> 2;
      case 'J', 'E' -> 4;
      case 'K', 'D', 'C', 'P' -> 8;
      case 'M', 'Q' -> 16;
      default -> 1;
    };
  }

  /**
   * Whether all that the rows point to lies within the heap, also altogether: otherwise many rows
   * could share one large piece of it.
   */
  boolean isHeapEnough() {
    long held = data.byteSize() - heap;
    long pointedTo = 0;
    for (Column column : columns) {
      for (int row = 0; column.isPointer() && row < rows; row++) {
        long count = count(column, row);
        long offset = offset(column, row);
        if (count < 0 || offset < 0 || count > held || offset > held) {
          return false;
        }
        long length = count * bytes(column.target);
        pointedTo += length;
        if (offset + length > held || pointedTo > held) {
          return false;
        }
      }
    }
    return true;
  }

  /** Which parts of the data a row points to. */
  List<FileParts.Span> spans(int row) {
    return columns.stream()
        .filter(Column::isPointer)
        .map(
            column ->
                new FileParts.Span(
                    heap + offset(column, row), count(column, row) * bytes(column.target)))
        .filter(span -> span.count() > 0)
        .toList();
  }

  @Nullable Column column(String name) {
    return columns.stream().filter(column -> column.name.equals(name)).findFirst().orElse(null);
  }

  private long place(Column column, int row) {
    return (long) row * rowSize + column.at;
  }

  private long count(Column pointer, int row) {
    long at = place(pointer, row);
    return pointer.type == 'P' ? data.get(INT, at) : data.get(LONG, at);
  }

  private long offset(Column pointer, int row) {
    long at = place(pointer, row);
    return pointer.type == 'P' ? data.get(INT, at + 4) : data.get(LONG, at + 8);
  }

  /**
   * What a row points to or itself holds: a copy, which the decoders read faster than a mapped
   * file.
   *
   * @return empty where that is nothing, or there is no such column
   */
  byte[] bytes(@Nullable Column column, int row) {
    if (column == null) {
      return new byte[0];
    }
    long at = column.isPointer() ? heap + offset(column, row) : place(column, row);
    long size = column.isPointer() ? count(column, row) * bytes(column.target) : column.size;
    return data.asSlice(at, size).toArray(ValueLayout.JAVA_BYTE);
  }

  /** The number that a row holds in a column. */
  double number(Column column, int row) {
    long at = place(column, row);
    return switch (column.type) {
      case 'D' -> data.get(DOUBLE, at);
      case 'E' -> data.get(FLOAT, at);
      case 'K' -> data.get(LONG, at);
      case 'J' -> data.get(INT, at);
      case 'I' -> data.get(SHORT, at);
      default -> data.get(ValueLayout.JAVA_BYTE, at) & 0xff;
    };
  }
}
