package dev.tuningfork.tile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.tuningfork.image.SurveyFiles;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TileTest {

  private static final int WIDTH = 300;
  private static final int HEIGHT = 200;
  private static final Map<String, Object> GRID = SurveyFiles.grid(150, 100);

  @TempDir private Path folder;

  private static float[][] noise() {
    Random random = new Random(1);
    float[][] pixels = new float[HEIGHT][WIDTH];
    for (float[] row : pixels) {
      for (int x = 0; x < WIDTH; x++) {
        row[x] = (float) random.nextGaussian(5, 2);
      }
    }
    return pixels;
  }

  private static TileCache cache(Path folder) {
    return new TileCache(1 << 20, folder);
  }

  private static void holds(float[][] pixels, Tile tile) throws TileException {
    assertThat(tile.width()).isEqualTo(WIDTH);
    assertThat(tile.height()).isEqualTo(HEIGHT);
    Random random = new Random(2);
    for (int i = 0; i < 20; i++) {
      int x = random.nextInt(WIDTH);
      int y = random.nextInt(HEIGHT);
      int width = 1 + random.nextInt(WIDTH - x);
      int height = 1 + random.nextInt(HEIGHT - y);
      float[] read = new float[width * height];
      tile.read(x, y, width, height, read);
      for (int k = 0; k < read.length; k++) {
        assertThat(read[k]).isEqualTo(pixels[y + k / width][x + k % width]);
      }
    }
  }

  @Test
  void anUncompressedTileIsRead() throws Exception {
    float[][] pixels = noise();
    Path file = SurveyFiles.write(folder.resolve("t.fits"), pixels, GRID);

    try (Tile tile = Tile.open(TileSource.of(file), cache(folder))) {
      holds(pixels, tile);
    }
  }

  @Test
  void aGzippedTileIsInflatedOnceAndItsFileDeleted() throws Exception {
    float[][] pixels = noise();
    Path file = SurveyFiles.write(folder.resolve("t.fits"), pixels, GRID);
    Path scratch = Files.createDirectory(folder.resolve("scratch"));

    Path gzipped = SurveyFiles.gzip(file, folder.resolve("t.fits.gz"));
    try (Tile tile = Tile.open(TileSource.of(gzipped), cache(scratch))) {
      holds(pixels, tile);
      assertThat(decompressed(scratch)).hasSize(1);
    }

    assertThat(scratch).isEmptyDirectory();
  }

  @Test
  void whatAKilledProcessDecompressedIsDeletedByTheNext() throws Exception {
    Path gzipped =
        SurveyFiles.gzip(
            SurveyFiles.write(folder.resolve("t.fits"), noise(), GRID),
            folder.resolve("t.fits.gz"));
    Path scratch = Files.createDirectory(folder.resolve("scratch"));
    Path left;
    try (Tile _ = Tile.open(TileSource.of(gzipped), cache(scratch))) {
      left = decompressed(scratch).getFirst();
    }
    // as it is left, but for the lock, which the system releases
    Files.createDirectory(left.getParent());
    Files.writeString(left, "pixels");
    Files.createFile(scratch.resolve(left.getParent().getFileName() + ".lock"));

    try (Tile _ = Tile.open(TileSource.of(gzipped), cache(scratch))) {
      assertThat(decompressed(scratch)).hasSize(1).doesNotContain(left);
    }
  }

  private static List<Path> decompressed(Path scratch) throws IOException {
    try (Stream<Path> files = Files.walk(scratch)) {
      return files.filter(file -> file.toString().endsWith(".fits")).toList();
    }
  }

  @ParameterizedTest
  @CsvSource({"GZIP_2, 300, 1", "GZIP_1, 64, 48", "GZIP_2, 150, 200"})
  void aCompressedTileIsRead(String algorithm, int width, int height) throws Exception {
    float[][] pixels = noise();
    Path file = folder.resolve("t.fits.fz");
    SurveyFiles.compress(file, pixels, GRID, algorithm, width, height);

    try (Tile tile = Tile.open(TileSource.of(file), cache(folder))) {
      holds(pixels, tile);
    }
  }

  /** A copy of the right length that is empty, and is filled as parts of it are needed. */
  private record Filled(Path from, Path copy, AtomicLong filled) implements RemoteFile {
    @Override
    public void need(List<Span> spans) {
      try (FileChannel in = FileChannel.open(from);
          FileChannel out = FileChannel.open(copy, StandardOpenOption.WRITE)) {
        for (Span span : spans) {
          filled.addAndGet(in.transferTo(span.from(), span.count(), out.position(span.from())));
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public boolean isCurrent() {
      return true;
    }
  }

  @ParameterizedTest
  @CsvSource({"'', 0, 0", "GZIP_2, 300, 1", "GZIP_1, 64, 48"})
  void aCopyIsReadOfWhichOnlyTheNeededPartsAreThere(String algorithm, int width, int height)
      throws Exception {
    float[][] pixels = noise();
    Path file = folder.resolve("t.fits");
    if (algorithm.isEmpty()) {
      SurveyFiles.write(file, pixels, GRID);
    } else {
      SurveyFiles.compress(file, pixels, GRID, algorithm, width, height);
    }
    for (boolean whole : List.of(false, true)) {
      Path copy = folder.resolve("copy-" + whole);
      Files.write(copy, new byte[(int) Files.size(file)]);
      Filled remote = new Filled(file, copy, new AtomicLong());
      try (Tile tile = Tile.open(TileSource.of(remote, copy, null), cache(folder))) {
        if (whole) {
          holds(pixels, tile);
        } else {
          float[] corner = new float[4];
          tile.read(100, 70, 2, 2, corner);
          assertThat(corner)
              .containsExactly(pixels[70][100], pixels[70][101], pixels[71][100], pixels[71][101]);
          assertThat(remote.filled().get()).isLessThan(Files.size(file) / 3);
        }
      }
    }
  }

  @Test
  void aPieceIsDecompressedOnceForAllThreads() throws Exception {
    Path file = folder.resolve("t.fits.fz");
    SurveyFiles.compress(file, noise(), GRID, "GZIP_2", WIDTH, 1);
    TileCache cache = cache(folder);
    try (Tile tile = Tile.open(TileSource.of(file), cache);
        var threads = Executors.newFixedThreadPool(4)) {
      Callable<Float> read =
          () -> {
            float[] pixels = new float[WIDTH * HEIGHT];
            tile.read(0, 0, WIDTH, HEIGHT, pixels);
            return pixels[17];
          };
      for (Future<Float> done : threads.invokeAll(List.of(read, read, read, read))) {
        done.get();
      }
    }

    assertThat(cache.decompressed()).isEqualTo(Math.ceilDiv(HEIGHT, 16));
  }

  /** Galaxies that come in any order would else have their pieces decompressed for each. */
  @Test
  void aCacheGrowsWhereWhatItPutOutIsNeededAgain() throws Exception {
    Path file = folder.resolve("t.fits.fz");
    SurveyFiles.compress(file, noise(), GRID, "GZIP_2", WIDTH, 20);
    long piece = 20L * WIDTH * Float.BYTES;
    TileCache cache = new TileCache(2 * piece, 3 * piece, folder);
    float[] pixels = new float[WIDTH * 80];
    try (Tile tile = Tile.open(TileSource.of(file), cache)) {
      tile.read(0, 0, WIDTH, 60, pixels);
      assertThat(cache.decompressed()).isEqualTo(3);
      tile.read(0, 0, WIDTH, 60, pixels);
      assertThat(cache.decompressed()).as("the first was put out").isEqualTo(4);
      tile.read(0, 0, WIDTH, 60, pixels);
      assertThat(cache.decompressed()).as("all have room").isEqualTo(4);
      tile.read(0, 60, WIDTH, 20, pixels);
      tile.read(0, 0, WIDTH, 20, pixels);
      assertThat(cache.decompressed()).as("it grows no further").isEqualTo(6);
    }
  }

  @Test
  void aSmallCacheForgetsTheLeastRecentlyUsed() throws Exception {
    Path file = folder.resolve("t.fits.fz");
    SurveyFiles.compress(file, noise(), GRID, "GZIP_2", WIDTH, 20);
    TileCache cache = new TileCache(4L * 20 * WIDTH * Float.BYTES, folder);
    float[] pixels = new float[WIDTH * 80];
    try (Tile tile = Tile.open(TileSource.of(file), cache)) {
      tile.read(0, 0, WIDTH, 80, pixels);
      tile.read(0, 0, WIDTH, 80, pixels);
      assertThat(cache.decompressed()).isEqualTo(4);
      tile.read(0, 80, WIDTH, 40, pixels);
      tile.read(0, 40, WIDTH, 40, pixels);
      assertThat(cache.decompressed()).isEqualTo(6);
      tile.read(0, 0, WIDTH, 1, pixels);
      assertThat(cache.decompressed()).isEqualTo(7);
    }
  }

  @Test
  void aMaskMayBeInAFileOfItsOwn() throws Exception {
    int[][] mask = new int[HEIGHT][WIDTH];
    mask[3][4] = 1;
    mask[5][6] = 4;
    Path image = SurveyFiles.write(folder.resolve("t.fits"), noise(), GRID);
    Path any = SurveyFiles.write(folder.resolve("any.fits"), mask, Map.of());
    Path named =
        SurveyFiles.write(
            folder.resolve("named.fits"), mask, Map.of("MSKNAM00", "SAT", "MSKVAL00", 4));
    Path gzipped = SurveyFiles.gzip(any, folder.resolve("any.fits.gz"));
    float[] read = new float[10 * 10];
    for (Path file : List.of(any, gzipped)) {
      try (Tile tile = Tile.open(TileSource.of(image).withMask(file, null), cache(folder))) {
        assertThat(tile.read(0, 0, 10, 10, read)).isZero();
        assertThat(read[3 * 10 + 4]).isNaN();
        assertThat(read[5 * 10 + 6]).isNaN();
        assertThat(read[0]).isFinite();
      }
    }
    try (Tile tile = Tile.open(TileSource.of(image).withMask(named, "0"), cache(folder))) {
      assertThat(tile.read(0, 0, 10, 10, read)).isEqualTo(1);
      assertThat(read[3 * 10 + 4]).isFinite();
      Files.setLastModifiedTime(named, FileTime.fromMillis(0));
      assertThatThrownBy(() -> tile.read(0, 0, 10, 10, read)).hasMessageContaining("has changed");
    }
    Path small = SurveyFiles.write(folder.resolve("small.fits"), new int[5][7], Map.of());
    assertThatThrownBy(() -> Tile.open(TileSource.of(image).withMask(small, null), cache(folder)))
        .hasMessage(
            "The mask %s of the tile %s cannot be read: The mask in FITS HDU 0 is 7×5 pixels, and"
                    .formatted(small, image)
                + " the image is 300×200.");
  }

  @Test
  void masksSayWhatIsUndefinedAndSaturated() throws Exception {
    int[][] mask = new int[HEIGHT][WIDTH];
    mask[3][4] = 1 << 8;
    mask[5][6] = 1 << 1;
    mask[7][8] = 1 << 5;
    for (Map<String, Object> names :
        List.<Map<String, Object>>of(
            Map.of("HIERARCH.MP_NO_DATA", 8, "MP_SAT", 1, "HIERARCH.MP_DETECTED", 5),
            Map.of(
                "MSKN0008", "NO_DATA", "MSKM0008", 256, "MSKN0001", "SATURATED", "MSKM0001", 2))) {
      Path file = folder.resolve("masked.fits");
      SurveyFiles.write(file, noise(), GRID, mask, names);
      float[] read = new float[20 * 20];
      try (Tile tile = Tile.open(TileSource.of(file), cache(folder))) {
        assertThat(tile.hdu()).isEqualTo("IMAGE");
        assertThat(tile.read(0, 0, 20, 20, read)).isEqualTo(1);
      }
      List<Integer> undefined = new ArrayList<>();
      for (int i = 0; i < read.length; i++) {
        if (Float.isNaN(read[i])) {
          undefined.add(i);
        }
      }
      assertThat(undefined).containsExactly(3 * 20 + 4);
      try (Tile tile = Tile.open(new TileSource(file, null, 0, ""), cache(folder))) {
        tile.read(0, 0, 20, 20, read);
        assertThat(read[3 * 20 + 4]).isFinite();
      }
    }
  }

  @Test
  void undefinedPixelsAreNaN() throws Exception {
    short[][] pixels = new short[HEIGHT][WIDTH];
    pixels[1][2] = -99;
    pixels[1][3] = 7;
    Map<String, Object> cards = new HashMap<>(GRID);
    cards.putAll(Map.of("BLANK", -99, "BSCALE", 0.5, "BZERO", 100.0));
    Path file = SurveyFiles.write(folder.resolve("i.fits"), pixels, cards);
    float[] read = new float[4];

    try (Tile tile = Tile.open(TileSource.of(file), cache(folder))) {
      tile.read(2, 1, 2, 1, read);
    }

    assertThat(read).startsWith(Float.NaN, 103.5f);
  }

  @Test
  void panStarrsAsinhMagnitudesBecomeFlux() throws Exception {
    float[][] pixels = new float[HEIGHT][WIDTH];
    pixels[0][0] = 2;
    Map<String, Object> cards = new HashMap<>(GRID);
    cards.putAll(Map.of("BSOFTEN", 200.0, "BOFFSET", 10.0));
    Path file = SurveyFiles.write(folder.resolve("ps1.fits"), pixels, cards);
    float[] read = new float[2];

    try (Tile tile = Tile.open(TileSource.of(file), cache(folder))) {
      tile.read(0, 0, 2, 1, read);
    }

    double exponent = 2 * 0.4 * Math.log(10);
    float due = (float) (10 + 200 * (Math.exp(exponent) - Math.exp(-exponent)));
    assertThat(read[0]).isCloseTo(due, within(1e-2f));
    assertThat(read[1]).isEqualTo(10);
  }

  /** As Rubin lays its patches out: GZIP_2 without loss, the scale in PC, names of mask bits. */
  @Test
  void aPatchOfRubinIsRead() throws Exception {
    Path file = folder.resolve("rubin.fits");
    try (InputStream in = TileTest.class.getResourceAsStream("rubin-patch.fits")) {
      Files.copy(in, file);
    }
    float[] read = new float[40 * 32];
    try (Tile tile = Tile.open(TileSource.of(file), cache(folder))) {
      assertThat(tile.hdu()).isEqualTo("IMAGE");
      assertThat(tile.wcs().at(19.5, 15.5).pixelScale()).isCloseTo(0.2, within(1e-4));
      assertThat(tile.read(0, 0, 40, 32, read)).isEqualTo(1);
    }
    assertThat(read[5 * 40 + 7]).isEqualTo(3.8f);
    assertThat(read[31 * 40 + 39]).isEqualTo(0.6f);
    assertThat(read[2 * 40 + 39]).isNaN();
    assertThat(read[3 * 40]).isFinite();
  }

  private void fails(Path file, String... parts) {
    assertThatThrownBy(() -> Tile.open(TileSource.of(file), cache(folder)).close())
        .isInstanceOf(TileException.class)
        .hasMessageContainingAll(parts);
  }

  @Test
  void whatCannotBeUsedIsRefusedWithItsName() throws Exception {
    Path plain = SurveyFiles.write(folder.resolve("plain.fits"), noise(), Map.of());
    Path hpx = folder.resolve("hpx.fits");
    Map<String, Object> cards = new HashMap<>(GRID);
    cards.putAll(Map.of("CTYPE1", "RA---HPX", "CTYPE2", "DEC--HPX"));
    SurveyFiles.write(hpx, noise(), cards);
    Path text = Files.writeString(folder.resolve("text.fits"), "no FITS file");
    Path whole = SurveyFiles.write(folder.resolve("whole.fits"), noise(), GRID);
    Path truncated = folder.resolve("truncated.fits");
    Files.write(truncated, Arrays.copyOf(Files.readAllBytes(whole), 100_000));
    Path gzipped = SurveyFiles.gzip(whole, folder.resolve("whole.fits.gz"));
    Path halfGzipped = folder.resolve("half.fits.gz");
    Files.write(halfGzipped, Arrays.copyOf(Files.readAllBytes(gzipped), 50_000));

    fails(plain, "plain.fits", "no celestial coordinates");
    fails(hpx, "hpx.fits", "projection HPX");
    fails(text, "text.fits", "truncated or damaged");
    fails(truncated, "truncated.fits", "declares 240000 bytes");
    fails(halfGzipped, "half.fits.gz", "cannot be read");
    fails(folder.resolve("none.fits"), "none.fits", "does not exist");
    assertThatThrownBy(() -> Tile.open(TileSource.of(whole, "SCI"), cache(folder)))
        .isInstanceOf(TileException.class)
        .hasMessageContainingAll("whole.fits[SCI]", "no HDU \"SCI\"");
    assertThatThrownBy(() -> Tile.open(new TileSource(whole, null, 3, null), cache(folder)))
        .isInstanceOf(TileException.class)
        .hasMessageContaining("no plane 3");
  }

  @Test
  void aTileThatChangesWhileItIsReadIsRefused() throws Exception {
    Path file = SurveyFiles.write(folder.resolve("t.fits"), noise(), GRID);
    float[] read = new float[100];
    try (Tile tile = Tile.open(TileSource.of(file), cache(folder))) {
      tile.read(0, 0, 10, 10, read);
      Files.setLastModifiedTime(file, FileTime.fromMillis(1_000_000));
      assertThatThrownBy(() -> tile.read(0, 0, 10, 10, read))
          .isInstanceOf(TileException.class)
          .hasMessageContainingAll("t.fits", "has changed");
    }
    try (Tile tile = Tile.open(TileSource.of(file), cache(folder));
        var writer = new RandomAccessFile(file.toFile(), "rw")) {
      writer.setLength(50_000);
      assertThatThrownBy(() -> tile.read(0, 190, 10, 10, read))
          .isInstanceOf(TileException.class)
          .hasMessageContainingAll("t.fits", "has changed");
    }
  }

  @Test
  void aDamagedPieceIsNamed() throws Exception {
    Path file = folder.resolve("t.fits.fz");
    SurveyFiles.compress(file, noise(), GRID, "GZIP_2", WIDTH, 1);
    byte[] bytes = Files.readAllBytes(file);
    Arrays.fill(bytes, bytes.length - 60_000, bytes.length - 20_000, (byte) 1);
    Files.write(file, bytes);
    try (Tile tile = Tile.open(TileSource.of(file), cache(folder))) {
      assertThatThrownBy(() -> tile.read(0, 0, WIDTH, HEIGHT, new float[WIDTH * HEIGHT]))
          .isInstanceOf(TileException.class)
          .hasMessageContainingAll("t.fits.fz", "is damaged");
    }
  }

  @Test
  void aRectangleBeyondTheImageIsRefused() throws IOException, TileException {
    Path file = SurveyFiles.write(folder.resolve("t.fits"), noise(), GRID);
    try (Tile tile = Tile.open(TileSource.of(file), cache(folder))) {
      assertThatThrownBy(() -> tile.read(WIDTH - 5, 0, 10, 10, new float[100]))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
