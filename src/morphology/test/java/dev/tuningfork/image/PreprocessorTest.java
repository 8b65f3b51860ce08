package dev.tuningfork.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PreprocessorTest {

  private static final InputSpec ARTICLE = InputSpec.article();

  private static PreparedImage prepare(InputSpec spec, byte[] bytes) throws ImageException {
    return new Preprocessor(spec, ImageLimits.DEFAULT).prepare(bytes, ImageDescription.NONE);
  }

  private static PreparedImage prepare(InputSpec spec, byte[] bytes, @Nullable Double pixelScale)
      throws ImageException {
    return new Preprocessor(spec, ImageLimits.DEFAULT)
        .prepare(bytes, new ImageDescription(null, pixelScale, List.of(), null));
  }

  /** Brightness, channel by channel, as none of these specifications standardises. */
  private static float[] planes(InputSpec spec, PreparedImage image) {
    return spec.standardised(image.pixels());
  }

  /** Grey grows to the right and, four times as slowly, downwards. */
  private static byte[] ramp(int width, int height) throws Exception {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        image.getRaster().setSample(x, y, 0, (x + y / 4) / 3);
      }
    }
    return Pictures.png(image);
  }

  @Test
  void theArticlesCropOf424IsNotResampled() throws Exception {
    PreparedImage prepared = prepare(ARTICLE, ramp(424, 424));

    assertThat(prepared.width()).isEqualTo(424);
    assertThat(prepared.height()).isEqualTo(424);
    for (int y = 0; y < 169; y++) {
      for (int x = 0; x < 169; x++) {
        assertThat(prepared.pixels().level(y * 169 + x)).isEqualTo((127 + x + (127 + y) / 4) / 3);
      }
    }
  }

  @Test
  void valuesAreStandardisedChannelByChannel() throws Exception {
    BufferedImage image = new BufferedImage(32, 32, BufferedImage.TYPE_INT_RGB);
    image.createGraphics().fillRect(0, 0, 32, 32);
    image.setRGB(0, 0, new Color(51, 102, 153).getRGB());
    InputSpec spec =
        ARTICLE
            .withChannels(Channels.RGB)
            .withSize(32)
            .withCrop(new Crop.Fraction(1))
            .withStandardisation(List.of(0.1, 0.2, 0.3), List.of(0.1, 0.2, 0.5));

    Pixels pixels = prepare(spec, Pictures.png(image)).pixels();
    float[] values = spec.standardised(pixels);

    assertThat(pixels).isInstanceOf(Pixels.Levels.class);
    assertThat(pixels.level(0)).isEqualTo(51);
    assertThat(pixels.level(1)).isEqualTo(102);
    assertThat(pixels.level(2)).isEqualTo(153);
    assertThat(values[0]).isCloseTo(1, within(1e-5f));
    assertThat(values[32 * 32]).isCloseTo(1, within(1e-5f));
    assertThat(values[2 * 32 * 32]).isCloseTo(0.6f, within(1e-5f));
    assertThat(values[1]).isCloseTo(9, within(1e-5f));
  }

  @Test
  void anAngleIsMeasuredWithTheScaleOfTheMessageElseOfTheFile() throws Exception {
    InputSpec spec = ARTICLE.withSize(40).withCrop(new Crop.Angle(20, 0.25));
    byte[] png = ramp(200, 200);

    assertThat(planes(spec, prepare(spec, png, 0.5)))
        .isEqualTo(planes(spec, prepare(spec.withCrop(new Crop.Pixels(40)), png)));
    PreparedImage unknown = prepare(spec, png);
    assertThat(unknown.flags()).contains(QualityFlag.SCALE_MISSING);
    assertThat(planes(spec, unknown))
        .isEqualTo(planes(spec, prepare(spec.withCrop(new Crop.Pixels(50)), png)));
    assertThatThrownBy(() -> prepare(spec, png, -1.0))
        .hasMessage("The pixel scale must be a positive number of arcseconds, not -1.0.");
    byte[] fits =
        FitsFiles.file(
            FitsFiles.hdu(
                new float[200][200],
                Map.of("CTYPE1", "RA---TAN", "CDELT1", 0.5 / 3600, "CDELT2", 0.5 / 3600)));
    assertThat(prepare(spec, fits).flags()).doesNotContain(QualityFlag.SCALE_MISSING);
  }

  @Test
  void aCropWithFarFewerPixelsThanTheNetworkInputIsFlagged() throws Exception {
    assertThat(prepare(ARTICLE, ramp(424, 424)).flags()).doesNotContain(QualityFlag.UPSAMPLED);
    assertThat(prepare(ARTICLE, ramp(400, 400)).flags()).doesNotContain(QualityFlag.UPSAMPLED);
    assertThat(prepare(ARTICLE, ramp(380, 380)).flags()).contains(QualityFlag.UPSAMPLED);
  }

  @Property(tries = 60)
  void resamplingKeepsFlatSkiesFlatAndRampsWhereTheyAre(
      @ForAll Resampling resampling,
      @ForAll @IntRange(min = 16, max = 120) int from,
      @ForAll @IntRange(min = 8, max = 120) int to,
      @ForAll @DoubleRange(min = 0, max = 1) double level) {
    float[] planes = new float[2 * from * from];
    for (int y = 0; y < from; y++) {
      for (int x = 0; x < from; x++) {
        planes[y * from + x] = (float) level;
        planes[from * from + y * from + x] = (x + 0.5f) / from;
      }
    }

    float[] resampled = Resampling.resample(planes, Taps.of(resampling, from, to));

    assertThat(resampled).hasSize(2 * to * to);
    int margin = 1 + 4 * Math.max(1, to / from);
    for (int y = 0; y < to; y++) {
      for (int x = 0; x < to; x++) {
        assertThat(resampled[y * to + x]).isCloseTo((float) level, within(1e-5f));
        if (x >= margin && x < to - margin) {
          assertThat(resampled[to * to + y * to + x])
              .isCloseTo((x + 0.5f) / to, within(0.6f / from));
        }
      }
    }
  }

  @Test
  void shrinkingAveragesInsteadOfSkipping() {
    float[] chequers = new float[64 * 64];
    for (int i = 0; i < chequers.length; i++) {
      chequers[i] = (i + i / 64) % 2;
    }

    for (Resampling resampling : Resampling.values()) {
      for (float value : Resampling.resample(chequers, Taps.of(resampling, 64, 16))) {
        assertThat(value).isCloseTo(0.5f, within(0.03f));
      }
    }
  }

  @Test
  void aFitsOfOneBandLooksTheSameInAllColours() throws Exception {
    float[][] image = noise(60, 60, 1);
    addSource(image, 30, 30, 200);
    InputSpec spec = ARTICLE.withChannels(Channels.RGB).withSize(60).withCrop(new Crop.Fraction(1));

    float[] values = planes(spec, prepare(spec, FitsFiles.image(image)));

    for (int i = 0; i < 3600; i++) {
      assertThat(values[3600 + i]).isEqualTo(values[i]);
      assertThat(values[7200 + i]).isEqualTo(values[i]);
    }
    assertThat(values[30 * 60 + 30]).isGreaterThan(0.8f);
    assertThat(values[0]).isLessThan(0.25f);
  }

  @Test
  void theReddestBandIsShownAsRed() throws Exception {
    float[][][] cube = {noise(60, 60, 1), noise(60, 60, 2), noise(60, 60, 3)};
    addSource(cube[0], 30, 30, 300);
    InputSpec spec = ARTICLE.withChannels(Channels.RGB).withSize(60).withCrop(new Crop.Fraction(1));
    var preprocessor = new Preprocessor(spec, ImageLimits.DEFAULT);
    int centre = 29 * 60 + 30; // rows are counted from the top

    for (var bandsAndColour : Map.of("g r z", 2, "z r g", 0).entrySet()) {
      float[] values =
          planes(
              spec,
              preprocessor.prepare(
                  FitsFiles.image(cube),
                  new ImageDescription(
                      null, null, List.of(bandsAndColour.getKey().split(" ")), null)));
      for (int colour = 0; colour < 3; colour++) {
        float value = values[colour * 3600 + centre];
        if (colour == bandsAndColour.getValue()) {
          assertThat(value).isGreaterThan(0.8f);
        } else {
          assertThat(value).isLessThan(0.3f);
        }
      }
    }
  }

  @Property(tries = 30)
  void theUnitOfTheFluxDoesNotMatter(@ForAll @DoubleRange(min = -6, max = 6) double exponent)
      throws Exception {
    double unit = Math.pow(10, exponent);
    float[][] image = noise(60, 60, 1);
    addSource(image, 30, 30, 200);
    double[][] scaled = new double[60][60];
    for (int y = 0; y < 60; y++) {
      for (int x = 0; x < 60; x++) {
        scaled[y][x] = unit * image[y][x] + 1000 * unit;
      }
    }
    InputSpec spec = ARTICLE.withSize(60).withCrop(new Crop.Fraction(1));

    float[] one = planes(spec, prepare(spec, FitsFiles.image(image)));
    float[] other = planes(spec, prepare(spec, FitsFiles.image(scaled)));

    for (int i = 0; i < one.length; i++) {
      assertThat(other[i]).isCloseTo(one[i], within(2e-3f));
    }
  }

  @Test
  void aRedCoreIsNotDarkerThanWhatSurroundsIt() throws Exception {
    float[][][] cube = {noise(60, 60, 1), noise(60, 60, 2), noise(60, 60, 3)};
    addSource(cube[0], 30, 30, 300);
    addSource(cube[1], 30, 30, 900);
    addSource(cube[2], 30, 30, 4000);
    InputSpec spec = ARTICLE.withSize(60).withCrop(new Crop.Fraction(1));

    float[] values = planes(spec, prepare(spec, FitsFiles.image(cube)));

    for (int x = 31; x < 40; x++) {
      assertThat(values[29 * 60 + x + 1]).isLessThanOrEqualTo(values[29 * 60 + x] + 0.01f);
    }
  }

  @Test
  void pureNoiseIsFlaggedAsLowSignal() throws Exception {
    assertThat(prepare(ARTICLE, FitsFiles.image(noise(424, 424, 1))).flags())
        .containsExactly(QualityFlag.LOW_SIGNAL);
    BufferedImage dark = new BufferedImage(424, 424, BufferedImage.TYPE_INT_RGB);
    assertThat(prepare(ARTICLE, Pictures.png(dark)).flags())
        .containsExactly(QualityFlag.LOW_SIGNAL);
  }

  @ParameterizedTest
  @CsvSource({"3, FIELD_TOO_WIDE", "45, FIELD_TOO_NARROW"})
  void aGalaxyThatFillsTooLittleOrTooMuchOfTheViewIsFlagged(double scaleLength, QualityFlag flag)
      throws Exception {
    float[][] image = noise(424, 424, 1);
    addSource(image, 212, 212, 90, scaleLength);

    assertThat(prepare(ARTICLE, FitsFiles.image(image)).flags()).containsExactly(flag);
  }

  @Test
  void aFieldOfViewIsTakenAsIfTheImageHadBeenCutToIt() throws Exception {
    float[][] image = noise(300, 300, 1);
    addSource(image, 150, 150, 60, 14);
    float[][] cut = new float[200][];
    for (int y = 0; y < 200; y++) {
      cut[y] = Arrays.copyOfRange(image[50 + y], 50, 250);
    }
    Preprocessor preprocessor = new Preprocessor(ARTICLE, ImageLimits.DEFAULT);
    Window due = Window.central(200, 200, 169.0 / 424 * 200);

    PreparedImage prepared =
        preprocessor.prepare(
            FitsFiles.image(image), new ImageDescription(null, 0.4, List.of(), 80.0));

    assertThat(due.side()).isEqualTo(80);
    float[] ofCut =
        planes(ARTICLE, preprocessor.prepare(FitsFiles.image(cut), ImageDescription.NONE));
    float[] ofField = planes(ARTICLE, prepared);
    for (int i = 0; i < ofCut.length; i++) {
      assertThat(ofField[i]).isCloseTo(ofCut[i], within(0.05f)); // the sky is of another area
    }
    assertThat(prepared.facts().pixelScale()).isEqualTo(0.4);
  }

  @Test
  void aFieldOfViewNeedsAScaleAndAnImageThatIsLargeEnough() throws Exception {
    byte[] fits = FitsFiles.image(noise(100, 100, 1));
    Preprocessor preprocessor = new Preprocessor(ARTICLE, ImageLimits.DEFAULT);

    assertThatThrownBy(
            () -> preprocessor.prepare(fits, new ImageDescription(null, null, List.of(), 60.0)))
        .hasMessage(
            "A field of view of 60.0 arcseconds needs a pixel scale, but the image has no celestial"
                + " coordinates. Give the scale with image.pixelScale or classify --pixel-scale.");
    assertThat(preprocessor.prepare(fits, new ImageDescription(null, 0.1, List.of(), 60.0)).flags())
        .contains(QualityFlag.FIELD_TOO_NARROW);
    assertThat(
            preprocessor.prepare(fits, new ImageDescription(null, 30.0, List.of(), null)).flags())
        .contains(QualityFlag.FIELD_TOO_WIDE);
  }

  @Test
  void aGalaxyInTheMiddleCarriesNoFlag() throws Exception {
    float[][] image = noise(424, 424, 1);
    addSource(image, 212, 212, 60, 14);

    assertThat(prepare(ARTICLE, FitsFiles.image(image)).flags()).isEmpty();
    assertThat(
            prepare(ARTICLE, Pictures.png(Pictures.galaxy(424, 424, BufferedImage.TYPE_INT_RGB)))
                .flags())
        .isEmpty();
  }

  @Test
  void aBrighterSourceFarFromTheCentreIsFlagged() throws Exception {
    float[][] image = noise(424, 424, 1);
    addSource(image, 212, 212, 10);
    addSource(image, 270, 212, 500);

    assertThat(prepare(ARTICLE, FitsFiles.image(image)).flags())
        .containsExactly(QualityFlag.OFF_CENTRE);
  }

  @Test
  void aSaturatedCoreIsFlagged() throws Exception {
    BufferedImage image = Pictures.galaxy(424, 424, BufferedImage.TYPE_INT_RGB);
    image.createGraphics().fillOval(200, 200, 24, 24);

    assertThat(prepare(ARTICLE, Pictures.png(image)).flags())
        .containsExactly(QualityFlag.SATURATED);
  }

  @Test
  void whatIsNoImageIsRefusedWithItsFirstBytes() {
    assertThatThrownBy(
            () -> prepare(ARTICLE, "Hello, galaxies!".getBytes(StandardCharsets.US_ASCII)))
        .isInstanceOf(ImageException.class)
        .hasMessage(
            "This is not an image that can be read (JPEG, PNG, FITS or gzipped FITS): it begins"
                + " with the text \"Hello, galaxies!\".");
    assertThatThrownBy(() -> prepare(ARTICLE, new byte[] {0, 1, 2}))
        .hasMessageEndingWith("its first bytes are 00 01 02.");
    assertThatThrownBy(() -> prepare(ARTICLE, new byte[0])).hasMessageEndingWith("it is empty.");
  }

  @Test
  void aFileBeyondTheLimitIsRefused() throws Exception {
    byte[] png = ramp(424, 424);
    var strict = new Preprocessor(ARTICLE, new ImageLimits(1_000_000, png.length - 1));

    assertThatThrownBy(() -> strict.prepare(png, ImageDescription.NONE))
        .hasMessage(
            "The image file is %d bytes long, and at most %d are allowed."
                .formatted(png.length, png.length - 1));
  }

  @Property(tries = 600)
  void aDamagedFileIsRefusedOrGivesNumbersButNeverAnythingElse(
      @ForAll("files") byte[] file, @ForAll long seed) {
    Random random = new Random(seed);
    byte[] damaged = file.clone();
    for (int i = random.nextInt(1, 12); i > 0; i--) {
      // most damage where it hurts: in headers
      int at = random.nextInt(random.nextBoolean() ? Math.min(4000, file.length) : file.length);
      damaged[at] = (byte) (random.nextBoolean() ? '0' + random.nextInt(10) : random.nextInt(256));
    }
    try {
      InputSpec spec = ARTICLE.withSize(32);
      for (float value : planes(spec, prepare(spec, damaged))) {
        assertThat(value).isFinite();
      }
    } catch (ImageException refused) {
      assertThat(refused).hasMessageEndingWith(".");
    }
  }

  @Provide
  Arbitrary<byte[]> files() throws Exception {
    BufferedImage picture = Pictures.galaxy(64, 64, BufferedImage.TYPE_INT_RGB);
    return Arbitraries.of(
        Pictures.jpeg(picture, 0.8f, false),
        Pictures.jpeg(picture, 0.8f, true),
        Pictures.png(picture),
        FitsFiles.image(noise(40, 40, 1)),
        FitsFiles.image((Object) new float[][][] {noise(40, 40, 1), noise(40, 40, 2)}),
        FitsFiles.packed("fpack-r.fits"),
        FitsFiles.packed("fpack-h.fits"),
        FitsFiles.packed("fpack-p.fits"),
        FitsFiles.packed("fpack-g2.fits"),
        FitsFiles.packed("fpack-float-r.fits"));
  }

  @Test
  void fewRealGalaxiesCarryFlags() throws Exception {
    var preprocessor = new Preprocessor(ARTICLE, ImageLimits.DEFAULT);
    for (String folder : List.of("kaggle/images", "gz1/images")) {
      Map<QualityFlag, Integer> flags = new EnumMap<>(QualityFlag.class);
      for (Path file : RealData.files(folder, 400)) {
        preprocessor
            .prepare(Files.readAllBytes(file), ImageDescription.NONE)
            .flags()
            .forEach(flag -> flags.merge(flag, 1, Integer::sum));
      }
      assertThat(flags.values()).as(folder).allMatch(count -> count <= 8);
    }
  }

  private static float[][] noise(int height, int width, long seed) {
    Random random = new Random(seed);
    float[][] image = new float[height][width];
    for (float[] row : image) {
      for (int x = 0; x < width; x++) {
        row[x] = (float) random.nextGaussian();
      }
    }
    return image;
  }

  /** A round source with the profile of a disk, in units of the noise. */
  private static void addSource(float[][] image, int centreX, int centreY, double peak) {
    addSource(image, centreX, centreY, peak, 4);
  }

  private static void addSource(
      float[][] image, int centreX, int centreY, double peak, double scaleLength) {
    for (int y = 0; y < image.length; y++) {
      for (int x = 0; x < image[y].length; x++) {
        image[y][x] +=
            (float) (peak * Math.exp(-Math.hypot(x - centreX, y - centreY) / scaleLength));
      }
    }
  }
}
