package dev.tuningfork.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import nom.tam.fits.ImageHDU;
import nom.tam.image.compression.hdu.CompressedImageHDU;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tile-compressed images of 20×24 pixels that astropy 7 wrote ({@code CompImageHDU} with {@code
 * quantize_level}, {@code quantize_method} and {@code tile_shape} as their names say; ZQUANTIZ and
 * ZBLANK were set in the header afterwards), and tables written here byte by byte.
 */
class FitsTilesTest {

  private static final int WIDTH = 20;
  private static final int HEIGHT = 24;

  private static FitsPixels read(byte[] bytes) throws ImageException {
    return read(bytes, ImageLimits.DEFAULT);
  }

  private static FitsPixels read(byte[] bytes, ImageLimits limits) throws ImageException {
    FitsFile file =
        (FitsFile)
            new ImageDecoder(limits, new ImageIoJpeg(), DecodingMemory.SHARED)
                .open(bytes, ImageDescription.NONE);
    return FitsPixels.of(file.file(), file.hdu(), file.width(), file.height());
  }

  private static double real(int x, int y) {
    return 100 + 3 * x + 7 * y + (31 * x + 17 * y) % 23 / 4.0;
  }

  private static int whole(int x, int y) {
    return 100 + 3 * x + 7 * y + (x * y) % 11;
  }

  /** What is due at a pixel. */
  private interface Due {
    double at(int plane, int x, int y);
  }

  private static void assertPixels(FitsPixels pixels, int planes, Due due) {
    for (int plane = 0; plane < planes; plane++) {
      for (int y = 0; y < HEIGHT; y++) {
        for (int x = 0; x < WIDTH; x++) {
          assertThat((Double) pixels.flux(plane, y, x))
              .as("plane %d, row %d, column %d", plane, y, x)
              .isEqualTo((Double) due.at(plane, x, y));
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"astropy-lossless-gzip1-f32.fits", "astropy-lossless-nocompress-f32.fits"})
  void floatsWithoutLossAreReadBitByBitWhateverZquantizSays(String name) throws Exception {
    assertPixels(read(FitsFiles.packed(name)), 1, (_, x, y) -> (float) real(x, y));
  }

  @Test
  void doublesWithoutLossAreReadBitByBit() throws Exception {
    assertPixels(
        read(FitsFiles.packed("astropy-lossless-gzip2-f64.fits")),
        1,
        (_, x, y) -> real(x, y) + 1e-9);
  }

  @Test
  void integersWithZquantizAreRead() throws Exception {
    assertPixels(read(FitsFiles.packed("astropy-int-zquantiz.fits")), 1, (_, x, y) -> whole(x, y));
  }

  @Test
  void undefinedIntegersOfTilesStayUndefined() throws Exception {
    assertPixels(
        read(FitsFiles.packed("astropy-zblank-int16.fits")),
        1,
        (_, x, y) -> x == 3 && y == 5 ? Double.NaN : 20 + 0.5 * whole(x, y));
  }

  @Test
  void tilesMaySpanPlanes() throws Exception {
    assertPixels(
        read(FitsFiles.packed("astropy-cube-tiles.fits")),
        3,
        (plane, x, y) -> 1000 * plane + whole(x, y));
  }

  @Test
  void quantisedPixelsWithoutDitherAreNotShifted() throws Exception {
    FitsPixels pixels = read(FitsFiles.packed("astropy-undithered-rice.fits"));

    for (int y = 0; y < HEIGHT; y++) {
      for (int x = 0; x < WIDTH; x++) { // ZSCALE is 2
        assertThat(pixels.flux(0, y, x)).isCloseTo(real(x, y), within(1.0));
      }
    }
    assertThat(pixels.flux(0, 5, 3)).isEqualTo(148);
    assertThat(pixels.flux(0, 23, 19)).isEqualTo(322);
  }

  private static void assertPieces(byte[] bytes) throws ImageException {
    FitsPixels whole = read(bytes);
    FitsImage image =
        FitsImage.open(MemorySegment.ofArray(bytes), FileParts.ALL, null, 0, "").image();
    for (int y = 0; y < image.height(); y++) {
      double[] flux = whole.flux(0, y, 0, 1, image.width());
      float[] due = new float[flux.length];
      float[] row = new float[flux.length];
      for (int x = 0; x < row.length; x++) {
        due[x] = (float) flux[x];
      }
      for (int x = 0; x < row.length; ) {
        FitsImage.Piece piece = image.piece(x, y);
        System.arraycopy(
            piece.values(), (y - piece.y()) * piece.width(), row, piece.x(), piece.width());
        x = piece.x() + piece.width();
      }
      assertThat(row).as("row %d", y).isEqualTo(due);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "astropy-lossless-gzip1-f32.fits",
        "astropy-lossless-gzip2-f64.fits",
        "astropy-zblank-int16.fits",
        "astropy-cube-tiles.fits",
        "astropy-undithered-rice.fits",
        "astropy-dither2-rice.fits",
      })
  void piecesHoldThePixelsOfTheWholeImage(String name) throws Exception {
    assertPieces(FitsFiles.packed(name));
  }

  /** The offsets of a tile of more than 10,000 pixels begin again. */
  @ParameterizedTest
  @ValueSource(strings = {"RICE_1", "GZIP_1", "GZIP_2"})
  void piecesOfLargeTilesHoldThePixelsOfTheWholeImage(String algorithm) throws Exception {
    Random random = new Random(3);
    float[][] noise = new float[16][11_000];
    for (float[] row : noise) {
      for (int x = 0; x < row.length; x++) {
        row[x] = x % 97 == 5 ? 0 : (float) random.nextGaussian(3, 1 + x % 500 / 50.0);
      }
    }
    CompressedImageHDU hdu =
        CompressedImageHDU.fromImageHDU((ImageHDU) FitsFiles.hdu(noise, Map.of()), 11_000, 1)
            .setCompressAlgorithm(algorithm)
            .setQuantAlgorithm(algorithm.equals("RICE_1") ? "SUBTRACTIVE_DITHER_2" : null);
    hdu.compress();

    assertPieces(FitsFiles.file(hdu));
  }

  @Test
  void ditheredPixelsAreThoseOfAstropyAndZeroStaysZero() throws Exception {
    FitsPixels pixels = read(FitsFiles.packed("astropy-dither2-rice.fits"));

    assertThat((float) pixels.flux(0, 0, 0)).isEqualTo(100.77265167236328f);
    assertThat(pixels.flux(0, 5, 3)).isZero();
    assertThat((float) pixels.flux(0, 11, 7)).isEqualTo(201.6658935546875f);
    assertThat((float) pixels.flux(0, 23, 19)).isEqualTo(321.8211669921875f);
  }

  private static byte[] table(
      String column, String pointer, String type, int zbitpix, List<byte[]> tiles, String... more) {
    return FitsFiles.tiles(column, pointer, type, zbitpix, WIDTH, HEIGHT, tiles, more);
  }

  private static byte[] row(int y, int size) {
    ByteBuffer row = ByteBuffer.allocate(WIDTH * size);
    for (int x = 0; x < WIDTH; x++) {
      switch (size) {
        case 4 -> row.putFloat((float) real(x, y));
        case 8 -> row.putDouble(real(x, y));
        default -> row.put((byte) whole(x, y));
      }
    }
    return row.array();
  }

  @ParameterizedTest
  @ValueSource(strings = {"P", "Q"})
  void uncompressedTilesAreReadByEitherKindOfPointer(String pointer) throws Exception {
    List<byte[]> tiles = new ArrayList<>();
    for (int y = 0; y < HEIGHT; y++) {
      tiles.add(row(y, 8));
    }

    byte[] bytes = table("UNCOMPRESSED_DATA", pointer, "D", -64, tiles, "ZQUANTIZ= 'NONE'");

    assertPixels(read(bytes), 1, (_, x, y) -> real(x, y));
  }

  @Test
  void tilesThatDidNotQuantiseAreInTheirOwnColumn() throws Exception {
    List<byte[]> tiles = new ArrayList<>();
    for (int y = 0; y < HEIGHT; y++) {
      tiles.add(FitsFiles.gzip(row(y, 4)));
    }

    byte[] bytes =
        table(
            "GZIP_COMPRESSED_DATA",
            "P",
            "B",
            -32,
            tiles,
            "ZQUANTIZ= 'SUBTRACTIVE_DITHER_1'",
            "ZSCALE  = %20s".formatted("2.0"),
            "ZZERO   = %20s".formatted("1.0"));

    assertPixels(read(bytes), 1, (_, x, y) -> (float) real(x, y));
  }

  @Test
  void bytesAreUnsigned() throws Exception {
    List<byte[]> tiles = new ArrayList<>();
    for (int y = 0; y < HEIGHT; y++) {
      tiles.add(FitsFiles.gzip(row(y, 1)));
    }

    assertPixels(
        read(table("COMPRESSED_DATA", "P", "B", 8, tiles)), 1, (_, x, y) -> whole(x, y) & 0xff);
  }

  @Test
  void aTileThatIsTooShortIsNamed() throws Exception {
    List<byte[]> tiles = new ArrayList<>();
    for (int y = 0; y < HEIGHT; y++) {
      tiles.add(FitsFiles.gzip(y == 6 ? new byte[10] : row(y, 4)));
    }
    byte[] bytes = table("COMPRESSED_DATA", "P", "B", -32, tiles);

    assertThatThrownBy(() -> read(bytes))
        .hasMessage(
            "The pixels of FITS HDU 1 cannot be read: tile 7 of 24 is damaged: 10 bytes are not 20"
                + " pixels.");
  }

  @Test
  void tilesOfMoreThan2GigabitsAreCountedInBytes() {
    byte[] bytes =
        new String(
                table("COMPRESSED_DATA", "P", "B", -64, List.of(new byte[0])),
                StandardCharsets.ISO_8859_1)
            .replace("NAXIS2  = %20d".formatted(HEIGHT), "NAXIS2  = %20d".formatted(1))
            .replace("ZNAXIS1 = %20d".formatted(WIDTH), "ZNAXIS1 = %20d".formatted(8192))
            .replace("ZNAXIS2 = %20d".formatted(HEIGHT), "ZNAXIS2 = %20d".formatted(4096))
            .replace("ZCMPTYPE= 'GZIP_1'", "ZTILE2  = 4096    ")
            .getBytes(StandardCharsets.ISO_8859_1);

    assertThatThrownBy(() -> read(bytes, new ImageLimits(64_000_000, 1L << 29)))
        .hasMessage(
            "The pixels of FITS HDU 1 cannot be read: tile 1 of 1 is damaged: it holds no data.");
  }

  @Test
  void rowsBeyondTheDataAreRefused() {
    List<byte[]> tiles = new ArrayList<>();
    for (int y = 0; y < HEIGHT; y++) {
      tiles.add(new byte[1]);
    }
    byte[] bytes =
        new String(
                table("COMPRESSED_DATA", "P", "B", 8, tiles, "THEAP   = %20d".formatted(8)),
                StandardCharsets.ISO_8859_1)
            .replace(" NAXIS   = %20d".formatted(2), " NAXIS   = %20d".formatted(1))
            .getBytes(StandardCharsets.ISO_8859_1);

    assertThatThrownBy(() -> read(bytes)).hasMessageContaining("its table does not fit its tiles");
  }

  @Test
  void theMemoryOfATileIsCounted() throws Exception {
    byte[] bytes =
        new String(
                table("COMPRESSED_DATA", "P", "B", 8, List.of(new byte[0])),
                StandardCharsets.ISO_8859_1)
            .replace("NAXIS2  = %20d".formatted(HEIGHT), "NAXIS2  = %20d".formatted(1))
            .replace("ZNAXIS2 = %20d".formatted(HEIGHT), "ZNAXIS2 = %20d".formatted(8000))
            .replace("ZNAXIS1 = %20d".formatted(WIDTH), "ZNAXIS1 = %20d".formatted(8000))
            .replace("ZCMPTYPE= 'GZIP_1'", "ZTILE2  = 99999999")
            .getBytes(StandardCharsets.ISO_8859_1);
    ImageFile file =
        new ImageDecoder(ImageLimits.DEFAULT, new ImageIoJpeg(), DecodingMemory.SHARED)
            .open(bytes, ImageDescription.NONE);

    assertThat(file.heapToRead(new Window(0, 0, 100), Channels.RGB))
        .isGreaterThan(18L * 8000 * 8000);
  }

  @Test
  void anUnknownCompressionIsNamed() throws Exception {
    byte[] bytes =
        new String(FitsFiles.packed("astropy-int-zquantiz.fits"), StandardCharsets.ISO_8859_1)
            .replace("'GZIP_1  '", "'ZSTD_1  '")
            .getBytes(StandardCharsets.ISO_8859_1);

    assertThatThrownBy(() -> read(bytes))
        .hasMessageContaining("its compression \"ZSTD_1\" (ZCMPTYPE) is unknown");
  }
}
