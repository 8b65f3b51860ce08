package dev.tuningfork.image;

import dev.tuningfork.image.TileTable.Column;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.GZIPInputStream;
import nom.tam.fits.compression.algorithm.hcompress.HDecompress;
import org.jspecify.annotations.Nullable;

/**
 * Decodes tiles in all forms of the FITS standard 4.0 (sections 10.1.3 and 10.4). A tile that did
 * not compress is in a column of its own. Immutable.
 */
final class TileDecoder {

  private static final short HCOMPRESS_CODE = (short) 0xdd99;
  private static final int HCOMPRESS_HEADER = 25;

  private final TileTable table;
  private final TileCoding coding;
  private final long mostPixels;
  private final @Nullable Column compressed;
  private final @Nullable Column gzipped;
  private final @Nullable Column uncompressed;

  /**
   * @param mostPixels the most that a tile may have
   */
  TileDecoder(TileTable table, TileCoding coding, long mostPixels) {
    this.table = table;
    this.coding = coding;
    this.mostPixels = mostPixels;
    this.compressed = table.column("COMPRESSED_DATA");
    this.gzipped = table.column("GZIP_COMPRESSED_DATA");
    this.uncompressed = table.column("UNCOMPRESSED_DATA");
  }

  /** What a tile has in COMPRESSED_DATA; empty if that is nothing. */
  byte[] compressed(int tile) {
    return table.bytes(compressed, tile);
  }

  /**
   * Decodes a tile.
   *
   * @param writer has begun the tile
   * @throws IOException if it is damaged, in words that follow a colon; also some runtime
   *     exceptions, such as of buffers that end too early
   */
  void decode(int tile, TileWriter writer) throws IOException {
    byte[] bytes = compressed(tile);
    if (bytes.length > 0) {
      writer.interpret(tile);
      decompress(bytes, writer);
      return;
    }
    bytes = table.bytes(gzipped, tile);
    if (bytes.length > 0) {
      copy(inflated(bytes, writer.count()), writer.isReal(), writer);
      return;
    }
    bytes = table.bytes(uncompressed, tile);
    if (uncompressed == null || bytes.length == 0) {
      throw new IOException("it holds no data");
    }
    copy(bytes, uncompressed.kind() == 'E' || uncompressed.kind() == 'D', writer);
  }

  private void decompress(byte[] bytes, TileWriter writer) throws IOException {
    int count = writer.count();
    boolean real = writer.isReal();
    switch (coding.compression()) {
      case "RICE_1", "RICE_ONE" -> {
        for (int value : coding.rice(bytes, count)) {
          writer.accept(value);
        }
      }
      case "PLIO_1" -> Plio.decode(ByteBuffer.wrap(bytes), count, writer);
      case "HCOMPRESS_1" -> {
        for (long value : hcompress(ByteBuffer.wrap(bytes), count)) {
          writer.accept(value);
        }
      }
      case "GZIP_1" -> copy(inflated(bytes, count), real, writer);
      case "GZIP_2" -> copy(unshuffled(inflated(bytes, count), count), real, writer);
      case "NOCOMPRESS" -> copy(bytes, real, writer);
      default ->
          throw new IOException(
              "its compression \"" + coding.compression() + "\" (ZCMPTYPE) is unknown");
    }
  }

  private long[] hcompress(ByteBuffer in, int count) throws IOException {
    if (!isSoundHcompress(in) || in.getInt(2) * in.getInt(6) != count) {
      throw new IOException("its size differs from that of the tile");
    }
    long[] values = new long[count];
    new HDecompress().decompress(in, coding.smooth(), values);
    return values;
  }

  /**
   * An HCOMPRESS tile says its size and its bit planes itself (section 10.4.4: a code, two sides, a
   * scale, a sum, three depths), and a reader who believes a side of 0 counts for minutes.
   */
  private boolean isSoundHcompress(ByteBuffer in) {
    if (in.remaining() < HCOMPRESS_HEADER || in.getShort(0) != HCOMPRESS_CODE) {
      return false;
    }
    for (int quadrant = 0; quadrant < 3; quadrant++) {
      int depth = in.get(22 + quadrant);
      if (depth < 0 || depth > Long.SIZE) {
        return false;
      }
    }
    int width = in.getInt(2);
    int height = in.getInt(6);
    return width > 0 && height > 0 && (long) width * height <= mostPixels;
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
  private static void copy(byte[] bytes, boolean real, TileWriter writer) throws IOException {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    int count = writer.count();
    int size = in.remaining() / count;
    boolean possible = real ? size == 4 || size == 8 : Integer.bitCount(size) == 1 && size <= 8;
    if (!possible || in.remaining() != size * count) {
      throw new IOException("%d bytes are not %d pixels".formatted(in.remaining(), count));
    }
    for (int i = 0; i < count; i++) {
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
}
