package dev.tuningfork.image;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import nom.tam.fits.BasicHDU;
import nom.tam.fits.Fits;
import nom.tam.fits.Header;
import nom.tam.fits.ImageHDU;
import nom.tam.image.compression.hdu.CompressedImageHDU;
import nom.tam.util.FitsOutputStream;

/** FITS files for tests. */
final class FitsFiles {

  private FitsFiles() {}

  static BasicHDU<?> hdu(Object pixels, Map<String, Object> cards) {
    BasicHDU<?> hdu = Fits.makeHDU(pixels);
    Header header = hdu.getHeader();
    cards.forEach(
        (key, value) -> {
          switch (value) {
            case Integer number -> header.addValue(key, number, "");
            case Double number -> header.addValue(key, number, "");
            default -> header.addValue(key, value.toString(), "");
          }
        });
    return hdu;
  }

  static byte[] file(BasicHDU<?>... hdus) {
    var bytes = new ByteArrayOutputStream();
    try (Fits fits = new Fits();
        var out = new FitsOutputStream(bytes)) {
      for (BasicHDU<?> hdu : hdus) {
        fits.addHDU(hdu);
      }
      fits.write(out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  static byte[] image(Object pixels) {
    return file(hdu(pixels, Map.of()));
  }

  static CompressedImageHDU compressed(Object pixels, String algorithm) {
    ImageHDU image = (ImageHDU) hdu(pixels, Map.of());
    CompressedImageHDU compressed = CompressedImageHDU.fromImageHDU(image);
    compressed.setCompressAlgorithm(algorithm);
    compressed.compress();
    return compressed;
  }

  static byte[] gzip(byte[] bytes) throws IOException {
    var out = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(out)) {
      gzip.write(bytes);
    }
    return out.toByteArray();
  }

  /** A file beside the tests that CFITSIO's fpack wrote. */
  static byte[] packed(String name) {
    try (InputStream in = FitsFiles.class.getResourceAsStream(name)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * A tile-compressed image, whose table has a row for each row of the image and one column that
   * holds the data.
   *
   * @param type what the column's pointers point to
   * @param more cards of the header
   */
  static byte[] tiles(
      String column,
      String pointer,
      String type,
      int zbitpix,
      int width,
      int height,
      List<byte[]> tiles,
      String... more) {
    int descriptor = pointer.equals("Q") ? 16 : 8;
    List<String> cards = new ArrayList<>();
    cards.add("XTENSION= 'BINTABLE'");
    cards.addAll(numbers("BITPIX", 8, "NAXIS", 2, "NAXIS1", descriptor, "NAXIS2", height));
    int heap = tiles.stream().mapToInt(tile -> tile.length).sum();
    cards.addAll(numbers("PCOUNT", heap, "GCOUNT", 1, "TFIELDS", 1));
    cards.add("TTYPE1  = '%s'".formatted(column));
    cards.add("TFORM1  = '1%s%s'".formatted(pointer, type));
    cards.add("ZIMAGE  = %20s".formatted("T"));
    cards.add("ZCMPTYPE= 'GZIP_1'");
    cards.addAll(numbers("ZBITPIX", zbitpix, "ZNAXIS", 2, "ZNAXIS1", width, "ZNAXIS2", height));
    cards.addAll(List.of(more));
    ByteBuffer data = ByteBuffer.allocate(height * descriptor + heap);
    int size = type.equals("D") ? 8 : type.equals("E") || type.equals("J") ? 4 : 1;
    int offset = 0;
    for (byte[] tile : tiles) {
      if (descriptor == 16) {
        data.putLong(tile.length / size).putLong(offset);
      } else {
        data.putInt(tile.length / size).putInt(offset);
      }
      offset += tile.length;
    }
    tiles.forEach(data::put);
    List<String> primary = new ArrayList<>(List.of("SIMPLE  = %20s".formatted("T")));
    primary.addAll(numbers("BITPIX", 8, "NAXIS", 0));
    byte[] header = header(cards);
    ByteBuffer file =
        ByteBuffer.allocate(2880 + header.length + (data.capacity() + 2879) / 2880 * 2880);
    file.put(header(primary)).put(header).put(data.array());
    return file.array();
  }

  private static List<String> numbers(Object... keysAndValues) {
    List<String> cards = new ArrayList<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      cards.add("%-8s= %20d".formatted(keysAndValues[i], (Integer) keysAndValues[i + 1]));
    }
    return cards;
  }

  private static byte[] header(List<String> cards) {
    StringBuilder header = new StringBuilder();
    cards.forEach(card -> header.append("%-80s".formatted(card)));
    header.append("%-80s".formatted("END"));
    int size = Math.ceilDiv(header.length(), 2880) * 2880;
    return header.append(" ".repeat(size - header.length())).toString().getBytes(US_ASCII);
  }
}
