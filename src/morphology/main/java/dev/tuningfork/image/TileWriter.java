package dev.tuningfork.image;

import dev.tuningfork.image.TileGrid.Extent;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Takes the pixels of tiles one after the other, and puts them where they belong, in the form of an
 * uncompressed image: that of the tile itself, or the whole image.
 */
final class TileWriter implements LongConsumer {

  private final TileGrid grid;
  private final TileCoding coding;
  private final int bitpix;
  private final ByteBuffer image;

  /** Whether tiles are put into the whole image rather than into one of their own. */
  private final boolean whole;

  private final @Nullable Long mark;

  /** Which pixels may have been 0 before they were quantised. */
  private final BitSet nearZero = new BitSet();

  private Extent[] extents = {};
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

  TileWriter(TileGrid grid, TileCoding coding, byte[] image, boolean whole) {
    this.grid = grid;
    this.coding = coding;
    this.bitpix = coding.bitpix();
    this.image = ByteBuffer.wrap(image);
    this.whole = whole;
    this.mark = coding.mark();
  }

  /** A tile begins, whose numbers are pixels until {@link #interpret} says otherwise. */
  void begin(int tile) {
    extents = grid.extents(tile);
    count = grid.pixels(tile);
    quantised = false;
    blanked = false;
    line = 0;
    left = 0;
    at = 0;
  }

  /** How many pixels the tile has. */
  int count() {
    return count;
  }

  /** The numbers of the tile are coded as header and table say. */
  void interpret(int tile) {
    Double said = coding.blank(tile);
    blanked = said != null;
    blank = said == null ? 0 : said.longValue();
    TileCoding.Quantised how = coding.quantised(tile);
    if (how != null) {
      quantised = true;
      scale = how.scale();
      zero = how.zero();
      dither = how.dither();
    }
  }

  /** Which pixels, by their place in the image, may have been 0 before they were quantised. */
  BitSet nearZero() {
    return nearZero;
  }

  /** Whether the numbers of the tile are of floating point, unless they were quantised. */
  boolean isReal() {
    return bitpix < 0 && !quantised;
  }

  @Override
  public void accept(long stored) {
    boolean undefined = blanked && stored == blank;
    if (quantised) {
      double value = dither.value(stored, undefined, scale, zero);
      put(value);
      if (!dither.keepsZero() && Math.abs(value) <= scale / 2) {
        nearZero.set(at - 1);
      }
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
      at = beginOf(line++);
      left = extents[0].count();
    }
    left--;
    return at++;
  }

  /** Where a line of the tile begins in the whole image. */
  private int beginOf(int number) {
    int begin = extents[0].first();
    int rest = number;
    int stride = grid.length(0);
    for (int axis = 1; axis < grid.axes(); axis++) {
      begin += (extents[axis].first() + rest % extents[axis].count()) * stride;
      rest /= extents[axis].count();
      stride *= grid.length(axis);
    }
    return begin;
  }
}
