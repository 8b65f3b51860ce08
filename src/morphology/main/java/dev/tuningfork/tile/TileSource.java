package dev.tuningfork.tile;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where the image of one band is.
 *
 * @param file a FITS file, also tile-compressed ({@code .fits.fz}) or gzipped ({@code .fits.gz})
 * @param hdu the HDU: a name (EXTNAME), a name and version ({@code SCI,2}) or an index from 0; null
 *     for the picture among the file's HDUs
 * @param plane of a cube of images, from 0
 * @param mask the HDU of the same file that holds the mask; null for one named {@code MASK}, if
 *     there is one; empty for no mask
 */
public record TileSource(Path file, @Nullable String hdu, int plane, @Nullable String mask) {

  /** The picture of a file, with its mask if it has one. */
  public static TileSource of(Path file) {
    return new TileSource(file, null, 0, null);
  }

  /** An HDU of a file, with the file's mask if it has one. */
  public static TileSource of(Path file, @Nullable String hdu) {
    return new TileSource(file, hdu, 0, null);
  }

  /** The file, and the HDU where one is named: {@code tile.fits[SCI]}. */
  @Override
  public String toString() {
    return hdu == null ? file.toString() : file + "[" + hdu + "]";
  }
}
