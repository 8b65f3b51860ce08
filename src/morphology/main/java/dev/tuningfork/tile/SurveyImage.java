package dev.tuningfork.tile;

import dev.tuningfork.image.ImageException;
import dev.tuningfork.image.LinearFlux;
import dev.tuningfork.image.LocalGrid;
import dev.tuningfork.image.PixelPosition;
import dev.tuningfork.image.QualityFlag;
import dev.tuningfork.image.SkyPosition;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A part of the sky in one or more bands. The grid of the first band is that of all cutouts.
 *
 * <p>A band on the same grid is read as it is. A band that is shifted against the first one by
 * whole pixels is read with that shift. Any other is resampled to the first one's grid, bilinearly:
 * the value at a position is the mean of its four neighbours, weighted by nearness. A position with
 * an undefined neighbour that counts is undefined. Flux per pixel is scaled by the ratio of the
 * pixels' areas.
 *
 * <p>Thread-safe. No cut may be under way when it is closed.
 */
public final class SurveyImage implements AutoCloseable {

  /** The widest square that is cut, pixels. */
  public static final int WIDEST = 16_384;

  /** From this share of its pixels on, a cutout is called saturated. */
  private static final double NOTABLE_SATURATION = 0.01;

  /** Half of the pixels, as of other images. */
  private static final double MOST_MISSING = 0.5;

  private final List<String> names;
  private final List<Band> bands;
  private final Tile reference;

  /**
   * A band.
   *
   * @param resampled how it comes onto the first one's grid; null where a shift does it
   * @param shiftX what is to be added to a column of the first band
   * @param shiftY what is to be added to a row of the first band
   */
  private record Band(Tile tile, @Nullable Resampled resampled, int shiftX, int shiftY) {}

  private SurveyImage(List<String> names, List<Band> bands) {
    this.names = List.copyOf(names);
    this.bands = List.copyOf(bands);
    this.reference = bands.getFirst().tile;
  }

  /**
   * Opens all bands.
   *
   * @param bands at least one; the key is the band's name, such as {@code g}
   * @throws TileException if one of them cannot be used, or two of them do not overlap on the sky
   */
  public static SurveyImage open(SequencedMap<String, TileSource> bands, TileCache cache)
      throws TileException {
    if (bands.isEmpty()) {
      throw new IllegalArgumentException("A survey image has at least one band.");
    }
    List<Tile> tiles = new ArrayList<>();
    try {
      for (Map.Entry<String, TileSource> band : bands.entrySet()) {
        tiles.add(open(band.getKey(), band.getValue(), cache));
      }
      List<Band> placed = new ArrayList<>();
      for (Tile tile : tiles) {
        placed.add(placed(tiles.getFirst(), tile));
      }
      return new SurveyImage(List.copyOf(bands.sequencedKeySet()), placed);
    } catch (TileException | RuntimeException e) {
      tiles.forEach(Tile::close);
      throw e;
    }
  }

  @SuppressWarnings("MustBeClosedChecker") // the survey image closes it
  private static Tile open(String band, TileSource source, TileCache cache) throws TileException {
    try {
      return Tile.open(source, cache);
    } catch (TileException e) {
      throw e.of(band);
    }
  }

  private static Band placed(Tile reference, Tile tile) throws TileException {
    if (tile == reference) {
      return new Band(tile, null, 0, 0);
    }
    Resampled resampled = new Resampled(reference, tile);
    if (!resampled.overlaps()) {
      throw new TileException(
          "The tiles %s and %s show different parts of the sky: all bands of an image must overlap."
              .formatted(reference.source(), tile.source()));
    }
    int[] shift = resampled.shift();
    return shift == null
        ? new Band(tile, resampled, 0, 0)
        : new Band(tile, null, shift[0], shift[1]);
  }

  /** The names of the bands. */
  public List<String> bands() {
    return names;
  }

  /**
   * The tile of a band.
   *
   * @throws IllegalArgumentException if there is no such band
   */
  public Tile tile(String band) {
    int index = names.indexOf(band);
    if (index < 0) {
      throw new IllegalArgumentException(
          "There is no band %s; the bands are %s.".formatted(band, String.join(", ", names)));
    }
    return bands.get(index).tile;
  }

  /** Whether all files are those that were opened: none has changed since, or is gone. */
  public boolean isCurrent() {
    return bands.stream().allMatch(band -> band.tile.isUnchanged());
  }

  /** The tile of the first band, whose grid counts. */
  public Tile reference() {
    return reference;
  }

  /** Whether a band has to be resampled to the first one's grid. */
  public boolean isResampled(String band) {
    Tile tile = tile(band);
    return bands.stream().anyMatch(one -> one.tile == tile && one.resampled != null);
  }

  /**
   * The order in which cuts read the files best: from the lowest row up, so that each compressed
   * tile is decompressed once and each part of a file is read once. Cuts that cannot be made come
   * last.
   *
   * @return the indices of the cuts
   */
  public List<Integer> readingOrder(List<Cut> cuts) {
    double[] rows = new double[cuts.size()];
    for (int i = 0; i < rows.length; i++) {
      PixelPosition at =
          switch (cuts.get(i).centre()) {
            case Cut.Centre.Sky(double ra, double dec) ->
                isPosition(ra, dec) ? reference.wcs().toPixel(sky(ra, dec)) : null;
            case Cut.Centre.Pixel(double x, double y) -> new PixelPosition(x, y);
          };
      rows[i] = at == null ? Double.POSITIVE_INFINITY : at.y();
    }
    return IntStream.range(0, rows.length)
        .boxed()
        .sorted(Comparator.comparingDouble(i -> rows[i]))
        .toList();
  }

  private static boolean isPosition(double ra, double dec) {
    return Double.isFinite(ra) && Math.abs(dec) <= 90;
  }

  private static SkyPosition sky(double ra, double dec) {
    double turned = ra % 360;
    return new SkyPosition(turned < 0 ? turned + 360 : turned, dec);
  }

  /**
   * Cuts a square out of all bands. Which pixels are taken follows astropy's {@code Cutout2D}: the
   * side is rounded to whole pixels, and the square is the one whose centre is nearest to the
   * position.
   *
   * @throws ImageException if the cut is not a square (a position that is not a number or is off
   *     the image, a side of less than 1 or more than {@value #WIDEST} pixels), or more than half
   *     of the pixels are missing in every band
   * @throws TileException if a file is damaged or has changed
   */
  public SkyCutout cut(Cut cut) throws ImageException, TileException {
    PixelPosition at = pixel(cut.centre());
    SkyPosition centre =
        cut.centre() instanceof Cut.Centre.Sky(double ra, double dec)
            ? sky(ra, dec)
            : reference.wcs().toSky(at.x(), at.y());
    LocalGrid grid = reference.wcs().at(at.x(), at.y());
    if (centre == null || grid == null) {
      throw new ImageException(
          "The celestial coordinates of %s say nothing of the position.".formatted(named()));
    }
    int side = side(cut.side(), grid.pixelScale());
    PixelSquare square =
        new PixelSquare(
            (int) Math.ceil(at.x() - side / 2.0), (int) Math.ceil(at.y() - side / 2.0), side);
    return cut(square, centre, grid);
  }

  private SkyCutout cut(PixelSquare square, SkyPosition centre, LocalGrid grid)
      throws ImageException, TileException {
    int side = square.side();
    int plane = side * side;
    float[] values = new float[Math.multiplyExact(plane, bands.size())];
    LinearFlux flux = new LinearFlux(names, side, values);
    Set<QualityFlag> flags = EnumSet.noneOf(QualityFlag.class);
    int saturated = 0;
    double most = 0;
    double least = 1;
    for (int index = 0; index < bands.size(); index++) {
      Band band = bands.get(index);
      saturated += read(names.get(index), band, square, values, index * plane, flags);
      flux.clearFillValues(index);
      double missing = flux.undefined(index);
      most = Math.max(most, missing);
      least = Math.min(least, missing);
    }
    if (least > MOST_MISSING) {
      throw new ImageException(
          ("%.0f %% of the cutout's pixels are missing (beyond the edge, masked or undefined) in"
                  + " %s; at most %.0f %% may be.")
              .formatted(100 * least, named(), 100 * MOST_MISSING));
    }
    if (saturated > NOTABLE_SATURATION * values.length) {
      flags.add(QualityFlag.SATURATED);
    }
    return new SkyCutout(
        flux, square, centre, grid.pixelScale(), grid.orientation(), grid.mirrored(), most, flags);
  }

  private String named() {
    return "the tile " + reference.source();
  }

  private PixelPosition pixel(Cut.Centre centre) throws ImageException {
    PixelPosition at;
    String position;
    switch (centre) {
      case Cut.Centre.Sky(double ra, double dec) -> {
        position = "RA %s, Dec %s".formatted(ra, dec);
        if (!isPosition(ra, dec)) {
          throw new ImageException(
              "%s is not a position: degrees are needed, and a Dec of -90 to 90."
                  .formatted(position));
        }
        at = reference.wcs().toPixel(sky(ra, dec));
      }
      case Cut.Centre.Pixel(double x, double y) -> {
        position = "Pixel (%s, %s)".formatted(x, y);
        at = new PixelPosition(x, y);
      }
    }
    if (at == null
        || !(at.x() >= -0.5 && at.x() < reference.width() - 0.5)
        || !(at.y() >= -0.5 && at.y() < reference.height() - 0.5)) {
      throw new ImageException(
          "%s is off %s%s."
              .formatted(
                  position,
                  named(),
                  at == null
                      ? ""
                      : ", at pixel (%.1f, %.1f) of %d×%d"
                          .formatted(at.x(), at.y(), reference.width(), reference.height())));
    }
    return at;
  }

  private static int side(Cut.Side side, double pixelScale) throws ImageException {
    double pixels =
        switch (side) {
          case Cut.Side.Arcseconds(double value) -> value / pixelScale;
          case Cut.Side.Pixels(double value) -> value;
        };
    long whole = Math.round(pixels);
    if (!(whole >= 1 && whole <= WIDEST) || Double.isNaN(pixels)) {
      throw new ImageException(
          "The cutout would be %.0f pixels wide%s; 1 to %d are allowed. Check the size."
              .formatted(
                  pixels,
                  side instanceof Cut.Side.Arcseconds(double value)
                      ? " (%s arcseconds)".formatted(value)
                      : "",
                  WIDEST));
    }
    return (int) whole;
  }

  private static int read(
      String name, Band band, PixelSquare square, float[] values, int plane, Set<QualityFlag> flags)
      throws TileException {
    try {
      return read(band, square, values, plane, flags);
    } catch (TileException e) {
      throw e.of(name);
    }
  }

  /** Fills a plane from its top row; returns how many pixels are saturated. */
  private static int read(
      Band band, PixelSquare square, float[] values, int plane, Set<QualityFlag> flags)
      throws TileException {
    if (band.resampled != null) {
      return band.resampled.read(square, values, plane, flags);
    }
    Tile tile = band.tile;
    int side = square.side();
    int x = square.x() + band.shiftX;
    int y = square.y() + band.shiftY;
    int left = Math.max(x, 0);
    int right = Math.min(x + side, tile.width());
    int bottom = Math.max(y, 0);
    int top = Math.min(y + side, tile.height());
    if (right - left < side || top - bottom < side) {
      flags.add(QualityFlag.EDGE);
      Arrays.fill(values, plane, plane + side * side, Float.NaN);
      if (right <= left || top <= bottom) {
        return 0;
      }
    }
    int lowest = plane + (side - 1 - (bottom - y)) * side + left - x;
    return tile.read(left, bottom, right - left, top - bottom, values, lowest, -side);
  }

  @Override
  public void close() {
    bands.forEach(band -> band.tile.close());
  }
}
