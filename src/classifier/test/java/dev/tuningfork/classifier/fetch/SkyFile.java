package dev.tuningfork.classifier.fetch;

import dev.tuningfork.tile.Cut;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A FITS file of one large image, whose pixels are 0 but for those that are written. */
public final class SkyFile {

  /** Arcseconds a pixel. */
  private static final double SCALE = 0.5;

  private SkyFile() {}

  /** Writes an image around RA 150, Dec 2, and does not write what is 0. */
  public static void write(Path file, int side) throws IOException {
    String[] cards = {
      "SIMPLE  = T",
      "BITPIX  = -32",
      "NAXIS   = 2",
      "NAXIS1  = " + side,
      "NAXIS2  = " + side,
      "CTYPE1  = 'RA---TAN'",
      "CTYPE2  = 'DEC--TAN'",
      "CRVAL1  = 150.0",
      "CRVAL2  = 2.0",
      "CRPIX1  = " + (side / 2 + 1),
      "CRPIX2  = " + (side / 2 + 1),
      "CDELT1  = " + -SCALE / 3600,
      "CDELT2  = " + SCALE / 3600,
      "END"
    };
    StringBuilder header = new StringBuilder();
    for (String card : cards) {
      header.append("%-80s".formatted(card));
    }
    try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
      out.write("%-2880s".formatted(header).getBytes(StandardCharsets.US_ASCII));
      out.setLength(2880 + Math.ceilDiv(4L * side * side, 2880) * 2880);
    }
  }

  /** Writes every pixel, so that none is taken for a fill value, which repeats. */
  static void cover(Path file, int side) throws IOException {
    ByteBuffer pixels = ByteBuffer.allocate(4 * side * side);
    for (int i = 0; i < side * side; i++) {
      pixels.putFloat(1 + i % 1_009);
    }
    try (FileChannel out = FileChannel.open(file, StandardOpenOption.WRITE)) {
      out.write(pixels.flip(), 2880);
    }
  }

  /** Writes a pixel; columns and rows count from 0. */
  static void set(Path file, int side, int x, int y, float value) throws IOException {
    try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
      out.seek(2880 + 4 * ((long) y * side + x));
      out.writeFloat(value);
    }
  }

  /** A little left of a column near the centre and below a row. */
  static Cut.Centre.Sky position(int side, int x, int y) {
    return new Cut.Centre.Sky(
        150 - (x - 0.3 - side / 2) * SCALE / 3600 / Math.cos(Math.toRadians(2)),
        2 + (y - 0.3 - side / 2) * SCALE / 3600);
  }
}
