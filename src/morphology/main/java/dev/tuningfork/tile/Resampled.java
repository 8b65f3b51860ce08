package dev.tuningfork.tile;

import dev.tuningfork.image.LocalGrid;
import dev.tuningfork.image.PixelPosition;
import dev.tuningfork.image.QualityFlag;
import dev.tuningfork.image.SkyPosition;
import java.util.Arrays;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Brings a tile onto the grid of another one. Immutable. */
final class Resampled {

  /** Positions are computed exactly every so many pixels, and interpolated in between. */
  private static final int STEP = 16;

  /** Grids that agree as well as this, in pixels, are taken for one. */
  private static final double SAME = 0.01;

  /** Positions along each side at which two grids are compared. */
  private static final int COMPARED = 5;

  private final Tile reference;
  private final Tile tile;

  Resampled(Tile reference, Tile tile) {
    this.reference = reference;
    this.tile = tile;
  }

  private @Nullable PixelPosition onTile(double x, double y) {
    SkyPosition sky = reference.wcs().toSky(x, y);
    return sky == null ? null : tile.wcs().toPixel(sky);
  }

  /** Whether the two show any common part of the sky. */
  boolean overlaps() {
    return holdsAny(reference, tile) || holdsAny(tile, reference);
  }

  private static boolean holdsAny(Tile one, Tile other) {
    for (int i = 0; i < COMPARED * COMPARED; i++) {
      double x = (double) (i % COMPARED) / (COMPARED - 1) * (one.width() - 1);
      double y = Math.floorDiv(i, COMPARED) / (double) (COMPARED - 1) * (one.height() - 1);
      SkyPosition sky = one.wcs().toSky(x, y);
      PixelPosition at = sky == null ? null : other.wcs().toPixel(sky);
      if (at != null
          && at.x() > -0.5
          && at.x() < other.width() - 0.5
          && at.y() > -0.5
          && at.y() < other.height() - 0.5) {
        return true;
      }
    }
    return false;
  }

  /** By how many whole pixels the grids are shifted; null where no shift makes them one. */
  int @Nullable [] shift() {
    int[] shift = null;
    for (int i = 0; i < COMPARED * COMPARED; i++) {
      double x = (double) (i % COMPARED) / (COMPARED - 1) * (reference.width() - 1);
      double y = Math.floorDiv(i, COMPARED) / (double) (COMPARED - 1) * (reference.height() - 1);
      PixelPosition at = onTile(x, y);
      if (at == null) {
        return null;
      }
      if (shift == null) {
        shift = new int[] {(int) Math.rint(at.x() - x), (int) Math.rint(at.y() - y)};
      }
      if (Math.abs(at.x() - x - shift[0]) > SAME || Math.abs(at.y() - y - shift[1]) > SAME) {
        return null;
      }
    }
    return shift;
  }

  /**
   * Fills a plane from its top row; returns how many of the pixels that were read are saturated.
   */
  int read(PixelSquare square, float[] values, int plane, Set<QualityFlag> flags)
      throws TileException {
    int side = square.side();
    double[] xs = new double[side * side];
    double[] ys = new double[side * side];
    positions(square, xs, ys);
    double left = Arrays.stream(xs).min().orElseThrow();
    double right = Arrays.stream(xs).max().orElseThrow();
    double bottom = Arrays.stream(ys).min().orElseThrow();
    double top = Arrays.stream(ys).max().orElseThrow();
    Arrays.fill(values, plane, plane + side * side, Float.NaN);
    if (!(left >= 0 && bottom >= 0 && right <= tile.width() - 1 && top <= tile.height() - 1)) {
      flags.add(QualityFlag.EDGE); // also where a position is NaN
    }
    int x = (int) Math.clamp(Math.floor(left), 0, tile.width());
    int y = (int) Math.clamp(Math.floor(bottom), 0, tile.height());
    int width = (int) Math.clamp(Math.floor(right) + 2, 0, tile.width()) - x;
    int height = (int) Math.clamp(Math.floor(top) + 2, 0, tile.height()) - y;
    if (width <= 0 || height <= 0 || (long) width * height > Integer.MAX_VALUE) {
      return 0;
    }
    float[] own = new float[width * height];
    int saturated = tile.read(x, y, width, height, own);
    float area = areaRatio(square);
    for (int i = 0; i < xs.length; i++) {
      values[plane + i] = area * at(own, width, height, xs[i] - x, ys[i] - y);
    }
    return saturated;
  }

  /** The area of a pixel of the reference over that of one of the tile. */
  private float areaRatio(PixelSquare square) {
    double x = square.x() + square.side() / 2.0;
    double y = square.y() + square.side() / 2.0;
    PixelPosition at = onTile(x, y);
    LocalGrid own = at == null ? null : tile.wcs().at(at.x(), at.y());
    LocalGrid due = reference.wcs().at(x, y);
    return own == null || due == null
        ? 1
        : (float) Math.pow(due.pixelScale() / own.pixelScale(), 2);
  }

  /** Where the pixels of the square are on the tile, from its top row; NaN where they are not. */
  private void positions(PixelSquare square, double[] xs, double[] ys) {
    int side = square.side();
    int nodes = Math.ceilDiv(side - 1, STEP) + 1;
    double[] nodeX = new double[nodes * nodes];
    double[] nodeY = new double[nodes * nodes];
    for (int i = 0; i < nodeX.length; i++) {
      PixelPosition at =
          onTile(
              square.x() + (double) (i % nodes) * STEP,
              square.y() + Math.floorDiv(i, nodes) * (double) STEP);
      nodeX[i] = at == null ? Double.NaN : at.x();
      nodeY[i] = at == null ? Double.NaN : at.y();
    }
    for (int row = 0; row < side; row++) {
      for (int column = 0; column < side; column++) {
        int i = (side - 1 - row) * side + column;
        int node = row / STEP * nodes + column / STEP;
        double right = (double) (column % STEP) / STEP;
        double up = (double) (row % STEP) / STEP;
        xs[i] = between(nodeX, node, nodes, right, up);
        ys[i] = between(nodeY, node, nodes, right, up);
      }
    }
  }

  private static double between(double[] nodes, int node, int width, double right, double up) {
    double lower = right == 0 ? nodes[node] : nodes[node] * (1 - right) + nodes[node + 1] * right;
    if (up == 0) {
      return lower;
    }
    int above = node + width;
    double upper =
        right == 0 ? nodes[above] : nodes[above] * (1 - right) + nodes[above + 1] * right;
    return lower * (1 - up) + upper * up;
  }

  /** NaN beyond the edge, and where a neighbour that counts is undefined. */
  private static float at(float[] own, int width, int height, double x, double y) {
    if (!(x >= 0 && y >= 0 && x <= width - 1 && y <= height - 1)) {
      return Float.NaN;
    }
    int column = (int) x;
    int row = (int) y;
    float right = (float) (x - column);
    float up = (float) (y - row);
    int at = row * width + column;
    float lower = right == 0 ? own[at] : own[at] * (1 - right) + own[at + 1] * right;
    if (up == 0) {
      return lower;
    }
    int above = at + width;
    float upper = right == 0 ? own[above] : own[above] * (1 - right) + own[above + 1] * right;
    return lower * (1 - up) + upper * up;
  }
}
