package dev.tuningfork.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/**
 * The short way of a JPEG, held against a plain one: all pixels, in floating point, step by step.
 */
class LevelPassTest {

  private static final List<JpegCodec> DECODERS = decoders();

  private static List<JpegCodec> decoders() {
    List<JpegCodec> decoders = new ArrayList<>(List.of(new ImageIoJpeg()));
    TurboJpeg.find().ifPresent(decoders::add);
    return decoders;
  }

  private static InputSpec spec(Channels channels, int size, double crop) {
    return InputSpec.article()
        .withChannels(channels)
        .withSize(size)
        .withCrop(new Crop.Fraction(crop));
  }

  /** Sources and a textured sky, some of it as dark and as bright as levels go. */
  private static BufferedImage picture(int width, int height, boolean grey, long seed) {
    BufferedImage picture =
        Pictures.galaxy(
            width, height, grey ? BufferedImage.TYPE_BYTE_GRAY : BufferedImage.TYPE_INT_RGB);
    Random random = new Random(seed);
    int amplitude = 1 + random.nextInt(60);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        for (int band = 0; band < picture.getRaster().getNumBands(); band++) {
          int level = picture.getRaster().getSample(x, y, band) * (1 + amplitude % 3);
          level += (int) (amplitude * random.nextGaussian());
          picture.getRaster().setSample(x, y, band, Math.clamp(level, 0, 255));
        }
      }
    }
    return picture;
  }

  /** The whole image decoded, then the window cut out, resampled in both directions and rounded. */
  private record Plain(int[] levels, Set<QualityFlag> flags) {

    static Plain of(byte[] jpeg, InputSpec spec, JpegCodec decoder) throws ImageException {
      JpegFile file = JpegFile.open(jpeg, ImageLimits.DEFAULT, decoder);
      Channels shown = file.shown(spec.channels());
      Window all = Window.central(file.width(), file.height(), file.height());
      Cutout whole = file.read(all, spec.channels());
      double fraction = ((Crop.Fraction) spec.crop()).ofShorterSide();
      Window window = Window.central(file.width(), file.height(), fraction * file.height());
      int side = window.side();
      float[] values = new float[shown.count() * side * side];
      int at = 0;
      for (int channel = 0; channel < shown.count(); channel++) {
        for (int y = 0; y < side; y++) {
          for (int x = 0; x < side; x++) {
            int row = channel * whole.side() + window.y() + y;
            values[at++] = whole.values()[row * whole.side() + window.x() - all.x() + x];
          }
        }
      }
      Set<QualityFlag> flags = EnumSet.noneOf(QualityFlag.class);
      ImageQuality.inspect(values, side, flags);
      if (spec.size() > 1.1 * side) {
        flags.add(QualityFlag.UPSAMPLED);
      }
      double[][] weights = new double[spec.size()][];
      for (int i = 0; i < weights.length; i++) {
        weights[i] = weights(side, spec.size(), i);
      }
      int[] levels = new int[spec.valueCount()];
      for (int y = 0; y < spec.size(); y++) {
        for (int x = 0; x < spec.size(); x++) {
          for (int c = 0; c < spec.channels().count(); c++) {
            int plane = Math.min(c, shown.count() - 1) * side * side;
            double value = triangle(values, plane, side, weights[x], weights[y]);
            levels[(y * spec.size() + x) * spec.channels().count() + c] =
                (int) Math.round(255 * value);
          }
        }
      }
      return new Plain(levels, flags);
    }

    private static double triangle(
        float[] values, int plane, int side, double[] across, double[] down) {
      double sum = 0;
      for (int row = 0; row < side; row++) {
        for (int column = 0; column < side && down[row] > 0; column++) {
          sum += down[row] * across[column] * values[plane + row * side + column];
        }
      }
      return sum;
    }

    private static double[] weights(int side, int size, int sample) {
      double scale = (double) side / size;
      double[] weights = new double[side];
      if (side == size) {
        weights[sample] = 1; // what has the right size is not touched
        return weights;
      }
      for (int i = 0; i < side; i++) {
        double distance = Math.abs(i + 0.5 - (sample + 0.5) * scale) / Math.max(1, scale);
        weights[i] = Math.max(0, 1 - distance);
      }
      double sum = Arrays.stream(weights).sum();
      return Arrays.stream(weights).map(weight -> weight / sum).toArray();
    }
  }

  private static void assertAgrees(byte[] jpeg, InputSpec spec, JpegCodec decoder)
      throws ImageException {
    Plain plain = Plain.of(jpeg, spec, decoder);
    PreparedImage prepared =
        new Preprocessor(spec, ImageLimits.DEFAULT, decoder).prepare(jpeg, ImageDescription.NONE);

    assertThat(prepared.flags()).isEqualTo(plain.flags);
    assertThat(prepared.pixels().count()).isEqualTo(plain.levels.length);
    int largest = 0;
    int differing = 0;
    for (int i = 0; i < plain.levels.length; i++) {
      int difference = Math.abs(prepared.pixels().level(i) - plain.levels[i]);
      largest = Math.max(largest, difference);
      differing += difference;
    }
    assertThat(largest).isLessThanOrEqualTo(1);
    assertThat(differing).isLessThanOrEqualTo(2 + plain.levels.length / 4);
  }

  @Property(tries = 40)
  void levelsAgreeWithinOneAndFlagsAltogether(
      @ForAll @IntRange(min = 16, max = 150) int height,
      @ForAll @IntRange(min = 0, max = 60) int more,
      @ForAll @DoubleRange(min = 0.2, max = 1) double crop,
      @ForAll @IntRange(min = 6, max = 96) int size,
      @ForAll Channels channels,
      @ForAll boolean grey,
      @ForAll boolean progressive,
      @ForAll @DoubleRange(min = 0.4, max = 1) double quality,
      @ForAll long seed)
      throws Exception {
    byte[] jpeg =
        Pictures.jpeg(picture(height + more, height, grey, seed), (float) quality, progressive);
    for (JpegCodec decoder : DECODERS) {
      assertAgrees(jpeg, spec(channels, size, crop), decoder);
    }
  }

  @Test
  void realGalaxiesAgreeToo() throws Exception {
    for (String folder : List.of("kaggle/images", "gz1/images")) {
      for (Path file : RealData.files(folder, 5)) {
        byte[] jpeg = Files.readAllBytes(file);
        for (Channels channels : Channels.values()) {
          assertAgrees(jpeg, spec(channels, 128, 207.0 / 424), JpegCodec.fastest());
        }
      }
    }
  }

  @Test
  void aCropOfTheRightSizeIsNotTouched() throws Exception {
    byte[] jpeg = Pictures.jpeg(picture(100, 100, false, 5), 0.9f, false);
    for (JpegCodec decoder : DECODERS) {
      for (Channels channels : Channels.values()) {
        InputSpec spec = spec(channels, 50, 0.5);
        Plain plain = Plain.of(jpeg, spec, decoder);
        Pixels pixels =
            new Preprocessor(spec, ImageLimits.DEFAULT, decoder)
                .prepare(jpeg, ImageDescription.NONE)
                .pixels();
        for (int i = 0; i < plain.levels.length; i++) {
          assertThat(pixels.level(i)).isEqualTo(plain.levels[i]);
        }
      }
    }
  }

  @Test
  void whatIsNotDecodedBeneathTheWindowMustStillBeThere() throws Exception {
    byte[] whole = Pictures.jpeg(picture(300, 300, false, 6), 0.9f, false);
    for (JpegCodec decoder : DECODERS) {
      Preprocessor preprocessor =
          new Preprocessor(spec(Channels.RGB, 32, 0.2), ImageLimits.DEFAULT, decoder);
      preprocessor.prepare(whole, ImageDescription.NONE);
      for (int missing = 3; missing < whole.length / 4; missing += 501) {
        byte[] part = Arrays.copyOf(whole, whole.length - missing);
        assertThatThrownBy(() -> preprocessor.prepare(part, ImageDescription.NONE))
            .isInstanceOf(ImageException.class);
      }
    }
  }

  @Test
  void onlyFilesInOneScanWithoutRestartsAreDecodedInPart() throws Exception {
    BufferedImage picture = picture(300, 300, false, 6);
    Window window = Window.central(300, 300, 100);

    assertThat(JpegHeader.read(Pictures.jpeg(picture, 0.9f, false)).rowsDownTo(window))
        .isEqualTo(208);
    assertThat(JpegHeader.read(Pictures.jpeg(picture, 0.9f, true)).rowsDownTo(window))
        .isEqualTo(300);
  }

  @Test
  void memoryThatWasGivenBackIsUsedAgainAndNothingShowsThrough() throws Exception {
    assumeTrue(DECODERS.size() == 2, "libturbojpeg is not installed");
    InputSpec spec = spec(Channels.RGB, 40, 0.7);
    Preprocessor preprocessor = new Preprocessor(spec, ImageLimits.DEFAULT);
    byte[] large = Pictures.jpeg(picture(300, 200, false, 1), 0.9f, false);
    byte[] small = Pictures.jpeg(picture(33, 31, true, 2), 0.9f, true);
    byte[] alone = levels(new Preprocessor(spec, ImageLimits.DEFAULT), small);

    PreparedImage first = preprocessor.prepare(large, ImageDescription.NONE);
    byte[] memory = ((Pixels.Levels) first.pixels()).values();
    PreparedImage second = preprocessor.prepare(large, ImageDescription.NONE);
    preprocessor.recycle(first);

    assertThat(((Pixels.Levels) second.pixels()).values()).isNotSameAs(memory);
    assertThat(levels(preprocessor, small)).isSameAs(memory).isEqualTo(alone);
    assertThat(levels(preprocessor, small)).isNotSameAs(memory).isEqualTo(alone);
  }

  private static byte[] levels(Preprocessor preprocessor, byte[] bytes) throws ImageException {
    return ((Pixels.Levels) preprocessor.prepare(bytes, ImageDescription.NONE).pixels()).values();
  }
}
