package dev.tuningfork.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import nom.tam.fits.BasicHDU;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FitsTest {

  private static FitsFile open(byte[] bytes, @Nullable String hdu, String... bands)
      throws ImageException {
    var description = new ImageDescription(hdu, null, List.of(bands), null);
    return (FitsFile)
        new ImageDecoder(ImageLimits.DEFAULT, new ImageIoJpeg(), DecodingMemory.SHARED)
            .open(bytes, description);
  }

  private static FitsFile open(byte[] bytes) throws ImageException {
    return open(bytes, null);
  }

  /** The whole of a square plane as it is stored: row 0 at the bottom. */
  private static float[][] pixels(FitsFile file, int plane) throws ImageException {
    int side = Math.min(file.width(), file.height());
    double[] topDown =
        FitsPixels.of(file.file(), file.hdu(), file.width(), file.height())
            .window(plane, new Window(0, file.height() - side, side));
    float[][] rows = new float[side][];
    for (int y = 0; y < side; y++) {
      rows[y] = new float[side];
      for (int x = 0; x < side; x++) {
        rows[y][x] = (float) topDown[(side - 1 - y) * side + x];
      }
    }
    return rows;
  }

  @Property(tries = 80)
  void everyStoredPixelComesOutInItsPlaceWithItsScale(
      @ForAll("bitpix") int bitpix,
      @ForAll @IntRange(min = 1, max = 4) int planes,
      @ForAll @IntRange(min = 16, max = 40) int width,
      @ForAll @IntRange(min = 16, max = 40) int height,
      @ForAll boolean scaled,
      @ForAll boolean gzipped,
      @ForAll long seed)
      throws Exception {
    Random random = new Random(seed);
    double[][][] stored = new double[planes][height][width];
    Object pixels = array(bitpix, planes, height, width);
    for (int p = 0; p < planes; p++) {
      for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++) {
          stored[p][y][x] = bitpix == 8 ? random.nextInt(256) : random.nextInt(-30_000, 30_000);
          set(((Object[][]) pixels)[p][y], x, stored[p][y][x]);
        }
      }
    }
    Map<String, Object> cards = new HashMap<>();
    double scale = scaled ? 0.25 : 1;
    double zero = scaled ? 100.5 : 0;
    if (scaled) {
      cards.put("BSCALE", scale);
      cards.put("BZERO", zero);
    }
    byte[] bytes =
        FitsFiles.file(FitsFiles.hdu(planes == 1 ? ((Object[]) pixels)[0] : pixels, cards));

    FitsFile file = open(gzipped ? FitsFiles.gzip(bytes) : bytes);

    assertThat(file.width()).isEqualTo(width);
    assertThat(file.height()).isEqualTo(height);
    assertThat(file.planes()).isEqualTo(planes);
    int side = Math.min(width, height);
    for (int p = 0; p < planes; p++) {
      float[][] read = pixels(file, p);
      for (int y = 0; y < side; y++) {
        for (int x = 0; x < side; x++) {
          assertThat(read[y][x]).isEqualTo((float) (zero + scale * stored[p][y][x]));
        }
      }
    }
  }

  @Provide
  Arbitrary<Integer> bitpix() {
    return Arbitraries.of(8, 16, 32, 64, -32, -64);
  }

  private static Object array(int bitpix, int planes, int height, int width) {
    return switch (bitpix) {
      case 8 -> new byte[planes][height][width];
      case 16 -> new short[planes][height][width];
      case 32 -> new int[planes][height][width];
      case 64 -> new long[planes][height][width];
      case -32 -> new float[planes][height][width];
      default -> new double[planes][height][width];
    };
  }

  private static void set(Object row, int x, double value) {
    switch (row) {
      case byte[] r -> r[x] = (byte) value;
      case short[] r -> r[x] = (short) value;
      case int[] r -> r[x] = (int) value;
      case long[] r -> r[x] = (long) value;
      case float[] r -> r[x] = (float) value;
      case double[] r -> r[x] = value;
      default -> throw new IllegalArgumentException();
    }
  }

  /** What the files that fpack packed hold, by the formula that they were made with. */
  private static float packed(int x, int y) {
    return 100 + 3 * x + 7 * y + (x * y) % 11;
  }

  @ParameterizedTest
  @ValueSource(strings = {"fpack-r.fits", "fpack-g2.fits", "fpack-h.fits", "fpack-p.fits"})
  void whatFpackPackedWithoutLossIsReadExactly(String name) throws Exception {
    FitsFile file = open(FitsFiles.packed(name));

    assertThat(file.width()).isEqualTo(60);
    assertThat(file.height()).isEqualTo(40);
    float[][] read = pixels(file, 0);
    for (int y = 0; y < 40; y++) {
      for (int x = 0; x < 40; x++) {
        assertThat(read[y][x]).isEqualTo(packed(x, y));
      }
    }
  }

  @Test
  void whatFpackQuantisedIsReadWithinItsNoiseAndItsUndefinedPixelStaysUndefined() throws Exception {
    float[][] read = pixels(open(FitsFiles.packed("fpack-float-r.fits")), 0);

    for (int y = 0; y < 40; y++) {
      for (int x = 0; x < 40; x++) {
        if (x == 3 && y == 5) {
          assertThat(read[y][x]).isNaN();
        } else {
          assertThat(read[y][x])
              .isCloseTo(100 + 3 * x + 7 * y + (x * 31 + y * 17) % 23 / 4f, within(0.15f));
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"RICE_1", "GZIP_1", "GZIP_2"})
  void tileCompressedCubesAreRead(String algorithm) throws Exception {
    int[][][] cube = new int[3][20][30];
    for (int p = 0; p < 3; p++) {
      for (int y = 0; y < 20; y++) {
        for (int x = 0; x < 30; x++) {
          cube[p][y][x] = 1000 * p + 30 * y + x;
        }
      }
    }

    FitsFile file = open(FitsFiles.file(FitsFiles.compressed(cube, algorithm)));

    assertThat(file.planes()).isEqualTo(3);
    assertThat(pixels(file, 2)[7][5]).isEqualTo(2215);
  }

  @Test
  void theTopRowOfAPictureIsTheLastRowOfTheFile() throws Exception {
    float[][] image = new float[30][30];
    image[29][0] = 500;

    Cutout cutout = open(FitsFiles.image(image)).read(new Window(0, 0, 30), Channels.RGB);

    assertThat(cutout.values()[0]).isEqualTo(500);
  }

  @Test
  void theFirstHduWithPixelsIsTakenUnlessAnotherIsNamed() throws Exception {
    byte[] bytes =
        FitsFiles.file(
            FitsFiles.hdu(null, Map.of()),
            FitsFiles.hdu(new float[20][20], Map.of("EXTNAME", "SCI")),
            FitsFiles.hdu(new float[30][30], Map.of("EXTNAME", "WHT")));

    assertThat(open(bytes).width()).isEqualTo(20);
    assertThat(open(bytes, "wht").width()).isEqualTo(30);
    assertThat(open(bytes, "2").width()).isEqualTo(30);
    assertThatThrownBy(() -> open(bytes, "DQ"))
        .hasMessage("The FITS file has no HDU \"DQ\"; its HDUs are 0, 1 (SCI), 2 (WHT).");
    assertThatThrownBy(() -> open(bytes, "0"))
        .hasMessage("FITS HDU 0 contains no image; an image or a cube of images is needed.");
  }

  private static FitsFile chosen(String... names) throws Exception {
    BasicHDU<?>[] hdus = new BasicHDU<?>[names.length + 1];
    hdus[0] = FitsFiles.hdu(null, Map.of());
    for (int i = 0; i < names.length; i++) {
      String[] nameAndSide = names[i].split(":");
      String[] nameAndVersion = nameAndSide[0].split("@");
      Map<String, Object> cards = new HashMap<>();
      if (!nameAndVersion[0].isEmpty()) {
        cards.put("EXTNAME", nameAndVersion[0]);
      }
      if (nameAndVersion.length > 1) {
        cards.put("EXTVER", Integer.valueOf(nameAndVersion[1]));
      }
      int side = nameAndSide.length > 1 ? Integer.parseInt(nameAndSide[1]) : 20;
      boolean whole = nameAndSide.length > 2;
      hdus[i + 1] = FitsFiles.hdu(whole ? new int[side][side] : new float[side][side], cards);
    }
    return open(FitsFiles.file(hdus));
  }

  @ParameterizedTest
  @CsvSource({
    "MASK IMAGE VARIANCE, IMAGE",
    "ERR SCI, SCI",
    "WHT DQ SCI, SCI",
    "mask_g Var_g image_g, image_g",
    "FLUXERR FLUX, FLUX",
    "INVVAR COADD, COADD",
    "PREVIEW:64 SCI:90, SCI",
    "IMAGE:8 DATA:40, DATA",
    "THUMB G:20 SCI:100, SCI",
    "SCI:16 IMAGE:80, IMAGE",
    "BITS:20:int G:20, G",
    "FLG G, G",
    "QUAL G, G",
    "IVM G, G",
    "EXPOSURE G, G",
    "DEPTH G, G",
    "HITS G, G",
    "NIMAGES G, G",
    "RMSMAP G, G",
    "ERRMAP G, G",
    "ERRS G, G",
    "SIGMAMAP G, G",
    "STDEV G, G",
    "wht_img_1 G, G",
    "wgtmap G, G",
    "segimg G, G",
    "AREA G, G",
    "BAD_PIXELS G, G",
    "COSMIC_RAYS G, G",
    "DQIMG G, G",
    "EXPOSUREMAP G, G",
    "FOOTPRINT G, G",
    "GAINMAP G, G",
    "NEXPOSURE G, G",
    "SNRARRAY G, G",
    "STANDARD_DEVIATION G, G",
    "WTMAP G, G",
    "ERR DENOISED, DENOISED",
    "WHT PSF_MATCHED, PSF_MATCHED",
    "MASK MASKED_IMAGE, MASKED_IMAGE",
    "EXPOSURE_CORRECTED EXPOSURE, EXPOSURE_CORRECTED",
    "G BACKGROUND_SUBTRACTED, BACKGROUND_SUBTRACTED",
    "G SKY_SUB, SKY_SUB",
    "bkgsub_err BKGSUB, BKGSUB",
    "SCI@2:40 SCI:90, SCI",
    "SCI@2:80 SCI:90, SCI",
    "SCI:40 SCI@2:90, SCI",
    "IMAGE:20:int IMAGE@2, 'IMAGE,2'",
    "PRIMARY:20:int SCI, SCI",
    "IMAGE_r SCI, SCI",
    "SCI1 SCI2, SCI1",
    "FLUX IMG, IMG",
    ":20 COADD, COADD",
    "MASKED SCI, SCI",
    "MASK MASKED, MASKED",
    "MASKED G, MASKED",
    "MASKED_PIXELS G, G",
    "SIGMA SIGMA_CLIPPED, SIGMA_CLIPPED",
    "WEIGHT RMS BPM FLAGS PSF MODEL CHI2 INVVAR MASKBITS SEGM G, G",
    "MSK WGT SCI, SCI", // DES
    "WCSDVARR D2IMARR ERR DQ SAMP TIME G, G", // HST
    "ERR CON WHT VAR_POISSON VAR_RNOISE VAR_FLAT WAVELENGTH AREA G, G", // JWST
    "invvar-r chi2-r model-r nexp-r galdepth-r psfsize-r image-r, image-r", // Legacy Surveys
    "DET11.RMS DET11.DQ DET11.SCI, DET11.SCI", // Euclid
    "STAT DQ DATA, DATA", // MUSE
    "IVAR MASK FLUX, FLUX", // MaNGA
    "error coverage stDev image, image", // Herschel
    "UNCERT MASK PSFIMAGE G, G", // astropy's CCDData
    "BKGD BKGMASK CONTAM G, G",
  })
  void thePictureAmongTheHdusIsTaken(String names, String due) throws Exception {
    assertThat(chosen(names.split(" ")).facts().hdu()).isEqualTo(due);
  }

  @Test
  void withoutNamesFloatingPointGoesFirstAndThePrimaryHduHasANumber() throws Exception {
    assertThat(chosen(":20:int", ":20").facts().hdu()).isEqualTo("2");
    assertThat(open(FitsFiles.image(new float[20][20])).facts().hdu()).isEqualTo("0");
  }

  @Test
  void aFileOfMasksAloneIsRefusedUnlessOneIsNamed() throws Exception {
    byte[] bytes =
        FitsFiles.file(
            FitsFiles.hdu(null, Map.of()),
            FitsFiles.hdu(new float[20][20], Map.of("EXTNAME", "MASK")),
            FitsFiles.hdu(new float[20][20], Map.of("EXTNAME", "WHT")));

    assertThatThrownBy(() -> open(bytes))
        .hasMessage(
            "The FITS file has only auxiliary images, such as masks, weights and errors; its HDUs"
                + " are 0, 1 (MASK), 2 (WHT). Choose one with image.hdu or classify --hdu.");
    assertThat(open(bytes, "WHT").facts().hdu()).isEqualTo("WHT");
  }

  @ParameterizedTest
  @ValueSource(strings = {"ERROR", "QUALITY", "VARIANCE", "WEIGHT"})
  void theClassOfAnHduSaysThatItIsNoPicture(String hduclas2) throws Exception {
    byte[] bytes =
        FitsFiles.file(
            FitsFiles.hdu(null, Map.of()),
            FitsFiles.hdu(new float[20][20], Map.of("EXTNAME", "ONE", "HDUCLAS2", hduclas2)),
            FitsFiles.hdu(new float[20][20], Map.of("EXTNAME", "TWO")));

    assertThat(open(bytes).facts().hdu()).isEqualTo("TWO");
  }

  @Test
  void aPrimaryImageWithoutANameIsCalledPrimary() throws Exception {
    byte[] bytes =
        FitsFiles.file(
            FitsFiles.hdu(new float[20][20], Map.of()),
            FitsFiles.hdu(new float[30][30], Map.of("EXTNAME", "SCI")));

    assertThat(open(bytes, "primary").width()).isEqualTo(20);
  }

  @Test
  void aVersionTellsHdusOfOneNameApart() throws Exception {
    byte[] bytes =
        FitsFiles.file(
            FitsFiles.hdu(null, Map.of()),
            FitsFiles.hdu(new float[20][20], Map.of("EXTNAME", "SCI", "EXTVER", 1)),
            FitsFiles.hdu(new float[30][30], Map.of("EXTNAME", "SCI", "EXTVER", 2)));

    assertThat(open(bytes).width()).isEqualTo(20);
    assertThat(open(bytes).facts().hdu()).isEqualTo("SCI");
    assertThat(open(bytes, "sci,2").width()).isEqualTo(30);
    assertThat(open(bytes, "sci,2").facts().hdu()).isEqualTo("SCI,2");
  }

  @Test
  void damageBehindThePictureDoesNotMatter() throws Exception {
    byte[] bytes =
        FitsFiles.file(
            FitsFiles.hdu(null, Map.of()),
            FitsFiles.hdu(new float[20][20], Map.of("EXTNAME", "SCI")),
            FitsFiles.hdu(new float[90][90], Map.of("EXTNAME", "WHT")));

    assertThat(open(Arrays.copyOf(bytes, bytes.length - 9000)).width()).isEqualTo(20);
  }

  @Test
  void aTruncatedPictureIsNotReplacedByThePreviewBeforeIt() {
    byte[] bytes =
        FitsFiles.file(
            FitsFiles.hdu(new float[20][20], Map.of()),
            FitsFiles.hdu(new float[90][90], Map.of("EXTNAME", "SCI")));

    assertThatThrownBy(() -> open(Arrays.copyOf(bytes, bytes.length - 9000)))
        .hasMessageStartingWith("The header of FITS HDU 1 declares 32400 bytes");
  }

  @Test
  void aTruncatedCompanionDoesNotMatterToAPictureWithoutAName() throws Exception {
    byte[] bytes =
        FitsFiles.file(
            FitsFiles.hdu(new float[20][20], Map.of()),
            FitsFiles.hdu(new float[90][90], Map.of("EXTNAME", "WHT")));

    assertThat(open(Arrays.copyOf(bytes, bytes.length - 9000)).width()).isEqualTo(20);
  }

  @Test
  void axesOfLengthOneAreNotCountedWhereverTheyAre() throws Exception {
    float[][][][] pixels = new float[3][1][20][24];
    pixels[2][0][3][4] = 7;

    FitsFile file = open(FitsFiles.image(pixels));

    assertThat(file.planes()).isEqualTo(3);
    assertThat(pixels(file, 2)[3][4]).isEqualTo(7);
  }

  @Test
  void outerAxesOfLengthOneAreNotCounted() throws Exception {
    float[][][][] pixels = new float[1][1][20][20];
    pixels[0][0][3][4] = 7;

    FitsFile file = open(FitsFiles.image(pixels));

    assertThat(file.planes()).isEqualTo(1);
    assertThat(pixels(file, 0)[3][4]).isEqualTo(7);
  }

  @Test
  void blankPixelsAreFilledWithSkyAndReported() throws Exception {
    int[][] image = new int[20][20];
    for (int[] row : image) {
      Arrays.fill(row, 40);
    }
    image[10][10] = -99;
    byte[] bytes = FitsFiles.file(FitsFiles.hdu(image, Map.of("BLANK", -99)));

    Cutout cutout = open(bytes).read(new Window(0, 0, 20), Channels.RGB);

    assertThat(cutout.flags()).containsExactly(QualityFlag.NAN_FILLED);
    assertThat(cutout.values()).containsOnly(0);
  }

  @Test
  void anImageWithoutADefinedPixelIsRefused() throws Exception {
    float[][] image = new float[20][20];
    for (float[] row : image) {
      Arrays.fill(row, Float.NaN);
    }
    FitsFile file = open(FitsFiles.image(image));

    assertThatThrownBy(() -> file.read(new Window(0, 0, 20), Channels.RGB))
        .hasMessage("The part of the FITS image that the model looks at has no defined pixel.");
  }

  @Test
  void aPlaneWithoutDefinedPixelsIsLeftOut() throws Exception {
    float[][][] cube = new float[3][20][20];
    for (float[] row : cube[1]) {
      Arrays.fill(row, Float.NaN);
    }

    Cutout cutout =
        open(FitsFiles.image(cube), null, "g", "r", "z").read(new Window(0, 0, 20), Channels.RGB);

    assertThat(((Cutout.Flux) cutout.light()).bands())
        .extracting(Cutout.Band::name)
        .containsExactly("g", "z");
  }

  @Test
  void full16BitPixelsAreFlaggedAsSaturated() throws Exception {
    short[][] image = new short[20][20];
    for (int y = 8; y < 12; y++) {
      Arrays.fill(image[y], 8, 12, Short.MAX_VALUE);
    }

    assertThat(open(FitsFiles.image(image)).read(new Window(0, 0, 20), Channels.RGB).flags())
        .containsExactly(QualityFlag.SATURATED);
  }

  @ParameterizedTest
  @CsvSource({"CD1_1,CD2_2,-7.2777777e-5,7.2777777e-5", "CDELT1,CDELT2,-7.2777777e-5,7.2777777e-5"})
  void thePixelScaleIsReadFromTheCelestialCoordinates(
      String key1, String key2, double first, double second) throws Exception {
    byte[] bytes =
        FitsFiles.file(
            FitsFiles.hdu(
                new float[20][20], Map.of("CTYPE1", "RA---TAN", key1, first, key2, second)));

    assertThat(open(bytes).facts().pixelScale()).isCloseTo(0.262, within(1e-6));
    assertThat(open(FitsFiles.image(new float[20][20])).facts().pixelScale()).isNull();
  }

  @Test
  void aHeaderThatPromisesMoreThanTheFileHoldsIsRefused() {
    byte[] whole = FitsFiles.image(new float[40][40]);

    assertThatThrownBy(() -> open(Arrays.copyOf(whole, 2880 + 3000)))
        .hasMessage(
            "The header of FITS HDU 0 declares 6400 bytes of data, but the file has 3000: it is"
                + " truncated or its header is wrong.");
    assertThatThrownBy(() -> open(lying(whole, 2_000_000_000L)))
        .hasMessageContaining("declares 320000000000 bytes of data, but the file has 8640");
    assertThatThrownBy(() -> open(lying(whole, 9_000_000_000_000_000_000L)))
        .isInstanceOf(ImageException.class);
    assertThatThrownBy(() -> open(lying(whole, -5))).isInstanceOf(ImageException.class);
    assertThatThrownBy(() -> open(Arrays.copyOf(whole, 200)))
        .hasMessageContaining("has no END: the file is truncated or damaged.");
  }

  @Test
  @Timeout(
      value = 60,
      threadMode =
          ThreadMode.SEPARATE_THREAD) // it read the same HDU, or axes that are not there, for ever
  void countsOutsideOfTheStandardAreRefused() {
    byte[] whole =
        FitsFiles.file(
            FitsFiles.hdu(null, Map.of()),
            FitsFiles.hdu(new float[40][40], Map.of("PCOUNT", 0, "GCOUNT", 1)));

    assertThatThrownBy(() -> open(replaced(whole, "NAXIS   ", 2, 2_147_483_647)))
        .hasMessage("NAXIS of FITS HDU 1 is 2147483647.");
    assertThatThrownBy(() -> open(replaced(whole, "NAXIS   ", 2, -1)))
        .hasMessage("NAXIS of FITS HDU 1 is -1.");
    assertThatThrownBy(() -> open(replaced(whole, "PCOUNT  ", 0, -3040)))
        .hasMessage(
            "The header of FITS HDU 1 promises -5760 bytes of data: its PCOUNT, GCOUNT or BITPIX is"
                + " wrong.");
    assertThatThrownBy(() -> open(replaced(whole, "GCOUNT  ", 1, -1)))
        .hasMessageContaining("promises -6400 bytes");
  }

  private static byte[] replaced(byte[] file, Object... keysAndValues) {
    String text = new String(file, StandardCharsets.ISO_8859_1);
    for (int i = 0; i < keysAndValues.length; i += 3) {
      String card = "%s= %20d";
      text =
          text.replace(
              card.formatted(keysAndValues[i], keysAndValues[i + 1]),
              card.formatted(keysAndValues[i], keysAndValues[i + 2]));
    }
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  @Test
  void aFileWithoutTheLastBlocksPaddingIsRead() throws Exception {
    byte[] whole = FitsFiles.image(new float[40][40]);

    FitsFile file = open(Arrays.copyOf(whole, 2880 + 6400));

    assertThat(pixels(file, 0)).hasDimensions(40, 40);
  }

  @Test
  void tilesThatClaimToHoldMoreThanAllowedAreRefusedBeforeTheyAreInflated() {
    String text = new String(FitsFiles.packed("fpack-r.fits"), StandardCharsets.ISO_8859_1);
    byte[] lying =
        text.replace("ZNAXIS1 =                   60", "ZNAXIS1 =             60000000")
            .getBytes(StandardCharsets.ISO_8859_1);

    assertThatThrownBy(() -> open(lying))
        .hasMessageContaining("60000000×40 pixels, and at most 64000000 pixels are allowed");
  }

  @Test
  void tilesThatPointOutsideTheirHeapAreRefused() throws Exception {
    byte[] bytes = FitsFiles.packed("fpack-r.fits");
    FitsFile good = open(bytes);
    bytes[Math.toIntExact(good.hdu().dataOffset())] = 0x7f;

    assertThatThrownBy(() -> open(bytes))
        .hasMessage(
            "The tile-compressed image in FITS HDU 1 is damaged: its table does not fit its"
                + " tiles.");
  }

  @ParameterizedTest
  @ValueSource(strings = {" 0", "-1", " 7"})
  void tilesThatAreNotAsManyAsTheTableHasRowsAreRefused(String width) {
    String text = new String(FitsFiles.packed("fpack-r.fits"), StandardCharsets.ISO_8859_1);
    byte[] lying =
        text.replace("ZTILE1  =                   60", "ZTILE1  =                   " + width)
            .getBytes(StandardCharsets.ISO_8859_1);

    assertThatThrownBy(() -> open(lying)).hasMessageContaining("does not fit its tiles");
  }

  @Test
  void aGzipBombIsRefusedWhileItInflates() throws Exception {
    byte[] bomb = FitsFiles.gzip(new byte[2_000_000]);

    assertThatThrownBy(() -> Gzip.inflate(bomb, new ImageLimits(1000, 1_000_000)))
        .hasMessage("The gzipped file inflates to more than the 1000000 bytes that are allowed.");
    assertThatThrownBy(() -> open(bomb))
        .hasMessageStartingWith(
            "This gzipped file contains no FITS file: its first bytes are 00 00");
    assertThatThrownBy(() -> open(Arrays.copyOf(bomb, bomb.length / 2)))
        .hasMessageStartingWith("The gzipped file is truncated or damaged: ");
  }

  @Test
  void bandsThatDoNotMatchThePlanesAreRefused() {
    assertThatThrownBy(() -> open(FitsFiles.image(new float[3][20][20]), null, "g", "r"))
        .hasMessage("The FITS image has 3 planes, but 2 bands are named: g, r.");
  }

  @ParameterizedTest
  @CsvSource({
    "fits/decals_grz_162.fits, , 162, 162, 3",
    "fits/hsc_5band_50.fits, , 50, 50, 5",
    "fits/hst_acs_f606w_multi_hdu.fits, , 70, 46, 1",
    "fits/hst_acs_f606w_multi_hdu.fits, 1, 142, 156, 1",
    "fits/hst_f105w_group.fits.gz, , 100, 100, 1",
    "fits/hst_f105w_spiral.fits.gz, , 150, 150, 1",
  })
  void realCutoutsOfSurveysAreRead(
      String name, @Nullable String hdu, int width, int height, int planes) throws Exception {
    FitsFile file = open(RealData.file(name), hdu);

    assertThat(List.of(file.width(), file.height(), file.planes()))
        .containsExactly(width, height, planes);
    Cutout cutout = file.read(Window.central(width, height, Math.min(width, height)), Channels.RGB);
    assertThat(((Cutout.Flux) cutout.light()).bands()).allMatch(band -> band.noise() > 0);
    assertThat(cutout.flags()).isEmpty();
  }

  private static byte[] lying(byte[] whole, long width) {
    String text = new String(whole, StandardCharsets.ISO_8859_1);
    return text.replace("NAXIS1  =                   40", "NAXIS1  = %20d".formatted(width))
        .getBytes(StandardCharsets.ISO_8859_1);
  }
}
