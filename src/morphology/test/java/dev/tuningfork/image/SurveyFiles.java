package dev.tuningfork.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import nom.tam.fits.BasicHDU;
import nom.tam.fits.ImageHDU;
import nom.tam.image.compression.hdu.CompressedImageHDU;

/** FITS files of survey images for the tests of tiles. */
public final class SurveyFiles {

  private SurveyFiles() {}

  /** A gnomonic grid of 0.3″ about RA 150 and Dec 2, its reference point at a pixel from 0. */
  public static Map<String, Object> grid(double x, double y) {
    Map<String, Object> cards = new LinkedHashMap<>();
    cards.put("CTYPE1", "RA---TAN");
    cards.put("CTYPE2", "DEC--TAN");
    cards.put("CRPIX1", x + 1);
    cards.put("CRPIX2", y + 1);
    cards.put("CRVAL1", 150.0);
    cards.put("CRVAL2", 2.0);
    cards.put("CD1_1", -0.3 / 3600);
    cards.put("CD1_2", 0.0);
    cards.put("CD2_1", 0.0);
    cards.put("CD2_2", 0.3 / 3600);
    cards.put("RADESYS", "ICRS");
    return cards;
  }

  /** A file with one image, in the primary HDU. */
  public static Path write(Path file, Object pixels, Map<String, Object> cards) throws IOException {
    return Files.write(file, FitsFiles.file(FitsFiles.hdu(pixels, cards)));
  }

  /** A file with an image called IMAGE and a mask called MASK. */
  public static Path write(
      Path file, Object pixels, Map<String, Object> cards, Object mask, Map<String, Object> ofMask)
      throws IOException {
    Map<String, Object> first = new HashMap<>(cards);
    first.put("EXTNAME", "IMAGE");
    Map<String, Object> second = new HashMap<>(ofMask);
    second.put("EXTNAME", "MASK");
    return Files.write(
        file,
        FitsFiles.file(
            FitsFiles.hdu(new float[0], Map.of()),
            FitsFiles.hdu(pixels, first),
            FitsFiles.hdu(mask, second)));
  }

  /** A tile-compressed file. */
  public static Path compress(
      Path file, Object pixels, Map<String, Object> cards, String algorithm, int... tile)
      throws IOException {
    BasicHDU<?> image = FitsFiles.hdu(pixels, cards);
    try {
      CompressedImageHDU compressed = CompressedImageHDU.fromImageHDU((ImageHDU) image, tile);
      compressed.setCompressAlgorithm(algorithm).setQuantAlgorithm((String) null);
      compressed.compress();
      return Files.write(file, FitsFiles.file(compressed));
    } catch (nom.tam.fits.FitsException e) {
      throw new IOException(e);
    }
  }

  /** The same bytes, gzipped. */
  public static Path gzip(Path from, Path to) throws IOException {
    return Files.write(to, FitsFiles.gzip(Files.readAllBytes(from)));
  }
}
