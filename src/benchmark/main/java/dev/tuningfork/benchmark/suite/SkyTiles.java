package dev.tuningfork.benchmark.suite;

import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * Survey images in g, r and i: noise and round galaxies on a grid, in single precision, with
 * celestial coordinates.
 *
 * @param files one a band
 * @param positions a line of RA and Dec, in degrees, for each galaxy to be cut out
 */
record SkyTiles(List<Path> files, Path positions) {

  private static final List<String> BANDS = List.of("g", "r", "i");
  private static final double RA = 150;
  private static final double DEC = 2;

  /** Degrees: that of the Legacy Surveys. */
  private static final double PIXEL = 0.262 / 3600;

  private static final int BLOCK = 2880;
  private static final int SPACING = 128;
  private static final long SEED = 23;

  SkyTiles {
    files = List.copyOf(files);
  }

  /**
   * Writes them.
   *
   * @param width of the square tiles, in pixels
   * @param galaxies how many positions there are, at random, none nearer to an edge than the side
   */
  static SkyTiles write(Path folder, int width, int galaxies, int side) throws IOException {
    List<Path> files = new ArrayList<>();
    for (String band : BANDS) {
      files.add(writeTile(folder.resolve("tile-" + band + ".fits"), width, BANDS.indexOf(band)));
    }
    Random random = new Random(SEED);
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < galaxies; i++) {
      double x = (random.nextDouble(side, width - side) - width / 2.0) * PIXEL;
      double y = (random.nextDouble(side, width - side) - width / 2.0) * PIXEL;
      lines.add(
          String.format(
              Locale.ROOT, "%.8f,%.8f", RA - x / Math.cos(Math.toRadians(DEC + y)), DEC + y));
    }
    return new SkyTiles(files, Files.write(folder.resolve("positions.csv"), lines));
  }

  private static Path writeTile(Path file, int width, int band) throws IOException {
    Random random = new Random(SEED + band);
    float[] noise = new float[4 * width];
    for (int i = 0; i < noise.length; i++) {
      noise[i] = (float) random.nextGaussian(0, 0.02);
    }
    try (var out =
        new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file), 1 << 20))) {
      out.write(header(width).getBytes(StandardCharsets.US_ASCII));
      for (int y = 0; y < width; y++) {
        int shift = random.nextInt(noise.length - width);
        for (int x = 0; x < width; x++) {
          double fromCentre = Math.hypot(x % SPACING - SPACING / 2.0, y % SPACING - SPACING / 2.0);
          out.writeFloat(noise[shift + x] + (float) ((2 + band) * Math.exp(-0.15 * fromCentre)));
        }
      }
      long data = (long) width * width * Float.BYTES;
      out.write(new byte[(int) ((BLOCK - data % BLOCK) % BLOCK)]);
    }
    return file;
  }

  private static String header(int width) {
    List<String> cards =
        List.of(
            "SIMPLE  = %20s".formatted("T"),
            "BITPIX  = %20d".formatted(-Float.SIZE),
            "NAXIS   = %20d".formatted(2),
            "NAXIS1  = %20d".formatted(width),
            "NAXIS2  = %20d".formatted(width),
            "CTYPE1  = 'RA---TAN'",
            "CTYPE2  = 'DEC--TAN'",
            number("CRPIX1", (width + 1) / 2.0),
            number("CRPIX2", (width + 1) / 2.0),
            number("CRVAL1", RA),
            number("CRVAL2", DEC),
            number("CD1_1", -PIXEL),
            number("CD1_2", 0),
            number("CD2_1", 0),
            number("CD2_2", PIXEL),
            "RADESYS = 'ICRS    '",
            "END");
    StringBuilder header = new StringBuilder();
    cards.forEach(card -> header.append("%-80s".formatted(card)));
    return header + " ".repeat((BLOCK - header.length() % BLOCK) % BLOCK);
  }

  private static String number(String keyword, double value) {
    return String.format(Locale.ROOT, "%-8s= %20.12E", keyword, value);
  }
}
