package dev.tuningfork.image;

import nom.tam.fits.Header;
import org.jspecify.annotations.Nullable;

/**
 * How an image is divided into tiles (FITS standard 4.0, section 10.1.1). Tiles are numbered from
 * 0, along the first axis first. Immutable.
 */
final class TileGrid {

  private final int[] lengths;
  private final int[] sides;

  private TileGrid(int[] lengths, int[] sides) {
    this.lengths = lengths;
    this.sides = sides;
  }

  /** The grid that ZNAXISn and ZTILEn describe; null if they describe none. */
  static @Nullable TileGrid of(Header header) {
    int axes = header.getIntValue("ZNAXIS", 0);
    if (axes < 1 || axes > FitsHdu.MOST_AXES) {
      return null;
    }
    int[] lengths = new int[axes];
    int[] sides = new int[axes];
    for (int axis = 0; axis < axes; axis++) {
      long length = header.getLongValue("ZNAXIS" + (axis + 1), 0);
      long side = header.getLongValue("ZTILE" + (axis + 1), axis == 0 ? length : 1);
      if (length < 1 || length > Integer.MAX_VALUE || side < 1) {
        return null;
      }
      lengths[axis] = (int) length;
      sides[axis] = (int) Math.min(length, side);
    }
    return new TileGrid(lengths, sides);
  }

  /** Whether there are so many tiles. */
  boolean isOf(int tiles) {
    long count = 1;
    for (int axis = 0; axis < lengths.length; axis++) {
      count *= along(axis);
      if (count > tiles) {
        return false;
      }
    }
    return count == tiles;
  }

  private int along(int axis) {
    return Math.ceilDiv(lengths[axis], sides[axis]);
  }

  /** How many axes the image has, those of length 1 included. */
  int axes() {
    return lengths.length;
  }

  /** The length of an axis of the image. */
  int length(int axis) {
    return lengths[axis];
  }

  /** How many pixels the image has. */
  long pixels() {
    return product(lengths);
  }

  /** The most pixels that a tile has. */
  long mostPixelsOfATile() {
    return product(sides);
  }

  private static long product(int[] factors) {
    long product = 1;
    for (int factor : factors) {
      product *= factor;
    }
    return product;
  }

  /** How many pixels a tile has. */
  int pixels(int number) {
    int pixels = 1;
    for (Extent extent : extents(number)) {
      pixels *= extent.count;
    }
    return pixels;
  }

  /** Which part of an axis a tile covers. */
  record Extent(int first, int count) {}

  /** Which part of each axis a tile covers. */
  Extent[] extents(int number) {
    Extent[] extents = new Extent[lengths.length];
    int rest = number;
    for (int axis = 0; axis < lengths.length; axis++) {
      int first = rest % along(axis) * sides[axis];
      extents[axis] = new Extent(first, Math.min(sides[axis], lengths[axis] - first));
      rest /= along(axis);
    }
    return extents;
  }

  /**
   * The number of the tile that holds a pixel.
   *
   * @param plane 0 for an image of two axes
   */
  int tileOf(int x, int y, int plane) {
    int[] at = {x, y, plane};
    int number = 0;
    int stride = 1;
    int next = 0;
    for (int axis = 0; axis < lengths.length; axis++) {
      int place = lengths[axis] == 1 || next == at.length ? 0 : at[next++];
      number += place / sides[axis] * stride;
      stride *= along(axis);
    }
    return number;
  }

  /** The lengths of the tiles' sides along x and y, but for those at the end, and planes. */
  int[] tileShape() {
    int[] shape = {1, 1, 1};
    int next = 0;
    for (int axis = 0; axis < lengths.length && next < shape.length; axis++) {
      if (lengths[axis] > 1) {
        shape[next++] = sides[axis];
      }
    }
    return shape;
  }
}
