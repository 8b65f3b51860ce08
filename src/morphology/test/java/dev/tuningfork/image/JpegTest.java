package dev.tuningfork.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class JpegTest {

  private static final JpegCodec IMAGE_IO = new ImageIoJpeg();

  static Stream<JpegCodec> codecs() {
    return Stream.concat(Stream.of(IMAGE_IO), TurboJpeg.find().stream());
  }

  private static JpegCodec turbo() {
    var turbo = TurboJpeg.find();
    assumeTrue(turbo.isPresent(), "libturbojpeg is not installed");
    return turbo.get();
  }

  private static Cutout cutout(byte[] bytes, Channels channels, JpegCodec decoder)
      throws ImageException {
    JpegFile file = JpegFile.open(bytes, ImageLimits.DEFAULT, decoder);
    int side = Math.min(file.width(), file.height());
    return file.read(Window.central(file.width(), file.height(), side), channels);
  }

  private static double largestDifference(Cutout one, Cutout other) {
    return IntStream.range(0, one.values().length)
        .mapToDouble(i -> Math.abs(one.values()[i] - other.values()[i]))
        .max()
        .orElseThrow();
  }

  @ParameterizedTest
  @MethodSource("codecs")
  void everyKindOfJpegShowsThePictureThatWasWritten(JpegCodec decoder) throws Exception {
    BufferedImage picture = Pictures.galaxy(120, 90, BufferedImage.TYPE_INT_RGB);
    for (boolean progressive : List.of(false, true)) {
      Cutout cutout = cutout(Pictures.jpeg(picture, 0.98f, progressive), Channels.RGB, decoder);
      Cutout original =
          PngFile.open(Pictures.png(picture), ImageLimits.DEFAULT)
              .read(new Window(15, 0, 90), Channels.RGB);

      assertThat(cutout.light()).isEqualTo(new Cutout.Display(Channels.RGB));
      assertThat(meanDifference(cutout, original)).isLessThan(0.01);
    }
  }

  @ParameterizedTest
  @MethodSource("codecs")
  void luminanceIsThatOfThePngOfTheSamePicture(JpegCodec decoder) throws Exception {
    BufferedImage picture = Pictures.galaxy(90, 90, BufferedImage.TYPE_INT_RGB);
    Cutout png =
        PngFile.open(Pictures.png(picture), ImageLimits.DEFAULT)
            .read(new Window(0, 0, 90), Channels.LUMINANCE);

    Cutout jpeg = cutout(Pictures.jpeg(picture, 1, false), Channels.LUMINANCE, decoder);

    assertThat(meanDifference(jpeg, png)).isLessThan(0.5 / 255);
  }

  @ParameterizedTest
  @MethodSource("codecs")
  void aGreyFileGivesOnePlaneWhateverIsWanted(JpegCodec decoder) throws Exception {
    byte[] grey = Pictures.jpeg(Pictures.galaxy(64, 64, BufferedImage.TYPE_BYTE_GRAY), 0.9f, false);

    Cutout cutout = cutout(grey, Channels.RGB, decoder);

    assertThat(cutout.light()).isEqualTo(new Cutout.Display(Channels.LUMINANCE));
    assertThat(cutout.values()).hasSize(64 * 64);
  }

  @Test
  void bothDecodersAgreeWithinOneGreyLevelOnDrawnPictures() throws Exception {
    JpegCodec turbo = turbo();
    for (int width : List.of(64, 77, 200)) {
      for (float quality : List.of(0.3f, 0.75f, 0.95f)) {
        for (boolean progressive : List.of(false, true)) {
          byte[] bytes =
              Pictures.jpeg(
                  Pictures.galaxy(width, 83, BufferedImage.TYPE_INT_RGB), quality, progressive);
          for (Channels channels : Channels.values()) {
            assertThat(
                    largestDifference(
                        cutout(bytes, channels, turbo), cutout(bytes, channels, IMAGE_IO)))
                .isLessThan(1.01 / 255);
          }
        }
      }
    }
  }

  @Test
  void bothDecodersAgreeWithinTwoGreyLevelsOnRealGalaxies() throws Exception {
    JpegCodec turbo = turbo();
    for (String folder : List.of("kaggle/images", "gz1/images")) {
      for (Path file : RealData.files(folder, 30)) {
        byte[] bytes = Files.readAllBytes(file);
        for (Channels channels : Channels.values()) {
          assertThat(
                  largestDifference(
                      cutout(bytes, channels, turbo), cutout(bytes, channels, IMAGE_IO)))
              .as("%s %s", file, channels)
              .isLessThan(2.01 / 255);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("codecs")
  void aTruncatedFileIsRefusedWhereverItBreaksOff(JpegCodec decoder) throws Exception {
    BufferedImage picture = Pictures.galaxy(128, 128, BufferedImage.TYPE_INT_RGB);
    for (boolean progressive : List.of(false, true)) {
      byte[] whole = Pictures.jpeg(picture, 0.9f, progressive);
      for (int length = 3; length < whole.length - 2; length += 97) {
        byte[] part = Arrays.copyOf(whole, length);
        assertThatThrownBy(() -> cutout(part, Channels.LUMINANCE, decoder))
            .as("%d of %d bytes, progressive: %s", length, whole.length, progressive)
            .isInstanceOf(ImageException.class);
      }
    }
  }

  @Test
  void aTruncatedFileIsRefusedInASentence() throws Exception {
    byte[] whole =
        Pictures.jpeg(Pictures.galaxy(128, 128, BufferedImage.TYPE_INT_RGB), 0.9f, false);

    assertThatThrownBy(
            () -> cutout(Arrays.copyOf(whole, whole.length / 2), Channels.RGB, JpegCodec.fastest()))
        .hasMessageStartingWith("The JPEG file is truncated or damaged: ");
  }

  @Test
  void cmykAndOtherRareKindsAreRefusedInASentence() throws IOException {
    byte[] bytes = Pictures.jpeg(Pictures.galaxy(64, 64, BufferedImage.TYPE_INT_RGB), 0.9f, false);
    int frame = indexOfFrame(bytes);

    assertThatThrownBy(() -> JpegHeader.read(withFrame(bytes, frame, 0xc9, 3)))
        .hasMessageContaining("arithmetic coding");
    assertThatThrownBy(() -> JpegHeader.read(header(4)))
        .hasMessage("The JPEG file is in printing colours (CMYK); send it as RGB or grey.");
    assertThatThrownBy(() -> JpegHeader.read(header(2)))
        .hasMessage("The JPEG file has 2 components; 1 or 3 are read.");
  }

  @Test
  void sizesAreRefusedBeforePixelsAreAllocated() throws Exception {
    byte[] huge = header(3);
    huge[7] = huge[8] = huge[9] = huge[10] = (byte) 0xff;

    assertThatThrownBy(() -> JpegFile.open(huge, ImageLimits.DEFAULT, IMAGE_IO))
        .hasMessage(
            "The JPEG image is 65535×65535 pixels, and at most 64000000 pixels are allowed.");
    assertThatThrownBy(
            () ->
                JpegFile.open(
                    Pictures.jpeg(new BufferedImage(1, 1, 1), 0.9f, false),
                    ImageLimits.DEFAULT,
                    IMAGE_IO))
        .hasMessage("The JPEG image is 1×1 pixels: too small to classify, 16×16 are needed.");
  }

  @ParameterizedTest
  @MethodSource("codecs")
  void manyThreadsGetWhatOneThreadGets(JpegCodec decoder) throws Exception {
    byte[] good = Pictures.jpeg(Pictures.galaxy(150, 150, BufferedImage.TYPE_INT_RGB), 0.9f, false);
    byte[] bad = Arrays.copyOf(good, good.length / 2);
    float[] alone = cutout(good, Channels.RGB, decoder).values();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<float[]>> calls =
          IntStream.range(0, 200)
              .<Callable<float[]>>mapToObj(
                  i -> () -> cutout(i % 7 == 0 ? bad : good, Channels.RGB, decoder).values())
              .toList();
      int refused = 0;
      for (Future<float[]> result : threads.invokeAll(calls)) {
        if (result.state() == Future.State.FAILED) {
          assertThat(result.exceptionNow()).isInstanceOf(ImageException.class);
          refused++;
        } else {
          assertThat(result.resultNow()).isEqualTo(alone);
        }
      }
      assertThat(refused).isEqualTo(29);
    }
  }

  private static double meanDifference(Cutout one, Cutout other) {
    assertThat(one.values()).hasSameSizeAs(other.values());
    return IntStream.range(0, one.values().length)
        .mapToDouble(i -> Math.abs(one.values()[i] - other.values()[i]))
        .average()
        .orElseThrow();
  }

  private static int indexOfFrame(byte[] bytes) {
    int at = 2;
    while ((bytes[at + 1] & 0xff) != 0xc0) {
      at += 2 + ((bytes[at + 2] & 0xff) << 8 | bytes[at + 3] & 0xff);
    }
    return at;
  }

  private static byte[] withFrame(byte[] bytes, int frame, int marker, int components) {
    byte[] changed = bytes.clone();
    changed[frame + 1] = (byte) marker;
    changed[frame + 9] = (byte) components;
    return changed;
  }

  /** A file that ends where its first scan would begin: 32×32 pixels of so many components. */
  private static byte[] header(int components) {
    byte[] bytes = new byte[2 + 10 + 3 * components + 2 + 6];
    bytes[0] = (byte) 0xff;
    bytes[1] = (byte) 0xd8;
    bytes[2] = (byte) 0xff;
    bytes[3] = (byte) 0xc0;
    bytes[5] = (byte) (8 + 3 * components);
    bytes[6] = 8;
    bytes[8] = 32;
    bytes[10] = 32;
    bytes[11] = (byte) components;
    int scan = 12 + 3 * components;
    bytes[scan] = (byte) 0xff;
    bytes[scan + 1] = (byte) 0xda;
    bytes[scan + 3] = 4;
    return bytes;
  }

  @ParameterizedTest
  @MethodSource("codecs")
  void whatIsWrittenIsReadAsItWas(JpegCodec codec) throws Exception {
    BufferedImage picture = Pictures.galaxy(90, 90, BufferedImage.TYPE_INT_RGB);
    for (Channels channels : Channels.values()) {
      byte[] levels = new byte[90 * 90 * channels.count()];
      for (int i = 0; i < levels.length; i++) {
        int pixel = i / channels.count();
        int rgb = picture.getRGB(pixel % 90, pixel / 90);
        levels[i] = (byte) (rgb >> (16 - 8 * (i % channels.count())));
      }
      byte[] file = codec.encode(levels, 90, 90, channels, 95);

      assertThat(file.length).isLessThan(levels.length / 3);
      for (JpegCodec reader : codecs().toList()) {
        Cutout read = cutout(file, channels, reader);
        assertThat(read.light()).isEqualTo(new Cutout.Display(channels));
        double difference = 0; // large at sharp edges of hue alone, of which a quarter is kept
        for (int i = 0; i < levels.length; i++) {
          int plane = i % channels.count() * 90 * 90;
          float level = 255 * read.values()[plane + i / channels.count()];
          difference += Math.abs(level - (levels[i] & 0xff)) / levels.length;
        }
        assertThat(difference).as("mean difference of %s", channels).isLessThan(2);
      }
    }
  }

  @Test
  void levelsThatMakeNoPictureAreRefused() {
    assertThatThrownBy(() -> JpegWriter.write(new byte[11], 2, 2, Channels.RGB, 90))
        .hasMessage("11 levels do not make 2 × 2 pixels of RGB.");
  }
}
