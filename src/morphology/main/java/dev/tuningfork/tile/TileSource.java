package dev.tuningfork.tile;

import dev.tuningfork.image.FileParts;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where the image of one band is.
 *
 * @param file a FITS file, also tile-compressed ({@code .fits.fz}) or gzipped ({@code .fits.gz})
 * @param hdu the HDU: a name (EXTNAME), a name and version ({@code SCI,2}) or an index from 0; null
 *     for the picture among the file's HDUs
 * @param plane of a cube of images, from 0
 * @param mask the HDU that holds the mask; null for one named {@code MASK}, if there is one, or in
 *     a file of its own for the first image; empty for no mask
 * @param maskFile the FITS file that holds the mask; null if it is that of the image
 * @param remote what the file is a copy of; null for a file that was here
 */
public record TileSource(
    Path file,
    @Nullable String hdu,
    int plane,
    @Nullable String mask,
    @Nullable Path maskFile,
    @Nullable RemoteFile remote) {

  /** A file that was here, and its mask in the same file. */
  public TileSource(Path file, @Nullable String hdu, int plane, @Nullable String mask) {
    this(file, hdu, plane, mask, null, null);
  }

  /** The picture of a file, with its mask if it has one. */
  public static TileSource of(Path file) {
    return new TileSource(file, null, 0, null);
  }

  /** An HDU of a file, with the file's mask if it has one. */
  public static TileSource of(Path file, @Nullable String hdu) {
    return new TileSource(file, hdu, 0, null);
  }

  /** An HDU of a file elsewhere, with the file's mask if it has one. */
  public static TileSource of(RemoteFile remote, Path copy, @Nullable String hdu) {
    return new TileSource(copy, hdu, 0, null, null, remote);
  }

  /**
   * The same image with a mask in a file of its own.
   *
   * @param maskHdu null for the first image of the file
   */
  public TileSource withMask(Path masks, @Nullable String maskHdu) {
    return new TileSource(file, hdu, plane, maskHdu, masks, remote);
  }

  /** What makes its parts available before they are read. */
  FileParts parts() {
    return remote == null ? FileParts.ALL : remote;
  }

  /** The file, and the HDU where one is named: {@code tile.fits[SCI]}. */
  @Override
  public String toString() {
    String name = remote == null ? file.toString() : remote.toString();
    return hdu == null ? name : name + "[" + hdu + "]";
  }
}
