package dev.tuningfork.image;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import nom.tam.fits.Header;
import nom.tam.util.FitsInputStream;
import org.jspecify.annotations.Nullable;

/**
 * A header-data unit. {@link #checkHeld} says whether its data lie within the file.
 *
 * @param index 0 for the primary one
 * @param name EXTNAME, or empty
 * @param dataOffset where its data begin in the file, in bytes
 * @param promised how many bytes they are by the header, without padding
 */
record FitsHdu(int index, String name, Header header, long dataOffset, long promised) {

  private static final int CARD = 80;
  static final int BLOCK = 2880;

  /** Ten times as many as the longest headers of pipelines have. */
  private static final int MOST_CARDS = 20_000;

  /** FITS standard 4.0, section 4.4.1.1. */
  static final int MOST_AXES = 999;

  private static final byte[] END = "END     ".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] EXTENSION = "XTENSION=".getBytes(StandardCharsets.US_ASCII);

  /** The HDU that begins at an offset of the file, all of which is here. */
  static FitsHdu at(MemorySegment file, long offset, int index) throws ImageException {
    return at(file, FileParts.ALL, offset, index);
  }

  /** The HDU that begins at an offset of the file. Its header is needed first. */
  static FitsHdu at(MemorySegment file, FileParts parts, long offset, int index)
      throws ImageException {
    parts.need(offset, BLOCK);
    long end = offset;
    while (!startsWith(file, end, END)) {
      end += CARD;
      if ((end - offset) % BLOCK == 0) {
        parts.need(end, BLOCK);
      }
      if (end + CARD > file.byteSize()) {
        throw new ImageException(
            "The header of FITS HDU %d has no END: the file is truncated or damaged."
                .formatted(index));
      }
      if (end - offset > MOST_CARDS * CARD) {
        throw new ImageException(
            "The header of FITS HDU %d has more than %d cards.".formatted(index, MOST_CARDS));
      }
    }
    long dataOffset = offset + padded(end + CARD - offset);
    byte[] cards =
        file.asSlice(offset, Math.min(dataOffset, file.byteSize()) - offset)
            .toArray(ValueLayout.JAVA_BYTE);
    try (var in = new FitsInputStream(new ByteArrayInputStream(cards))) {
      Header header = Header.readHeader(in);
      if (header == null) {
        throw new ImageException("The header of FITS HDU %d is empty.".formatted(index));
      }
      String name = header.getStringValue("EXTNAME", "").strip();
      return new FitsHdu(index, name, header, dataOffset, dataSize(header, index));
    } catch (IOException | RuntimeException e) {
      throw new ImageException(
          "The header of FITS HDU %d cannot be read: %s.".formatted(index, e.getMessage()), e);
    }
  }

  /**
   * Checks that the file holds the data that the header promises.
   *
   * @throws ImageException where it is truncated, or the header is wrong
   */
  void checkHeld(MemorySegment file) throws ImageException {
    long held = Math.max(0, file.byteSize() - dataOffset);
    if (promised > held) {
      throw new ImageException(
          "The header of FITS HDU %d declares %d bytes of data, but the file has %d: it is truncated or its header is wrong."
              .formatted(index, promised, held));
    }
  }

  /** The data, without padding, where the file holds them. */
  MemorySegment data(MemorySegment file) {
    return file.asSlice(dataOffset, promised);
  }

  /** Where its last block ends, which may be beyond the end of a file without padding. */
  long end() {
    return dataOffset + padded(promised);
  }

  /** Whether another HDU begins where this one ends. */
  boolean isFollowed(MemorySegment file) {
    return startsWith(file, end(), EXTENSION);
  }

  /** FITS standard 4.0, section 4.4.1: |BITPIX| × GCOUNT × (PCOUNT + NAXIS1 × … ) bits. */
  private static long dataSize(Header header, int index) throws ImageException {
    try {
      int axes = header.getIntValue("NAXIS", 0);
      if (axes < 0 || axes > MOST_AXES) {
        throw new ImageException("NAXIS of FITS HDU %d is %d.".formatted(index, axes));
      }
      long count = axes == 0 ? 0 : 1;
      for (int axis = 1; axis <= axes; axis++) {
        long length = header.getLongValue("NAXIS" + axis, 0);
        boolean group = axis == 1 && length == 0 && header.getBooleanValue("GROUPS", false);
        if (length < 0) {
          throw new ImageException("NAXIS%d of FITS HDU %d is %d.".formatted(axis, index, length));
        }
        count = Math.multiplyExact(count, group ? 1 : length);
      }
      long elements =
          Math.multiplyExact(
              header.getLongValue("GCOUNT", 1),
              Math.addExact(header.getLongValue("PCOUNT", 0), count));
      long size = Math.multiplyExact(elements, Math.abs(header.getLongValue("BITPIX", 8)) / 8);
      if (size < 0) {
        throw new ImageException(
            "The header of FITS HDU %d promises %d bytes of data: its PCOUNT, GCOUNT or BITPIX is wrong."
                .formatted(index, size));
      }
      return size;
    } catch (ArithmeticException overflow) {
      return Long.MAX_VALUE;
    }
  }

  private static long padded(long size) {
    return (size + BLOCK - 1) / BLOCK * BLOCK;
  }

  private static boolean startsWith(MemorySegment file, long offset, byte[] expected) {
    return offset + expected.length <= file.byteSize()
        && file.asSlice(offset, expected.length).mismatch(MemorySegment.ofArray(expected)) < 0;
  }

  /** Whether it holds pixels, plainly or tile-compressed. */
  boolean isImage() {
    return promised > 0 && shape().length >= 2 && (isPlainImage() || isCompressed());
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

  /** The lengths of the axes, fastest first, without those of length 1 beyond two. */
  long[] shape() {
    return IntStream.of(axes()).mapToLong(this::length).toArray();
  }

  /** The numbers of these axes, from 1. */
  private int[] axes() {
    int count =
        Math.clamp(header.getIntValue(isCompressed() ? "ZNAXIS" : "NAXIS", 0), 0, MOST_AXES);
    int superfluous = count - 2;
    List<Integer> kept = new ArrayList<>();
    for (int axis = count; axis > 0; axis--) {
      if (superfluous > 0 && length(axis) == 1) {
        superfluous--;
      } else {
        kept.addFirst(axis);
      }
    }
    return kept.stream().mapToInt(Integer::intValue).toArray();
  }

  private long length(int axis) {
    return header.getLongValue((isCompressed() ? "ZNAXIS" : "NAXIS") + axis, 0);
  }

  /** How many pixels a tile of a compressed image has: by default it is a row. */
  long pixelsOfATile() {
    long pixels = 1;
    for (int axis : axes()) {
      long side = header.getLongValue("ZTILE" + axis, axis == 1 ? length(axis) : 1);
      pixels *= Math.clamp(side, 1, Math.max(1, length(axis)));
    }
    return pixels;
  }

  /**
   * What it is called in an answer, by which it is found again: its name, with a version beyond the
   * first ({@code SCI,2}), or else its number.
   */
  String called() {
    int version = version();
    return name.isEmpty() ? String.valueOf(index) : version == 1 ? name : name + "," + version;
  }

  int version() {
    return header.getIntValue("EXTVER", 1);
  }

  /** Whether a name, a name and version ({@code SCI,2}) or a number means this HDU. */
  boolean isCalled(String wanted) {
    return wanted.equalsIgnoreCase(name)
        || (index == 0 && name.isEmpty() && isImage() && wanted.equalsIgnoreCase("PRIMARY"))
        || wanted.equals(String.valueOf(index))
        || (!name.isEmpty() && wanted.equalsIgnoreCase(name + "," + version()));
  }

  /**
   * The bands that the header names, one a plane ({@code BANDS}, as the Legacy Surveys write it).
   */
  List<String> bands(int planes) {
    String bands = header.getStringValue("BANDS", "").strip();
    return bands.length() == planes ? List.of(bands.split("")) : List.of();
  }

  /** The celestial coordinates that the header gives, or null without them. */
  @Nullable Wcs wcs() {
    int[] axes = axes();
    return Wcs.of(header, axes[0], axes[1]);
  }

  /** The pixels of a plane. */
  long area() {
    long[] shape = shape();
    return shape[0] * shape[1];
  }

  /** Whether it has as many pixels, and as few axes, as an image that can be classified. */
  boolean isLargeEnough() {
    long[] shape = shape();
    return shape.length <= 3 && Math.min(shape[0], shape[1]) >= ImageLimits.SMALLEST_SIDE;
  }

  /** What its name and its class (HDUCLAS2) say of its numbers. */
  HduTitle title() {
    return HduTitle.of(name, header.getStringValue("HDUCLAS2", ""));
  }
}
