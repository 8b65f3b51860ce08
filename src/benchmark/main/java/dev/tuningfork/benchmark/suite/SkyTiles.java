package dev.tuningfork.benchmark.suite;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
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
      lines.add("%.8f,%.8f".formatted(RA - x / Math.cos(Math.toRadians(DEC + y)), DEC + y));
    }
    return new SkyTiles(files, Files.write(folder.resolve("positions.csv"), lines));
  }

  private static Path writeTile(Path file, int width, int band) throws IOException {
    Random random = new Random(SEED + band);
    float[] noise = new float[4 * width];
    for (int i = 0; i < noise.length; i++) {
      noise[i] = (float) random.nextGaussian(0, 0.02);
    }
    float[] galaxy = galaxy(2 + band);
    try (FileChannel out =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      out.write(ByteBuffer.wrap(header(width).getBytes(StandardCharsets.US_ASCII)));
      ByteBuffer row = ByteBuffer.allocate(width * Float.BYTES);
      for (int y = 0; y < width; y++) {
        int shift = random.nextInt(noise.length - width);
        row.clear();
        for (int x = 0; x < width; x++) {
          row.putFloat(noise[shift + x] + galaxy[y % SPACING * SPACING + x % SPACING]);
        }
        out.write(row.flip());
      }
      long data = (long) width * width * Float.BYTES;
      out.write(ByteBuffer.allocate((int) ((BLOCK - data % BLOCK) % BLOCK)));
    }
    return file;
  }

  private static float[] galaxy(double peak) {
    float[] galaxy = new float[SPACING * SPACING];
    for (int i = 0; i < galaxy.length; i++) {
      double fromCentre =
          Math.hypot(i % SPACING - SPACING / 2.0, Math.floorDiv(i, SPACING) - SPACING / 2.0);
      galaxy[i] = (float) (peak * Math.exp(-0.15 * fromCentre));
    }
    return galaxy;
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
    return "%-8s= %20.12E".formatted(keyword, value);
  }
}
