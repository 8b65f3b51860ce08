package dev.tuningfork.standalone.tile;

import dev.tuningfork.image.LocalGrid;
import dev.tuningfork.image.PixelPosition;
import dev.tuningfork.image.SkyPosition;
import dev.tuningfork.image.Wcs;
import dev.tuningfork.tile.Tile;
import dev.tuningfork.tile.TileCache;
import dev.tuningfork.tile.TileException;
import dev.tuningfork.tile.TileSource;
import java.util.Locale;

/** The part of the sky that a tile shows, without its pixels. Immutable. */
final class Footprint {

  private static final double MARGIN = 1.02;

  private final Wcs wcs;
  private final int width;
  private final int height;
  private final double[] centre;

  /** The cosine of the angle from the centre to the farthest corner. */
  private final double nearest;

  private Footprint(Wcs wcs, int width, int height) {
    this.wcs = wcs;
    this.width = width;
    this.height = height;
    SkyPosition middle = wcs.toSky((width - 1) / 2.0, (height - 1) / 2.0);
    this.centre = middle == null ? new double[3] : direction(middle);
    double least = 1;
    for (int corner = 0; corner < 4; corner++) {
      SkyPosition sky =
          wcs.toSky(corner % 2 == 0 ? -0.5 : width - 0.5, corner < 2 ? -0.5 : height - 0.5);
      least = Math.min(least, sky == null || middle == null ? -1 : dot(direction(sky), centre));
    }
    this.nearest = Math.cos(Math.min(Math.PI, MARGIN * Math.acos(Math.clamp(least, -1, 1))));
  }

  /** Reads the coordinates of an image, and closes it again. */
  static Footprint of(TileSource source, TileCache cache) throws TileException {
    try (Tile tile = Tile.open(source, cache)) {
      return new Footprint(tile.wcs(), tile.width(), tile.height());
    }
  }

  /** Distance to the nearest edge, pixels; negative where the position is not on the tile. */
  double depth(SkyPosition sky) {
    if (dot(direction(sky), centre) < nearest) {
      return -1;
    }
    PixelPosition pixel = wcs.toPixel(sky);
    return pixel == null
        ? -1
        : Math.min(
            Math.min(pixel.x() + 0.5, width - 0.5 - pixel.x()),
            Math.min(pixel.y() + 0.5, height - 0.5 - pixel.y()));
  }

  /** The row on the grid; 0 where the position is not on the plane. */
  double row(SkyPosition sky) {
    PixelPosition pixel = wcs.toPixel(sky);
    return pixel == null ? 0 : pixel.y();
  }

  /** Arcseconds a pixel around a position. */
  double scale(SkyPosition sky) {
    PixelPosition pixel = wcs.toPixel(sky);
    LocalGrid grid = pixel == null ? null : wcs.at(pixel.x(), pixel.y());
    return grid == null ? Double.NaN : grid.pixelScale();
  }

  /** The centre, for people; empty where the projection shows none. */
  String inWords() {
    SkyPosition middle = wcs.toSky((width - 1) / 2.0, (height - 1) / 2.0);
    return middle == null
        ? "nowhere"
        : String.format(Locale.ROOT, "RA %.4f, Dec %+.4f", middle.ra(), middle.dec());
  }

  private static double[] direction(SkyPosition sky) {
    double ra = Math.toRadians(sky.ra());
    double dec = Math.toRadians(sky.dec());
    return new double[] {Math.cos(dec) * Math.cos(ra), Math.cos(dec) * Math.sin(ra), Math.sin(dec)};
  }

  private static double dot(double[] a, double[] b) {
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
  }
}
