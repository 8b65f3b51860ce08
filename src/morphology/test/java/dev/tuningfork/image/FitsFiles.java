package dev.tuningfork.image;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
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
}
