package dev.tuningfork.image;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import nom.tam.fits.Header;
import nom.tam.util.FitsInputStream;
import org.jspecify.annotations.Nullable;

/**
 * A header-data unit whose data are known to lie within the file.
 *
 * @param index 0 for the primary one
 * @param name EXTNAME, or empty
 * @param offset where its header begins in the file, in bytes
 * @param dataOffset where its data begin in the file, in bytes
 * @param dataSize how many bytes they are, without padding
 */
record FitsHdu(int index, String name, Header header, int offset, int dataOffset, int dataSize) {

  private static final int CARD = 80;
  private static final int BLOCK = 2880;

  /** Ten times as many as the longest headers of pipelines have. */
  private static final int MOST_CARDS = 20_000;

  private static final double ARCSECONDS_A_DEGREE = 3600;

  private static final byte[] END = "END     ".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] EXTENSION = "XTENSION=".getBytes(StandardCharsets.US_ASCII);

  /** The HDU that begins at an offset of the file. */
  static FitsHdu at(byte[] bytes, int offset, int index) throws ImageException {
    int end = offset;
    while (!startsWith(bytes, end, END)) {
      end += CARD;
      if (end + CARD > bytes.length) {
        throw new ImageException(
            "The header of FITS HDU %d has no END: the file is truncated or damaged."
                .formatted(index));
      }
      if (end - offset > MOST_CARDS * CARD) {
        throw new ImageException(
            "The header of FITS HDU %d has more than %d cards.".formatted(index, MOST_CARDS));
      }
    }
    int dataOffset = offset + padded(end + CARD - offset);
    try (var in =
        new FitsInputStream(
            new ByteArrayInputStream(bytes, offset, Math.min(dataOffset, bytes.length) - offset))) {
      Header header = Header.readHeader(in);
      if (header == null) {
        throw new ImageException("The header of FITS HDU %d is empty.".formatted(index));
      }
      String name = header.getStringValue("EXTNAME", "").strip();
      long size = dataSize(header, index);
      long held = Math.max(0, bytes.length - dataOffset);
      if (size > held) {
        throw new ImageException(
            ("The header of FITS HDU %d promises %d bytes of data and the file holds %d: it is"
                    + " truncated or its header is wrong.")
                .formatted(index, size, held));
      }
      return new FitsHdu(index, name, header, offset, dataOffset, Math.toIntExact(size));
    } catch (IOException | RuntimeException e) {
      throw new ImageException(
          "The header of FITS HDU %d cannot be read: %s.".formatted(index, e.getMessage()), e);
    }
  }

  /** Where its last block ends, which may be beyond the end of a file without padding. */
  int end() {
    return dataOffset + padded(dataSize);
  }

  /** Whether another HDU begins where this one ends. */
  boolean isFollowed(byte[] bytes) {
    return startsWith(bytes, end(), EXTENSION);
  }

  /** FITS standard 4.0, section 4.4.1: |BITPIX| × GCOUNT × (PCOUNT + NAXIS1 × … ) bits. */
  private static long dataSize(Header header, int index) throws ImageException {
    try {
      int axes = header.getIntValue("NAXIS", 0);
      long count = axes == 0 ? 0 : 1;
      for (int axis = 1; axis <= axes; axis++) {
        long length = header.getLongValue("NAXIS" + axis, 0);
        boolean group = axis == 1 && length == 0 && header.getBooleanValue("GROUPS", false);
        count = Math.multiplyExact(count, group ? 1 : length);
        if (length < 0) {
          throw new ImageException("NAXIS%d of FITS HDU %d is %d.".formatted(axis, index, length));
        }
      }
      long elements =
          Math.multiplyExact(
              header.getLongValue("GCOUNT", 1),
              Math.addExact(header.getLongValue("PCOUNT", 0), count));
      return Math.multiplyExact(elements, Math.abs(header.getLongValue("BITPIX", 8)) / 8);
    } catch (ArithmeticException overflow) {
      return Long.MAX_VALUE;
    }
  }

  private static int padded(int size) {
    return (size + BLOCK - 1) / BLOCK * BLOCK;
  }

  private static boolean startsWith(byte[] bytes, int offset, byte[] expected) {
    return offset + expected.length <= bytes.length
        && Arrays.equals(bytes, offset, offset + expected.length, expected, 0, expected.length);
  }

  /** Whether it holds pixels, plainly or tile-compressed. */
  boolean isImage() {
    return dataSize > 0 && shape().length >= 2 && (isPlainImage() || isCompressed());
  }

  boolean isCompressed() {
    return header.getBooleanValue("ZIMAGE", false);
  }

  private boolean isPlainImage() {
    return index == 0 || header.getStringValue("XTENSION", "").strip().equals("IMAGE");
  }

  /** The bits of a pixel, negative for floating point: BITPIX, or ZBITPIX if compressed. */
  int bitpix() {
    return header.getIntValue(isCompressed() ? "ZBITPIX" : "BITPIX", 0);
  }

  /** The lengths of the axes, fastest first, without outer ones of length 1. */
  long[] shape() {
    String axis = isCompressed() ? "ZNAXIS" : "NAXIS";
    int count = Math.clamp(header.getIntValue(axis, 0), 0, 999);
    long[] lengths = new long[count];
    for (int i = 0; i < count; i++) {
      lengths[i] = header.getLongValue(axis + (i + 1), 0);
    }
    while (count > 2 && lengths[count - 1] == 1) {
      count--;
    }
    return Arrays.copyOf(lengths, count);
  }

  /** Whether a reader who asks for this name or number means this HDU. */
  boolean isCalled(String wanted) {
    return wanted.equalsIgnoreCase(name) || wanted.equals(String.valueOf(index));
  }

  /**
   * The bands that the header names, one a plane ({@code BANDS}, as the Legacy Surveys write it).
   */
  List<String> bands(int planes) {
    String bands = header.getStringValue("BANDS", "").strip();
    return bands.length() == planes ? List.of(bands.split("")) : List.of();
  }

  /** Arcseconds a pixel by the celestial coordinates in the header, or null without them. */
  @Nullable Double pixelScale() {
    if (!header.getStringValue("CTYPE1", "").startsWith("RA--")) {
      return null;
    }
    double area =
        header.containsKey("CD1_1")
            ? determinant("CD", 0)
            : header.getDoubleValue("CDELT1", 1)
                * header.getDoubleValue("CDELT2", 1)
                * determinant("PC", 1);
    double arcseconds = Math.sqrt(Math.abs(area)) * ARCSECONDS_A_DEGREE;
    return arcseconds > 0 && Double.isFinite(arcseconds) ? arcseconds : null;
  }

  /** Of a matrix of the celestial coordinates (Greisen and Calabretta 2002, A&A 395, 1061). */
  private double determinant(String matrix, double diagonal) {
    return header.getDoubleValue(matrix + "1_1", diagonal)
            * header.getDoubleValue(matrix + "2_2", diagonal)
        - header.getDoubleValue(matrix + "1_2", 0) * header.getDoubleValue(matrix + "2_1", 0);
  }
}
