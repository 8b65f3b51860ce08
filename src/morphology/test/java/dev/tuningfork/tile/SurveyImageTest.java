package dev.tuningfork.tile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.tuningfork.image.Channels;
import dev.tuningfork.image.Crop;
import dev.tuningfork.image.ImageDescription;
import dev.tuningfork.image.ImageException;
import dev.tuningfork.image.ImageLimits;
import dev.tuningfork.image.InputSpec;
import dev.tuningfork.image.LinearFlux;
import dev.tuningfork.image.Pixels;
import dev.tuningfork.image.PreparedImage;
import dev.tuningfork.image.Preprocessor;
import dev.tuningfork.image.QualityFlag;
import dev.tuningfork.image.Recipe;
import dev.tuningfork.image.SkyPosition;
import dev.tuningfork.image.SurveyFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SequencedMap;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SurveyImageTest {

  private static final int WIDTH = 240;
  private static final int HEIGHT = 200;
  private static final Map<String, Object> GRID = SurveyFiles.grid(100, 80);

  @TempDir private Path folder;
  private TileCache cache;

  @BeforeEach
  void cache() {
    cache = new TileCache(1 << 20, folder);
  }

  private static float[][] noise(int width, int height, long seed) {
    Random random = new Random(seed);
    float[][] pixels = new float[height][width];
    for (float[] row : pixels) {
      for (int x = 0; x < width; x++) {
        row[x] = (float) random.nextGaussian(0.1, 0.02);
      }
    }
    return pixels;
  }

  private SurveyImage image(Map<String, Path> files) throws TileException {
    SequencedMap<String, TileSource> bands = new LinkedHashMap<>();
    for (String band : List.of("g", "r", "i")) {
      if (files.containsKey(band)) {
        bands.put(band, TileSource.of(files.get(band)));
      }
    }
    return SurveyImage.open(bands, cache);
  }

  private Path file(String name, float[][] pixels, Map<String, Object> grid) throws Exception {
    return SurveyFiles.write(folder.resolve(name + ".fits"), pixels, grid);
  }

  private static Cut pixel(double x, double y, double side) {
    return new Cut(new Cut.Centre.Pixel(x, y), new Cut.Side.Pixels(side));
  }

  /** The corners are those of astropy's Cutout2D for the same positions and sides. */
  @ParameterizedTest
  @CsvSource({
    "60, 50, 4, 58, 48, 4",
    "60.4, 50.4, 4, 59, 49, 4",
    "60.6, 50.5, 5, 59, 48, 5",
    "60, 50, 5, 58, 48, 5",
    "60, 50, 4.4, 58, 48, 4",
    "120.49, 99.51, 101, 70, 50, 101"
  })
  void theSquareIsThatOfCutout2D(double x, double y, double side, int left, int bottom, int whole)
      throws Exception {
    float[][] pixels = noise(WIDTH, HEIGHT, 1);
    try (SurveyImage image = image(Map.of("r", file("r", pixels, GRID)))) {
      SkyCutout cutout = image.cut(pixel(x, y, side));

      assertThat(cutout.square()).isEqualTo(new PixelSquare(left, bottom, whole));
      assertThat(cutout.missing()).isZero();
      assertThat(cutout.flags()).isEmpty();
      for (int i = 0; i < whole * whole; i++) {
        assertThat(cutout.flux().values()[i])
            .isEqualTo(pixels[bottom + whole - 1 - i / whole][left + i % whole]);
      }
    }
  }

  @Test
  void aPositionOnTheSkyIsCutWhereItIs() throws Exception {
    try (SurveyImage image = image(Map.of("r", file("r", noise(WIDTH, HEIGHT, 1), GRID)))) {
      SkyPosition at = image.reference().wcs().toSky(130.2, 90.7);

      SkyCutout cutout = image.cut(Cut.ofArcseconds(at.ra(), at.dec(), 15));

      assertThat(cutout.square()).isEqualTo(new PixelSquare(106, 66, 50));
      assertThat(cutout.centre().ra()).isCloseTo(at.ra(), within(1e-9));
      assertThat(cutout.pixelScale()).isCloseTo(0.3, within(1e-5));
      assertThat(cutout.square().side() * cutout.pixelScale()).isCloseTo(15, within(1e-3));
      assertThat(Math.abs(Math.IEEEremainder(cutout.orientation(), 360))).isLessThan(0.1);
      assertThat(cutout.mirrored()).isFalse();
    }
  }

  @Test
  void whatIsBeyondTheEdgeIsMissing() throws Exception {
    float[][] pixels = noise(WIDTH, HEIGHT, 1);
    try (SurveyImage image = image(Map.of("r", file("r", pixels, GRID)))) {
      SkyCutout cutout = image.cut(pixel(2, 100, 20));

      assertThat(cutout.flags()).containsExactly(QualityFlag.EDGE);
      assertThat(cutout.missing()).isEqualTo(0.4);
      assertThat(cutout.flux().values()[7]).isNaN();
      assertThat(cutout.flux().values()[8]).isEqualTo(pixels[109][0]);
      assertThat(image.cut(pixel(100, HEIGHT - 1, 10)).missing()).isEqualTo(0.4);
      assertThat(image.cut(pixel(WIDTH - 1, 100, 10)).missing()).isEqualTo(0.4);
      assertThatThrownBy(() -> image.cut(pixel(0, 0, 20)))
          .isInstanceOf(ImageException.class)
          .hasMessageContaining("75 % of the cutout's pixels are missing");
    }
  }

  @Test
  void badCutsFailByName() throws Exception {
    try (SurveyImage image = image(Map.of("r", file("r", noise(WIDTH, HEIGHT, 1), GRID)))) {
      record Bad(Cut cut, String said) {}
      for (Bad bad :
          List.of(
              new Bad(Cut.ofPixels(Double.NaN, 2, 20), "RA NaN, Dec 2.0 is not a position"),
              new Bad(Cut.ofPixels(150, 91, 20), "Dec 91.0 is not a position"),
              new Bad(Cut.ofPixels(150, Double.NaN, 20), "is not a position"),
              new Bad(Cut.ofPixels(151, 2, 20), "is off the tile"),
              new Bad(Cut.ofPixels(330, -2, 20), "is off the tile"),
              new Bad(pixel(-3, 100, 20), "is off the tile"),
              new Bad(pixel(Double.NaN, 100, 20), "is off the tile"),
              new Bad(pixel(100, 100, 0), "would be 0 pixels wide"),
              new Bad(pixel(100, 100, -5), "would be -5 pixels wide"),
              new Bad(pixel(100, 100, Double.NaN), "would be NaN pixels wide"),
              new Bad(pixel(100, 100, 1e6), "would be 1000000 pixels wide"),
              new Bad(Cut.ofArcseconds(150, 2, 3e5), "1000000 pixels wide (300000.0 arcseconds)"),
              new Bad(Cut.ofArcseconds(150, 2, 0.01), "would be 0 pixels wide"))) {
        assertThatThrownBy(() -> image.cut(bad.cut))
            .isInstanceOf(ImageException.class)
            .hasMessageContaining(bad.said);
      }
    }
  }

  @Test
  void aBandOnAShiftedGridIsReadWithTheShift() throws Exception {
    float[][] red = noise(WIDTH, HEIGHT, 1);
    float[][] green = noise(WIDTH + 40, HEIGHT - 30, 2);
    Map<String, Path> files =
        Map.of(
            "g", file("g", red, GRID), "r", file("r", green, SurveyFiles.grid(100 + 25, 80 - 10)));
    try (SurveyImage image = image(files)) {
      assertThat(image.isResampled("r")).isFalse();

      SkyCutout cutout = image.cut(pixel(120, 100, 30));

      float[] values = cutout.flux().values();
      assertThat(values[0]).isEqualTo(red[114][105]);
      assertThat(values[900]).isEqualTo(green[104][130]);
      SkyCutout low = image.cut(pixel(120, 15, 30)); // the second band begins 10 rows further up
      assertThat(low.flags()).containsExactly(QualityFlag.EDGE);
      assertThat(low.missing()).isCloseTo(1 / 3.0, within(1e-9));
    }
  }

  /** A plane is what bilinear interpolation keeps exactly. */
  @Test
  void aBandOnAnotherGridIsResampled() throws Exception {
    float[][] ramp = new float[300][300];
    for (int y = 0; y < 300; y++) {
      for (int x = 0; x < 300; x++) {
        ramp[y][x] = 1 + 0.01f * x + 0.003f * y;
      }
    }
    Map<String, Object> turned = new LinkedHashMap<>(SurveyFiles.grid(150.3, 120.8));
    double step = 0.4 / 3600;
    double angle = Math.toRadians(12);
    turned.put("CD1_1", -step * Math.cos(angle));
    turned.put("CD1_2", step * Math.sin(angle));
    turned.put("CD2_1", step * Math.sin(angle));
    turned.put("CD2_2", step * Math.cos(angle));
    Map<String, Path> files =
        Map.of("g", file("g", noise(WIDTH, HEIGHT, 1), GRID), "r", file("r", ramp, turned));
    try (SurveyImage image = image(files)) {
      assertThat(image.isResampled("g")).isFalse();
      assertThat(image.isResampled("r")).isTrue();

      SkyCutout cutout = image.cut(pixel(110, 90, 49));

      Tile other = image.tile("r");
      float[] values = cutout.flux().values();
      assertThat(cutout.missing()).isZero();
      for (int i = 0; i < 49 * 49; i++) {
        SkyPosition sky =
            image.reference().wcs().toSky(86 + i % 49, 66 + 48 - Math.floorDiv(i, 49));
        var at = other.wcs().toPixel(sky);
        double due = (1 + 0.01 * at.x() + 0.003 * at.y()) * 9 / 16; // flux of a smaller pixel
        assertThat((double) values[49 * 49 + i]).isCloseTo(due, within(1e-4));
      }
    }
  }

  @Test
  void aBandThatEndsEarlierIsBlankThere() throws Exception {
    Map<String, Object> half = new LinkedHashMap<>(SurveyFiles.grid(50.2, 80.1));
    Map<String, Path> files =
        Map.of(
            "g", file("g", noise(WIDTH, HEIGHT, 1), GRID), "r", file("r", noise(60, 200, 2), half));
    try (SurveyImage image = image(files)) {
      SkyCutout cutout = image.cut(pixel(105, 100, 20));

      assertThat(cutout.flags()).containsExactly(QualityFlag.EDGE);
      assertThat(cutout.flux().undefined(0)).isZero();
      assertThat(cutout.flux().undefined(1)).isCloseTo(0.3, within(0.06));
      assertThat(cutout.missing()).isEqualTo(cutout.flux().undefined(1));
    }
  }

  @Test
  void bandsOfDifferentPartsOfTheSkyAreRefused() throws Exception {
    Map<String, Path> files =
        Map.of(
            "g", file("g", noise(WIDTH, HEIGHT, 1), GRID),
            "r", file("r", noise(60, 60, 2), SurveyFiles.grid(2000, 80)));
    assertThatThrownBy(() -> image(files).close())
        .isInstanceOf(TileException.class)
        .hasMessageContainingAll("g.fits", "r.fits", "different parts of the sky");
  }

  @Test
  void zerosBeyondAMosaicsEdgeAreMissing() throws Exception {
    float[][] pixels = noise(WIDTH, HEIGHT, 1);
    for (float[] row : pixels) {
      Arrays.fill(row, 0, 100, 0f);
    }
    try (SurveyImage image = image(Map.of("r", file("r", pixels, GRID)))) {
      SkyCutout cutout = image.cut(pixel(110, 100, 40));

      assertThat(cutout.missing()).isEqualTo(0.25);
      assertThat(cutout.flags()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(floats = {0, -999, 7.5f})
  void aBandThatHoldsOneNumberAloneIsMissing(float number) throws Exception {
    float[][] bare = noise(WIDTH, HEIGHT, 2);
    for (float[] row : bare) {
      Arrays.fill(row, 0, 160, number);
    }
    Map<String, Path> files =
        Map.of("g", file("g", noise(WIDTH, HEIGHT, 1), GRID), "r", file("r", bare, GRID));
    try (SurveyImage image = image(files)) {
      SkyCutout cutout = image.cut(pixel(110, 100, 40));

      assertThat(cutout.flux().undefined(0)).isZero();
      assertThat(cutout.flux().undefined(1)).isEqualTo(1);
      assertThat(cutout.missing()).isEqualTo(1);
    }
  }

  @Test
  void cutsAreReadFromTheLowestRowUp() throws Exception {
    try (SurveyImage image = image(Map.of("r", file("r", noise(WIDTH, HEIGHT, 1), GRID)))) {
      assertThat(
              image.readingOrder(
                  List.of(
                      pixel(10, 90, 5),
                      Cut.ofPixels(Double.NaN, 2, 5),
                      pixel(50, 3, 5),
                      Cut.ofPixels(150, 2, 5))))
          .containsExactly(2, 3, 0, 1);
    }
  }

  @Test
  void aCroppedCutIsTheCentreOfTheWhole() {
    Cut cut = Cut.ofArcseconds(150, 2, 42.4);

    assertThat(cut.cropped(new Crop.Fraction(0.5)).side()).isEqualTo(new Cut.Side.Arcseconds(21.2));
    assertThat(cut.cropped(new Crop.Angle(30, 0.5)).side()).isEqualTo(new Cut.Side.Arcseconds(30));
    assertThat(cut.cropped(new Crop.Angle(50, 0.5)).side())
        .isEqualTo(new Cut.Side.Arcseconds(42.4));
    assertThat(pixel(1, 1, 80).cropped(new Crop.Pixels(100)).side())
        .isEqualTo(new Cut.Side.Pixels(80));
  }

  private PreparedImage prepared(Preprocessor by, SkyCutout cutout) throws ImageException {
    return by.prepare(cutout.flux(), cutout.pixelScale(), cutout.centre(), cutout.flags());
  }

  @Test
  void aRecipeMakesThePictureThatTheModelSees() throws Exception {
    Map<String, Path> files =
        Map.of(
            "g", file("g", noise(WIDTH, HEIGHT, 1), GRID),
            "r", file("r", noise(WIDTH, HEIGHT, 2), GRID),
            "i", file("i", noise(WIDTH, HEIGHT, 3), GRID));
    Recipe recipe = Recipe.named("sdss-gri");
    InputSpec spec = InputSpec.article().withChannels(Channels.RGB).withSize(64);
    Preprocessor learnt = new Preprocessor(spec.withRecipe(recipe), ImageLimits.DEFAULT);
    Preprocessor chosen = new Preprocessor(spec, ImageLimits.DEFAULT, recipe);
    try (SurveyImage image = image(files)) {
      SkyCutout cutout = image.cut(pixel(120, 100, 64));
      byte[] due = recipe.picture(cutout.flux(), Channels.RGB).values();

      for (Preprocessor by : List.of(learnt, chosen)) {
        PreparedImage made = prepared(by, cutout);
        assertThat(((Pixels.Levels) made.pixels()).values()).isEqualTo(due);
        assertThat(made.facts().pixelScale()).isCloseTo(0.3, within(1e-5));
      }
      SkyCutout wider = image.cut(pixel(120, 100, 128));
      assertThat(prepared(learnt, wider).pixels().count()).isEqualTo(64 * 64 * 3);
      assertThat(prepared(learnt, image.cut(pixel(120, 100, 30))).flags())
          .contains(QualityFlag.UPSAMPLED);
    }
  }

  @Test
  void aBandThatLacksTooMuchFailsItsGalaxyByName() throws Exception {
    Preprocessor by =
        new Preprocessor(InputSpec.article(), ImageLimits.DEFAULT, Recipe.named("sdss-gri"));
    float[] values = new float[3 * 40 * 40];
    Arrays.fill(values, 0.3f);
    Arrays.fill(values, 1600, 1600 + 900, Float.NaN);
    LinearFlux flux = new LinearFlux(List.of("g", "r", "i"), 40, values);

    assertThatThrownBy(() -> by.prepare(flux, 0.3, new SkyPosition(1, 2), Set.of()))
        .isInstanceOf(ImageException.class)
        .hasMessageContaining("56 % of the cutout is missing in the band r");

    Arrays.fill(values, 1600, 1600 + 900, 0.2f);
    for (int y = 15; y < 25; y++) {
      Arrays.fill(values, y * 40 + 15, y * 40 + 24, Float.NaN);
    }
    assertThatThrownBy(() -> by.prepare(flux, 0.3, new SkyPosition(1, 2), Set.of()))
        .isInstanceOf(ImageException.class)
        .hasMessageContaining("90 % of the cutout's centre is missing in the band g");
  }

  /** Without a recipe, a square of a tile is prepared as a FITS file of the same pixels is. */
  @Test
  void withoutARecipeATileIsPreparedAsAFitsFile() throws Exception {
    float[][] pixels = noise(64, 64, 9);
    for (int y = 0; y < 64; y++) {
      for (int x = 0; x < 64; x++) {
        pixels[y][x] += (float) (2 * Math.exp(-0.2 * Math.hypot(x - 31.5, y - 31.5)));
      }
    }
    Path file = file("r", pixels, GRID);
    InputSpec spec = InputSpec.article().withCrop(new Crop.Fraction(1)).withSize(64);
    Preprocessor by = new Preprocessor(spec, ImageLimits.DEFAULT);
    Pixels whole = by.prepare(Files.readAllBytes(file), ImageDescription.NONE).pixels();
    try (SurveyImage image = image(Map.of("r", file))) {
      Pixels cut = prepared(by, image.cut(pixel(31.5, 31.5, 64))).pixels();

      for (int i = 0; i < whole.count(); i++) {
        assertThat(cut.brightness(i)).isCloseTo(whole.brightness(i), within(1e-5f));
      }
    }
  }
}
