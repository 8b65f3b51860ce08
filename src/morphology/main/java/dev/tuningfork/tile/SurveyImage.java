package dev.tuningfork.tile;

import dev.tuningfork.image.ImageException;
import java.util.List;
import java.util.SequencedMap;

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

  /**
   * Opens all bands.
   *
   * @param bands at least one; the key is the band's name, such as {@code g}
   * @throws TileException if one of them cannot be used, or two of them do not overlap on the sky
   */
  public static SurveyImage open(SequencedMap<String, TileSource> bands, TileCache cache)
      throws TileException {
    throw new UnsupportedOperationException();
  }

  /** The names of the bands. */
  public List<String> bands() {
    throw new UnsupportedOperationException();
  }

  /** The tile of a band. */
  public Tile tile(String band) {
    throw new UnsupportedOperationException();
  }

  /** The tile of the first band, whose grid counts. */
  public Tile reference() {
    throw new UnsupportedOperationException();
  }

  /**
   * How far a position is from the nearest edge of the first band, in its pixels: negative beyond
   * it, and negative infinity where the position cannot be on it at all. Of overlapping tiles, the
   * one with the largest depth holds a galaxy best.
   */
  public double depth(double ra, double dec) {
    throw new UnsupportedOperationException();
  }

  /**
   * Cuts a square out of all bands. Which pixels are taken follows astropy's {@code Cutout2D}: the
   * side is rounded to whole pixels, and the square is the one whose centre is nearest to the
   * position.
   *
   * @throws ImageException if the cut is no square (a position that is no number or is off the
   *     image, a side of less than 1 or more than 16,384 pixels), or more than half of the pixels
   *     are missing in every band, or at the centre
   * @throws TileException if a file is damaged or has changed
   */
  public SkyCutout cut(Cut cut) throws ImageException, TileException {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {
    throw new UnsupportedOperationException();
  }
}
