package dev.tuningfork.image;

import static dev.tuningfork.image.BigEndian.DOUBLE;
import static dev.tuningfork.image.BigEndian.FLOAT;
import static dev.tuningfork.image.BigEndian.INT;
import static dev.tuningfork.image.BigEndian.LONG;
import static dev.tuningfork.image.BigEndian.SHORT;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.LongConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import nom.tam.fits.Header;
import nom.tam.fits.compression.algorithm.hcompress.HDecompress;
import org.jspecify.annotations.Nullable;

/**
 * The table that holds a tile-compressed image (FITS standard 4.0, sections 7.3 and 10.1 to 10.4).
 * Each of its rows is a tile and points into a heap. A tile that did not compress is in a column of
 * its own.
 *
 * <p>{@link #of} checks the table before anything is allocated: there is a row for each tile, and
 * everything that the rows point to lies within the heap, also altogether.
 *
 * <p>Pixels of floating point are quantised where the table has the columns (or keywords) ZSCALE
 * and ZZERO, and otherwise stored without loss, whatever ZQUANTIZ says.
 */
final class FitsTiles {

  /** TFORMn: a repeat count, a type, and for pointers the type that they point to. */
  private static final Pattern FORMAT = Pattern.compile("(\\d{0,9})([A-Z])([A-Z]?).*");

  private static final short HCOMPRESS_CODE = (short) 0xdd99;
  private static final int HCOMPRESS_HEADER = 25;

  /**
   * A column of the table.
   *
   * @param name TTYPEn
   * @param at where it begins in a row, in bytes
   * @param size how long it is in a row, in bytes
   * @param type of its elements
   * @param target what a pointer (type P or Q) points to
   */
  private record Column(String name, int at, int size, char type, char target) {
    boolean isPointer() {
      return type == 'P' || type == 'Q';
    }
  }

  private final int hdu;
  private final Header header;
  private final MemorySegment table;
  private final long heap;
  private final int rowSize;
  private final int rows;
  private final List<Column> columns;
  private final int[] lengths;
  private final int[] tile;
  private final int bitpix;

  private FitsTiles(
      FitsHdu hdu,
      MemorySegment table,
      long heap,
      int[] lengths,
      int[] tile,
      List<Column> columns) {
    this.hdu = hdu.index();
    this.header = hdu.header();
    this.table = table;
    this.heap = heap;
    this.rowSize = header.getIntValue("NAXIS1", 0);
    this.rows = header.getIntValue("NAXIS2", 0);
    this.columns = columns;
    this.lengths = lengths;
    this.tile = tile;
    this.bitpix = hdu.bitpix();
  }

  /**
   * Reads and checks the table of an HDU whose image was found to be within the limits.
   *
   * @throws ImageException where it does not fit its tiles
   */
  static FitsTiles of(MemorySegment file, FitsHdu hdu) throws ImageException {
    FitsTiles tiles = parsed(hdu.data(file), hdu);
    if (tiles == null || !tiles.isRowForEachTile() || !tiles.isHeapEnough()) {
      throw new ImageException(
          "The tile-compressed image in FITS HDU %d is damaged: its table does not fit its tiles."
              .formatted(hdu.index()));
    }
    return tiles;
  }

  /** How many bytes of an HDU's data are before the heap. */
  static long bytesBeforeHeap(FitsHdu hdu) {
    Header header = hdu.header();
    long rows = (long) header.getIntValue("NAXIS1", 0) * header.getIntValue("NAXIS2", 0);
    return Math.max(rows, header.getLongValue("THEAP", rows));
  }

  /** Which parts of the HDU's data hold a tile, beside those before the heap. */
  List<FileParts.Span> spans(int number) {
    return columns.stream()
        .filter(Column::isPointer)
        .map(
            column ->
                new FileParts.Span(
                    heap + offset(column, number), count(column, number) * bytes(column.target)))
        .filter(span -> span.count() > 0)
        .toList();
  }

  private static @Nullable FitsTiles parsed(MemorySegment table, FitsHdu hdu) {
    Header header = hdu.header();
    long width = header.getIntValue("NAXIS1", 0);
    long heap = header.getLongValue("THEAP", width * header.getIntValue("NAXIS2", 0));
    if (heap < 0 || heap > table.byteSize()) {
      return null;
    }
    int axes = header.getIntValue("ZNAXIS", 0);
    long rows = header.getIntValue("NAXIS2", 0);
    if (axes < 1 || axes > FitsHdu.MOST_AXES || rows * width > table.byteSize()) {
      return null;
    }
    int[] lengths = new int[axes];
    int[] tile = new int[axes];
    for (int axis = 0; axis < axes; axis++) {
      long length = header.getLongValue("ZNAXIS" + (axis + 1), 0);
      long side = header.getLongValue("ZTILE" + (axis + 1), axis == 0 ? length : 1);
      if (length < 1 || length > Integer.MAX_VALUE || side < 1) {
        return null;
      }
      lengths[axis] = (int) length;
      tile[axis] = (int) Math.min(length, side);
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
    return new FitsTiles(hdu, table, heap, lengths, tile, columns);
  }

  private boolean isRowForEachTile() {
    long tiles = 1;
    for (int axis = 0; axis < lengths.length; axis++) {
      tiles *= Math.ceilDiv((long) lengths[axis], tile[axis]);
      if (tiles > rows) {
        return false;
      }
    }
    return tiles == rows;
  }

  /** Also altogether: otherwise many rows could share one large piece of it. */
  private boolean isHeapEnough() {
    long held = table.byteSize() - heap;
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

  /**
   * An HCOMPRESS tile says its size and its bit planes itself (section 10.4.4: a code, two sides, a
   * scale, a sum, three depths), and a reader who believes a side of 0 counts for minutes.
   */
  private boolean isSoundHcompress(ByteBuffer in) {
    if (in.remaining() < HCOMPRESS_HEADER || in.getShort(0) != HCOMPRESS_CODE) {
      return false;
    }
    int width = in.getInt(2);
    int height = in.getInt(6);
    for (int quadrant = 0; quadrant < 3; quadrant++) {
      int depth = in.get(22 + quadrant);
      if (depth < 0 || depth > Long.SIZE) {
        return false;
      }
    }
    long pixels = 1;
    for (int side : tile) {
      pixels *= side;
    }
    return width > 0 && height > 0 && (long) width * height <= pixels;
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

  String compression() {
    return header.getStringValue("ZCMPTYPE", "").strip();
  }

  private @Nullable Column column(String name) {
    return columns.stream().filter(column -> column.name.equals(name)).findFirst().orElse(null);
  }

  private long place(Column column, int row) {
    return (long) row * rowSize + column.at;
  }

  private long count(Column pointer, int row) {
    long at = place(pointer, row);
    return pointer.type == 'P' ? table.get(INT, at) : table.get(LONG, at);
  }

  private long offset(Column pointer, int row) {
    long at = place(pointer, row);
    return pointer.type == 'P' ? table.get(INT, at + 4) : table.get(LONG, at + 8);
  }

  /** What a row points to or itself holds; empty where that is nothing. */
  private byte[] piece(@Nullable Column column, int row) {
    if (column == null) {
      return new byte[0];
    }
    return column.isPointer()
        ? piece(heap + offset(column, row), count(column, row) * bytes(column.target))
        : piece(place(column, row), column.size);
  }

  /** A copy, which the decoders read faster than a mapped file. */
  private byte[] piece(long at, long size) {
    return table.asSlice(at, size).toArray(ValueLayout.JAVA_BYTE);
  }

  /** What kind of numbers a column holds or points to. */
  private static char kind(Column column) {
    return column.isPointer() ? column.target : column.type;
  }

  /** A number of a tile, from a column or else a keyword of the same name. */
  private @Nullable Double number(String name, int row) {
    Column column = column(name);
    if (column == null) {
      return header.containsKey(name) ? (Double) header.getDoubleValue(name, 0) : null;
    }
    long at = place(column, row);
    return switch (column.type) {
      case 'D' -> table.get(DOUBLE, at);
      case 'E' -> (double) table.get(FLOAT, at);
      case 'K' -> (double) table.get(LONG, at);
      case 'J' -> (double) table.get(INT, at);
      case 'I' -> (double) table.get(SHORT, at);
      default -> (double) (table.get(ValueLayout.JAVA_BYTE, at) & 0xff);
    };
  }

  /** A parameter of the compression: ZNAMEn and ZVALn. */
  private int parameter(String name, int otherwise) {
    for (int i = 1; header.containsKey("ZNAME" + i); i++) {
      if (header.getStringValue("ZNAME" + i, "").strip().equalsIgnoreCase(name)) {
        return header.getIntValue("ZVAL" + i, otherwise);
      }
    }
    return otherwise;
  }

  /** The stored integer that means an undefined pixel in the unpacked image, or null. */
  @Nullable Long blank() {
    for (String keyword : List.of("BLANK", "ZBLANK")) {
      if (header.containsKey(keyword)) {
        return header.getLongValue(keyword, 0);
      }
    }
    return column("ZBLANK") == null ? null : bitpix == 8 ? 0 : -1L << (bitpix - 1);
  }

  /** The numbers of the whole image, in the order and form of an uncompressed one. */
  byte[] unpacked() throws ImageException {
    long pixels = 1;
    for (int length : lengths) {
      pixels *= length;
    }
    long size = pixels * (Math.abs(bitpix) / 8);
    if (size > Integer.MAX_VALUE) {
      throw new ImageException(
          "The pixels of FITS HDU %d are %d bytes uncompressed, and at most %d can be read."
              .formatted(hdu, size, Integer.MAX_VALUE));
    }
    byte[] image = new byte[(int) size];
    TileWriter writer = new TileWriter(ByteBuffer.wrap(image), true);
    for (int row = 0; row < rows; row++) {
      unpackInto(writer, row);
    }
    return image;
  }

  /**
   * The tile that holds a pixel, in a numbering of all tiles.
   *
   * @param plane 0 for an image of two axes
   */
  int tileOf(int x, int y, int plane) {
    int[] at = {x, y, plane};
    int number = 0;
    int stride = 1;
    int axis = 0;
    for (int i = 0; i < lengths.length; i++) {
      int place = lengths[i] == 1 || axis == at.length ? 0 : at[axis++];
      number += place / tile[i] * stride;
      stride *= Math.ceilDiv(lengths[i], tile[i]);
    }
    return number;
  }

  /** The lengths of the tiles' sides along x and y, but for those at the end, and planes. */
  int[] tileShape() {
    int[] shape = {1, 1, 1};
    int axis = 0;
    for (int i = 0; i < lengths.length && axis < shape.length; i++) {
      if (lengths[i] > 1) {
        shape[axis++] = tile[i];
      }
    }
    return shape;
  }

  /** How many pixels a tile has. */
  int pixels(int number) {
    int pixels = 1;
    int rest = number;
    for (int axis = 0; axis < lengths.length; axis++) {
      int along = Math.ceilDiv(lengths[axis], tile[axis]);
      pixels *= Math.min(tile[axis], lengths[axis] - rest % along * tile[axis]);
      rest /= along;
    }
    return pixels;
  }

  /** The numbers of one tile, in the form of an uncompressed image of its size. */
  byte[] unpacked(int number) throws ImageException {
    ByteBuffer image = ByteBuffer.allocate(pixels(number) * (Math.abs(bitpix) / 8));
    unpackInto(new TileWriter(image, false), number);
    return image.array();
  }

  private void unpackInto(TileWriter writer, int row) throws ImageException {
    try {
      writer.begin(row);
      unpack(row, writer);
    } catch (IOException | RuntimeException e) {
      String reason = e instanceof BufferUnderflowException ? "it is too short" : e.getMessage();
      throw new ImageException(
          "The pixels of FITS HDU %d cannot be read: tile %d of %d is damaged: %s."
              .formatted(hdu, row + 1, rows, reason),
          e);
    }
  }

  private void unpack(int row, TileWriter writer) throws IOException {
    byte[] compressed = compressed(row);
    if (compressed.length > 0) {
      decompress(compressed, row, writer);
      return;
    }
    byte[] gzipped = piece(column("GZIP_COMPRESSED_DATA"), row);
    if (gzipped.length > 0) {
      plain(inflated(gzipped, writer.count), bitpix < 0, writer);
      return;
    }
    Column uncompressed = column("UNCOMPRESSED_DATA");
    byte[] raw = piece(uncompressed, row);
    if (uncompressed == null || raw.length == 0) {
      throw new IOException("it holds no data");
    }
    plain(raw, kind(uncompressed) == 'E' || kind(uncompressed) == 'D', writer);
  }

  private void decompress(byte[] bytes, int row, TileWriter writer) throws IOException {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    writer.interpret(row);
    boolean real = bitpix < 0 && !writer.quantised;
    switch (compression()) {
      case "RICE_1", "RICE_ONE" -> {
        for (int value : rice(bytes, writer.count)) {
          writer.accept(value);
        }
      }
      case "PLIO_1" -> Plio.decode(in, writer.count, writer);
      case "HCOMPRESS_1" -> {
        if (!isSoundHcompress(in) || in.getInt(2) * in.getInt(6) != writer.count) {
          throw new IOException("its size differs from that of the tile");
        }
        long[] values = new long[writer.count];
        new HDecompress().decompress(in, parameter("SMOOTH", 0) != 0, values);
        for (long value : values) {
          writer.accept(value);
        }
      }
      case "GZIP_1" -> plain(inflated(bytes, writer.count), real, writer);
      case "GZIP_2" -> plain(unshuffled(inflated(bytes, writer.count), writer.count), real, writer);
      case "NOCOMPRESS" -> plain(bytes, real, writer);
      default ->
          throw new IOException("its compression \"" + compression() + "\" (ZCMPTYPE) is unknown");
    }
  }

  /** What a row has in COMPRESSED_DATA. */
  byte[] compressed(int row) {
    return piece(column("COMPRESSED_DATA"), row);
  }

  /** The integers of a tile that is coded by Rice. */
  int[] rice(byte[] compressed, int count) {
    return Rice.decode(compressed, count, parameter("BLOCKSIZE", 32), parameter("BYTEPIX", 4));
  }

  /**
   * What the integers of a quantised tile mean.
   *
   * @param blank the integer of undefined pixels; null if there are none
   */
  record Quantised(double scale, double zero, Dither dither, @Nullable Double blank) {}

  /** Null if the tile is not quantised. */
  @Nullable Quantised quantised(int row) {
    Double scale = number("ZSCALE", row);
    Double zero = number("ZZERO", row);
    if (bitpix > 0 || scale == null || zero == null) {
      return null;
    }
    String method = header.getStringValue("ZQUANTIZ", "NO_DITHER").strip();
    Dither dither = Dither.of(method, row + header.getLongValue("ZDITHER0", 1));
    return new Quantised(scale, zero, dither, stated(row));
  }

  /** The integer that means an undefined pixel in COMPRESSED_DATA. */
  private @Nullable Double stated(int row) {
    Double stated = number("ZBLANK", row);
    return stated == null && bitpix < 0 && header.containsKey("BLANK")
        ? (Double) header.getDoubleValue("BLANK", 0)
        : stated;
  }

  /** Whether a number of a tile may stand for an undefined pixel. */
  boolean hasBlank(int row) {
    return stated(row) != null;
  }

  /** At most as many bytes as the widest pixels take. */
  static byte[] inflated(byte[] gzipped, int count) throws IOException {
    try (var in = new GZIPInputStream(new ByteArrayInputStream(gzipped), 1 << 13)) {
      long most = (long) count * Long.BYTES;
      return in.readNBytes((int) Math.min(most, Integer.MAX_VALUE - 16));
    }
  }

  /** GZIP_2 puts the highest bytes of all pixels first, then the next ones. */
  private static byte[] unshuffled(byte[] shuffled, int count) {
    int size = shuffled.length / count;
    byte[] bytes = new byte[shuffled.length];
    for (int place = 0; place < size; place++) {
      for (int i = 0; i < count; i++) {
        bytes[i * size + place] = shuffled[place * count + i];
      }
    }
    return bytes;
  }

  /** Numbers whose size follows from how many bytes there are, as CFITSIO reads them. */
  private static void plain(byte[] bytes, boolean real, TileWriter writer) throws IOException {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    int size = in.remaining() / writer.count;
    boolean possible = real ? size == 4 || size == 8 : Integer.bitCount(size) == 1 && size <= 8;
    if (!possible || in.remaining() != size * writer.count) {
      throw new IOException("%d bytes are not %d pixels".formatted(in.remaining(), writer.count));
    }
    for (int i = 0; i < writer.count; i++) {
      if (real) {
        writer.accept(size == 4 ? in.getFloat() : in.getDouble());
      } else {
        writer.accept(
            switch (size) {
              case 1 -> in.get() & 0xff;
              case 2 -> in.getShort();
              case 4 -> in.getInt();
              default -> in.getLong();
            });
      }
    }
  }

  /** Takes the pixels of a tile one after the other, and puts them where they belong. */
  private final class TileWriter implements LongConsumer {

    private final ByteBuffer image;
    private final @Nullable Long mark = FitsTiles.this.blank();
    private final int[] first = new int[lengths.length];
    private final int[] size = new int[lengths.length];

    /** How many pixels the tile has. */
    private int count;

    private boolean quantised;
    private double scale;
    private double zero;
    private boolean blanked;
    private long blank;
    private Dither dither = Dither.NONE;
    private int line;
    private int at;
    private int left;

    /** Whether the tile is put into the whole image rather than into one of its own. */
    private final boolean whole;

    TileWriter(ByteBuffer image, boolean whole) {
      this.image = image;
      this.whole = whole;
    }

    void begin(int row) {
      int rest = row;
      count = 1;
      for (int axis = 0; axis < lengths.length; axis++) {
        int along = Math.ceilDiv(lengths[axis], tile[axis]);
        first[axis] = rest % along * tile[axis];
        size[axis] = Math.min(tile[axis], lengths[axis] - first[axis]);
        count *= size[axis];
        rest /= along;
      }
      quantised = false;
      blanked = false;
      line = 0;
      left = 0;
      at = 0;
    }

    /** Of a tile in COMPRESSED_DATA: what its integers mean. */
    void interpret(int row) {
      Double said = stated(row);
      blanked = said != null;
      blank = said == null ? 0 : said.longValue();
      Quantised how = FitsTiles.this.quantised(row);
      if (how != null) {
        quantised = true;
        scale = how.scale();
        zero = how.zero();
        dither = how.dither();
      }
    }

    @Override
    public void accept(long stored) {
      boolean undefined = blanked && stored == blank;
      if (quantised) {
        put(dither.value(stored, undefined, scale, zero));
      } else if (bitpix < 0) {
        put(undefined ? Double.NaN : stored);
      } else {
        put(undefined && mark != null ? mark : stored);
      }
    }

    void accept(double value) {
      if (bitpix < 0) {
        put(blanked && value == blank ? Double.NaN : value);
      } else {
        put((long) value);
      }
    }

    private void put(long value) {
      int to = next();
      switch (bitpix) {
        case 8 -> image.put(to, (byte) value);
        case 16 -> image.putShort(2 * to, (short) value);
        case 32 -> image.putInt(4 * to, (int) value);
        default -> image.putLong(8 * to, value);
      }
    }

    private void put(double value) {
      int to = next();
      if (bitpix == -32) {
        image.putFloat(4 * to, (float) value);
      } else {
        image.putDouble(8 * to, value);
      }
    }

    /** The place of the next pixel in the image, counted in pixels. */
    private int next() {
      if (!whole) {
        return at++;
      }
      if (left == 0) {
        int rest = line++;
        int stride = lengths[0];
        at = first[0];
        for (int axis = 1; axis < lengths.length; axis++) {
          at += (first[axis] + rest % size[axis]) * stride;
          rest /= size[axis];
          stride *= lengths[axis];
        }
        left = size[0];
      }
      left--;
      return at++;
    }
  }
}
