package dev.tuningfork.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What counts as an undefined pixel of linear flux, and what comes in its place. */
class UndefinedPixelsTest {

  private static final int SIDE = 96;
  private static final Window MIDDLE = Window.central(SIDE, SIDE, 47);

  /** A galaxy of 600 at its centre and a sky with a noise of 4. */
  private static float[][] galaxy(double sky) {
    Random random = new Random(7);
    return painted(
        (x, y) -> sky + 600 * Math.exp(-Math.hypot(x, y) / 3) + 4 * random.nextGaussian());
  }

  /** By the distances from the centre. */
  private static float[][] painted(DoubleBinaryOperator flux) {
    float[][] image = new float[SIDE][SIDE];
    for (int y = 0; y < SIDE; y++) {
      for (int x = 0; x < SIDE; x++) {
        image[y][x] = (float) flux.applyAsDouble(x - 47.5, y - 47.5);
      }
    }
    return image;
  }

  private static float[][] mapped(float[][] image, DoubleUnaryOperator pixel) {
    float[][] mapped = new float[SIDE][SIDE];
    for (int y = 0; y < SIDE; y++) {
      for (int x = 0; x < SIDE; x++) {
        mapped[y][x] = (float) pixel.applyAsDouble(image[y][x]);
      }
    }
    return mapped;
  }

  private static float[][] with(
      float[][] image, int top, int bottom, int left, int right, double value) {
    float[][] changed = mapped(image, pixel -> pixel);
    for (int y = top; y < bottom; y++) {
      for (int x = left; x < right; x++) {
        changed[y][x] = (float) value;
      }
    }
    return changed;
  }

  private static float[][] framed(float[][] image, int width, double value) {
    float[][] framed = with(image, 0, width, 0, SIDE, value);
    framed = with(framed, SIDE - width, SIDE, 0, SIDE, value);
    framed = with(framed, 0, SIDE, 0, width, value);
    return with(framed, 0, SIDE, SIDE - width, SIDE, value);
  }

  private static Cutout cutout(Object pixels, String... bands) throws ImageException {
    return cutout(pixels, Map.of(), MIDDLE, bands);
  }

  private static Cutout cutout(
      Object pixels, Map<String, Object> cards, Window window, String... bands)
      throws ImageException {
    var description = new ImageDescription(null, null, List.of(bands), null);
    return new ImageDecoder(ImageLimits.DEFAULT, new ImageIoJpeg(), DecodingMemory.SHARED)
        .open(FitsFiles.file(FitsFiles.hdu(pixels, cards)), description)
        .read(window, Channels.RGB);
  }

  private static void assertAlike(Cutout cutout, Cutout due, double most) {
    for (int i = 0; i < due.values().length; i++) {
      assertThat((double) cutout.values()[i]).isCloseTo(due.values()[i], within(most));
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -999, -32768, 1e20, Double.NaN})
  void theBorderOfAMosaicIsNoSky(double fill) throws Exception {
    Cutout whole = cutout(galaxy(100));

    Cutout framed = cutout(framed(galaxy(100), 20, fill));

    assertAlike(framed, whole, 3);
    assertThat(framed.flags()).isEmpty();
    assertThat(((Cutout.Flux) framed.light()).bands().getFirst().noise())
        .isCloseTo(((Cutout.Flux) whole.light()).bands().getFirst().noise(), within(1.5));
  }

  @Test
  void aBorderWithinTheViewIsFilledWithSkyAndItsShareIsReported() throws Exception {
    Cutout cutout = cutout(with(galaxy(100), 0, SIDE, 0, 34, 0));

    assertThat(cutout.flags()).containsExactly(QualityFlag.NAN_FILLED);
    assertThat(cutout.undefined()).isCloseTo(10 / 47.0, within(1e-9));
    assertThat(cutout.values()[0]).isZero();
  }

  @Test
  void theSameHoldsForIntegers() throws Exception {
    int[][] whole = new int[SIDE][SIDE];
    int[][] framed = new int[SIDE][SIDE];
    float[][] galaxy = galaxy(100);
    for (int y = 0; y < SIDE; y++) {
      for (int x = 0; x < SIDE; x++) {
        whole[y][x] = Math.round(galaxy[y][x]);
        framed[y][x] = x < 20 || y > 80 ? 0 : whole[y][x];
      }
    }

    assertAlike(cutout(framed), cutout(whole), 2);
  }

  @ParameterizedTest
  @CsvSource({"0", "NaN", "-999"})
  void aDeadRowOrColumnThroughTheCoreIsBridged(double dead) throws Exception {
    Cutout whole = cutout(galaxy(100));

    for (float[][] damaged :
        List.of(
            with(galaxy(100), 47, 48, 0, SIDE, dead),
            with(galaxy(100), 0, SIDE, 48, 49, dead),
            with(with(galaxy(100), 44, 45, 0, SIDE, dead), 0, SIDE, 50, 51, dead))) {
      Cutout bridged = cutout(damaged);
      assertAlike(bridged, whole, 110);
      assertThat(bridged.flags()).containsExactly(QualityFlag.NAN_FILLED);
      assertThat(bridged.undefined()).isBetween(1 / 47.0 - 1e-9, 2 / 47.0);
    }
    assertAlike(cutout(with(galaxy(100), 60, 63, 0, SIDE, dead)), whole, 60);
  }

  /** The view is 47 pixels wide: an eighth of it are 5, and its centre is 11 wide. */
  @ParameterizedTest
  @CsvSource({"0", "NaN", "-999"})
  void theWiderAGapThroughTheCoreTheMoreIsLostUntilTheImageIsRefused(double dead) throws Exception {
    Cutout whole = cutout(galaxy(100));
    double before = 0;
    for (int width = 1; width <= 12; width++) {
      int from = 48 - width / 2;
      for (float[][] damaged :
          List.of(
              with(galaxy(100), from, from + width, 0, SIDE, dead),
              with(galaxy(100), 0, SIDE, from, from + width, dead))) {
        if (width > 5) {
          assertThatThrownBy(() -> cutout(damaged))
              .hasMessageContaining("of the centre of the FITS image is undefined");
          continue;
        }
        Cutout bridged = cutout(damaged);
        assertThat(bridged.flags()).containsExactly(QualityFlag.NAN_FILLED);
        assertThat(bridged.undefined()).isCloseTo(width / 47.0, within(1e-9));
        assertThat(worst(bridged, whole)).isBetween(before, 100.0 * width);
      }
      before =
          width > 5
              ? before
              : 0.8 * worst(cutout(with(galaxy(100), from, from + width, 0, SIDE, dead)), whole);
    }
  }

  @ParameterizedTest
  @CsvSource({"0", "NaN", "-999"})
  void aWideGapBesideTheCoreIsBridged(double dead) throws Exception {
    Cutout whole = cutout(galaxy(100));
    for (int width = 1; width <= 15; width++) {
      Cutout bridged = cutout(with(galaxy(100), 53, 53 + width, 0, SIDE, dead));

      assertThat(bridged.flags()).containsExactly(QualityFlag.NAN_FILLED);
      assertThat(bridged.undefined()).isCloseTo(width / 47.0, within(1e-9));
      assertThat(worst(bridged, whole)).isLessThan(60); // 96 with sky in its place
    }
  }

  private static double worst(Cutout cutout, Cutout due) {
    double worst = 0;
    for (int i = 0; i < due.values().length; i++) {
      worst = Math.max(worst, Math.abs(cutout.values()[i] - due.values()[i]));
    }
    return worst;
  }

  @Test
  void aBandWithoutCoverageIsLeftOutWhateverItsFirstPixelHolds() throws Exception {
    float[][] empty = painted((_, _) -> 7.5);
    empty[0][0] = 8;

    Cutout cutout = cutout(new float[][][] {galaxy(0), empty, galaxy(5)}, "g", "r", "z");

    assertThat(cutout.flags()).containsExactly(QualityFlag.BAND_MISSING);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -1, 7.5, Double.NaN})
  void aBandWithoutCoverageIsLeftOut(double value) throws Exception {
    float[][] empty = painted((_, _) -> value);

    Cutout cutout = cutout(new float[][][] {galaxy(0), empty, galaxy(5)}, "g", "r", "z");

    assertThat(((Cutout.Flux) cutout.light()).bands())
        .extracting(Cutout.Band::name)
        .containsExactly("g", "z");
    assertThat(cutout.flags()).containsExactly(QualityFlag.BAND_MISSING);
  }

  @Test
  void aBandThatCoversLittleOfTheViewIsLeftOut() throws Exception {
    float[][] corner = with(galaxy(100), 0, SIDE, 0, 60, 0);

    Cutout cutout = cutout(new float[][][] {galaxy(0), corner, galaxy(5)}, "g", "r", "z");

    assertThat(((Cutout.Flux) cutout.light()).bands())
        .extracting(Cutout.Band::name)
        .containsExactly("g", "z");
  }

  @Test
  void anImageOfWhichTooLittleIsLeftIsRefused() {
    assertThatThrownBy(() -> cutout(with(galaxy(100), 0, SIDE, 0, 52, 0)))
        .isInstanceOf(ImageException.class)
        .hasMessage(
            "60 % of the part of the FITS image that the model looks at is undefined (NaN, BLANK or"
                + " a fill value); at most 50 % is allowed.");
    assertThatThrownBy(() -> cutout(with(galaxy(100), 40, 56, 40, 56, Double.NaN)))
        .isInstanceOf(ImageException.class)
        .hasMessageContaining("of the centre of the FITS image is undefined")
        .hasMessageContaining("so there is no galaxy to see");
  }

  @Test
  void realZerosStay() throws Exception {
    // a simulation without noise, a stamp cut out along an isophote, counts of photons, clipped sky
    Random random = new Random(3);
    float[][] simulated = painted((x, y) -> Math.max(0, 600 * Math.exp(-Math.hypot(x, y) / 3) - 1));
    float[][] stamp = mapped(galaxy(0), pixel -> pixel > 14 ? pixel : 0);
    float[][] counts =
        painted(
            (x, y) -> {
              double mean = 0.05 + 20 * Math.exp(-Math.hypot(x, y) / 5);
              int count = -1;
              for (double sum = 0; sum < mean; sum -= Math.log(random.nextDouble())) {
                count++;
              }
              return Math.max(0, count);
            });
    float[][] clipped = mapped(galaxy(0), pixel -> Math.max(0, pixel));

    for (float[][] real : List.of(simulated, stamp, counts, clipped)) {
      Cutout cutout = cutout(real);
      assertThat(cutout.flags()).isEmpty();
      assertThat(cutout.undefined()).isZero();
    }
    assertThat(cutout(simulated).values()[0]).isZero();
    assertThat(cutout(stamp).values()[0]).isZero();
  }

  @Test
  void realZerosStayWhereTheImageHasNoNegativeFlux() throws Exception {
    // galaxies whose outskirts end, without noise; and counts over an exposure that varies
    Random random = new Random(5);
    float[][] simulated = painted((x, y) -> ended(Math.hypot(x, 1.4 * y), 300, 15, 22));
    for (int i = 0; i < 12; i++) {
      int left = random.nextInt(8, SIDE - 8);
      int top = random.nextInt(8, SIDE - 8);
      double peak = random.nextDouble(5, 60);
      for (int y = 0; y < SIDE; y++) {
        for (int x = 0; x < SIDE; x++) {
          simulated[y][x] += (float) ended(Math.hypot(x - left, y - top), peak, 4, 8);
        }
      }
    }
    float[][] rates =
        painted(
            (x, y) -> {
              double mean = 0.002 + 8 * Math.exp(-Math.pow(Math.hypot(x, 1.4 * y) / 12, 4));
              int count = -1;
              for (double sum = 0; sum < mean; sum -= Math.log(random.nextDouble())) {
                count++;
              }
              double exposure = 1500 * (1 + 0.1 * Math.sin(x / 60) * Math.cos(y / 70));
              return Math.max(0, count) / exposure;
            });

    for (float[][] real : List.of(simulated, rates)) {
      assertThat(cutout(real).undefined()).isZero();
    }
  }

  private static double ended(double radius, double peak, double scale, double end) {
    return radius > end ? 0 : peak * Math.exp(-radius / scale);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -999, -32768, 1e30, 99999, 65535})
  void scatteredFillIsFoundWithoutRuns(double fill) throws Exception {
    Random random = new Random(11);
    float[][] scattered = mapped(galaxy(0), pixel -> random.nextDouble() < 0.02 ? fill : pixel);
    float[][] clusters = galaxy(0);
    for (int i = 0; i < 60; i++) {
      int left = random.nextInt(SIDE - 2);
      int top = random.nextInt(SIDE - 2);
      clusters = with(clusters, top, top + 2, left, left + 2, fill);
    }

    for (float[][] damaged : List.of(scattered, clusters)) {
      Cutout cutout = cutout(damaged);
      assertThat(cutout.flags()).containsExactly(QualityFlag.NAN_FILLED);
      assertThat(cutout.undefined()).isBetween(0.01, 0.05);
      for (float value : cutout.values()) {
        assertThat(value).isBetween(-50f, 700f);
      }
    }
  }

  @Test
  void twoFillValuesAreFoundWithoutRuns() throws Exception {
    Random random = new Random(13);
    float[][] damaged =
        mapped(
            mapped(galaxy(0), pixel -> random.nextDouble() < 0.02 ? -999 : pixel),
            pixel -> random.nextDouble() < 0.02 ? -32768 : pixel);

    for (float value : cutout(damaged).values()) {
      assertThat(value).isBetween(-50f, 700f);
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -999, 65535, 1e30})
  void aDeadRowOfALargeImageIsFound(double fill) throws Exception {
    int side = 1200;
    Random random = new Random(17);
    float[][] image = new float[side][side];
    for (int y = 0; y < side; y++) {
      for (int x = 0; x < side; x++) {
        double radius = Math.hypot(x - side / 2.0, y - side / 2.0);
        image[y][x] = (float) (300 * Math.exp(-radius / 80) + 3 * random.nextGaussian());
      }
    }
    for (int row : new int[] {604, 605}) {
      float[] whole = image[row].clone();
      Arrays.fill(image[row], (float) fill);

      Cutout cutout = cutout(image, Map.of(), Window.central(side, side, side));

      assertThat(cutout.undefined()).isCloseTo(1.0 / side, within(1e-9));
      image[row] = whole;
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -999, -1e30, 1e30})
  void aSingleDeadPixelIsBridged(double dead) throws Exception {
    Cutout cutout = cutout(with(galaxy(0), 47, 48, 47, 48, dead));

    assertThat(cutout.undefined()).isCloseTo(1 / (47.0 * 47), within(1e-9));
    assertAlike(cutout, cutout(galaxy(0)), 110);
  }

  @Test
  void aFewHotPixelsAreBridged() throws Exception {
    float[][] hot = galaxy(0);
    for (int at = 30; at < 66; at += 6) {
      hot[at][95 - at] = 65535;
    }

    assertAlike(cutout(hot), cutout(galaxy(0)), 110);
  }

  @Test
  void repeatedNumbersOfRoundedFluxAreReal() throws Exception {
    for (double step : new double[] {0.01, 0.25, 1}) {
      float[][] rounded = mapped(galaxy(0), pixel -> Math.rint(pixel / step) * step);
      assertThat(cutout(rounded).undefined()).isZero();
    }
    float[][] faint = mapped(galaxy(0), pixel -> pixel / 1000);
    assertThat(cutout(faint).undefined()).isZero();
  }

  @Test
  void saturatedStarsOfFewPixelsAreReal() throws Exception {
    Random random = new Random(23);
    float[][] stars =
        painted(
            (x, y) -> {
              double light = 0;
              for (int star = -2; star <= 2; star++) {
                double radius = Math.hypot(x + 0.5 - 9 * star, y + 0.5 - 7 * star);
                light += 3e5 * Math.exp(-0.5 * radius * radius / 0.36);
              }
              return Math.min(65535, 100 + light + 4 * random.nextGaussian());
            });

    assertThat(cutout(stars).undefined()).isZero();
  }

  @ParameterizedTest
  @ValueSource(doubles = {99999, 1e30})
  void aHighFillOverTheGalaxyIsFound(double fill) throws Exception {
    Cutout cutout = cutout(with(galaxy(100), 47, 49, 40, 56, fill));

    assertThat(cutout.undefined()).isCloseTo(32 / (47.0 * 47), within(1e-9));
    assertAlike(cutout, cutout(galaxy(100)), 400);
  }

  @ParameterizedTest
  @CsvSource({"8e4, 20", "1.2e5, 14.4", "9e4, 24", "1e5, 22.6", "1.2e5, 30"})
  void aSaturatedCoreOfABrightGalaxyIsNoFill(double peak, double scale) throws Exception {
    Random random = new Random(19);
    float[][] saturated =
        painted(
            (x, y) ->
                Math.min(
                    65535,
                    Math.rint(
                        1000
                            + peak * Math.exp(-Math.hypot(x, 1.4 * y) / scale)
                            + 30 * random.nextGaussian())));

    assertThat(cutout(saturated).undefined()).isZero();
  }

  @Test
  void fewLevelsAreNoFill() throws Exception {
    int[][] levels = new int[SIDE][SIDE];
    float[][] galaxy = galaxy(100);
    for (int y = 0; y < SIDE; y++) {
      for (int x = 0; x < SIDE; x++) {
        levels[y][x] = Math.round(galaxy[y][x] / 10);
      }
    }

    assertThat(cutout(levels).undefined()).isZero();
  }

  @Test
  void aSaturatedCoreIsNoFill() throws Exception {
    float[][] saturated = mapped(galaxy(0), pixel -> Math.min(pixel, 250));

    Cutout cutout = cutout(saturated);

    assertThat(cutout.undefined()).isZero();
    assertThat(cutout.values()[23 * 47 + 23]).isGreaterThan(240);
  }

  @ParameterizedTest
  @ValueSource(doubles = {1e300, 1e40, 1e-40, 1e-300})
  void unitsDoNotMatter(double unit) throws Exception {
    double[][] inUnit = new double[SIDE][SIDE];
    float[][] galaxy = galaxy(0);
    for (int y = 0; y < SIDE; y++) {
      for (int x = 0; x < SIDE; x++) {
        inUnit[y][x] = unit * galaxy[y][x];
      }
    }
    var spec = InputSpec.article().withSize(64);
    var preprocessor = new Preprocessor(spec, ImageLimits.DEFAULT);
    PreparedImage due = preprocessor.prepare(FitsFiles.image(galaxy), ImageDescription.NONE);

    PreparedImage prepared = preprocessor.prepare(FitsFiles.image(inUnit), ImageDescription.NONE);

    assertThat(prepared.flags()).isEqualTo(due.flags());
    for (int i = 0; i < due.pixels().count(); i++) {
      assertThat(prepared.pixels().brightness(i))
          .isCloseTo(due.pixels().brightness(i), within(1e-4f));
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {1, 0.001, 2.5, 1e30})
  void signed64BitPixelsAreScaledAsOthersAre(double scale) throws Exception {
    long[][] stored = new long[SIDE][SIDE];
    for (int y = 0; y < SIDE; y++) {
      for (int x = 0; x < SIDE; x++) {
        stored[y][x] = 7L * x - 3L * y - 40;
      }
    }
    byte[] bytes = FitsFiles.file(FitsFiles.hdu(stored, Map.of("BSCALE", scale, "BZERO", 5.0)));
    FitsFile file =
        (FitsFile)
            new ImageDecoder(ImageLimits.DEFAULT, new ImageIoJpeg(), DecodingMemory.SHARED)
                .open(bytes, ImageDescription.NONE);

    FitsPixels pixels = FitsPixels.of(MemorySegment.ofArray(bytes), file.hdu(), SIDE, SIDE);

    assertThat(pixels.flux(0, 5, 1)).isEqualTo(5 + scale * -48);
    assertThat(pixels.flux(0, 5, 9)).isEqualTo(5 + scale * 8);
  }

  @Test
  void unsigned64BitPixelsKeepTheirLowerBits() throws Exception {
    long[][] stored = new long[SIDE][SIDE];
    for (int y = 0; y < SIDE; y++) {
      for (int x = 0; x < SIDE; x++) {
        stored[y][x] = Long.MIN_VALUE + 3000 + 7 * x + y;
      }
    }
    byte[] bytes = FitsFiles.file(FitsFiles.hdu(stored, Map.of("BSCALE", 1.0, "BZERO", 0x1p63)));
    FitsFile file =
        (FitsFile)
            new ImageDecoder(ImageLimits.DEFAULT, new ImageIoJpeg(), DecodingMemory.SHARED)
                .open(bytes, ImageDescription.NONE);

    FitsPixels pixels = FitsPixels.of(file.file(), file.hdu(), SIDE, SIDE);

    assertThat(pixels.flux(0, 5, 9)).isEqualTo(3000 + 63 + 5);
  }
}
