package dev.tuningfork.image;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.BufferUnderflowException;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A tile-compressed image (FITS standard 4.0, section 10): a table with a row for each tile.
 * Immutable.
 *
 * <p>{@link #of} checks the table before anything is allocated: there is a row for each tile, and
 * everything that the rows point to lies within the heap, also altogether.
 */
final class FitsTiles {

  private final int hdu;
  private final TileTable table;
  private final TileGrid grid;
  private final TileCoding coding;
  private final TileDecoder decoder;

  private FitsTiles(FitsHdu hdu, TileTable table, TileGrid grid) {
    this.hdu = hdu.index();
    this.table = table;
    this.grid = grid;
    this.coding = new TileCoding(table, hdu.header(), hdu.bitpix());
    this.decoder = new TileDecoder(table, coding, grid.mostPixelsOfATile());
  }

  /**
   * Reads and checks the table of an HDU whose image was found to be within the limits.
   *
   * @throws ImageException where it does not fit its tiles
   */
  static FitsTiles of(MemorySegment file, FitsHdu hdu) throws ImageException {
    TileTable table = TileTable.of(hdu.data(file), hdu.header());
    TileGrid grid = TileGrid.of(hdu.header());
    if (table == null || grid == null || !grid.isOf(table.rows()) || !table.isHeapEnough()) {
      throw new ImageException(
          "The tile-compressed image in FITS HDU %d is damaged: its table does not fit its tiles."
              .formatted(hdu.index()));
    }
    return new FitsTiles(hdu, table, grid);
  }

  /** How its tiles lie. */
  TileGrid grid() {
    return grid;
  }

  /** Which parts of the HDU's data hold a tile, beside those before the heap. */
  List<FileParts.Span> spans(int tile) {
    return table.spans(tile);
  }

  /** The stored integer that means an undefined pixel in the unpacked image, or null. */
  @Nullable Long blank() {
    return coding.mark();
  }

  /**
   * The numbers of the whole image, in the order and form of an uncompressed one.
   *
   * @param quantised whether equal numbers were not equal before
   * @param nearZero which pixels may have been 0 before they were quantised
   */
  @SuppressWarnings("ArrayRecordComponent") // lives for one image and is never compared
  record Unpacked(byte[] numbers, boolean quantised, BitSet nearZero) {}

  /** The whole image. */
  Unpacked unpacked() throws ImageException {
    long size = grid.pixels() * (Math.abs(coding.bitpix()) / 8);
    if (size > Integer.MAX_VALUE) {
      throw new ImageException(
          "The pixels of FITS HDU %d are %d bytes uncompressed, and at most %d can be read."
              .formatted(hdu, size, Integer.MAX_VALUE));
    }
    byte[] image = new byte[(int) size];
    TileWriter writer = new TileWriter(grid, coding, image, true);
    for (int tile = 0; tile < table.rows(); tile++) {
      unpackInto(writer, tile);
    }
    return new Unpacked(image, coding.isQuantised(), writer.nearZero());
  }

  /** The numbers of one tile, in the form of an uncompressed image of its size. */
  byte[] unpacked(int tile) throws ImageException {
    byte[] image = new byte[grid.pixels(tile) * (Math.abs(coding.bitpix()) / 8)];
    unpackInto(new TileWriter(grid, coding, image, false), tile);
    return image;
  }

  private void unpackInto(TileWriter writer, int tile) throws ImageException {
    try {
      writer.begin(tile);
      decoder.decode(tile, writer);
    } catch (IOException | RuntimeException e) {
      String reason = e instanceof BufferUnderflowException ? "it is too short" : e.getMessage();
      throw new ImageException(
          "The pixels of FITS HDU %d cannot be read: tile %d of %d is damaged: %s."
              .formatted(hdu, tile + 1, table.rows(), reason),
          e);
    }
  }

  /**
   * The values of a tile of single precision.
   *
   * @return null if they are written in a rare way or damaged, which {@link #unpacked(int)} finds
   *     out
   */
  float @Nullable [] singles(int tile) {
    return SinglePrecisionTile.decode(decoder, coding, tile, grid.pixels(tile));
  }
}
