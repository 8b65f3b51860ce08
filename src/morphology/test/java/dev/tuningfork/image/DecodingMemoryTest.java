package dev.tuningfork.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(120)
class DecodingMemoryTest {

  private static final int LARGE = 7700; // 59 Mpixel
  private static final int THREADS = 4;

  /** A process of a small heap that decodes images of 59 Mpixel in several threads. */
  static final class SmallHeap {
    public static void main(String[] arguments) throws Exception {
      byte[] jpeg = jpeg(LARGE);
      byte[] png = png(LARGE);
      byte[] fits = gzippedFits(LARGE);
      Preprocessor turbo = new Preprocessor(InputSpec.article(), ImageLimits.DEFAULT);
      Preprocessor jdk =
          new Preprocessor(InputSpec.article(), ImageLimits.DEFAULT, new ImageIoJpeg());
      List<Callable<String>> tasks = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        tasks.add(() -> outcome("jpeg", turbo, jpeg));
        tasks.add(() -> outcome("jdk", jdk, jpeg));
        tasks.add(() -> outcome("png", turbo, png));
        tasks.add(() -> outcome("fits", turbo, fits));
      }
      try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
        for (Future<String> outcome : threads.invokeAll(tasks)) {
          System.out.println(said(outcome));
        }
      }
    }

    private static String said(Future<String> outcome) throws InterruptedException {
      try {
        return outcome.get();
      } catch (ExecutionException e) {
        return "failed: " + e.getCause();
      }
    }

    private static String outcome(String name, Preprocessor preprocessor, byte[] file) {
      try {
        return name + " " + preprocessor.prepare(file, ImageDescription.NONE).width();
      } catch (ImageException e) {
        return name + " " + e.getMessage();
      }
    }
  }

  @Test
  void largeImagesInASmallHeapAreReadOrRefused() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                SmallHeap.class.getName())
            .redirectErrorStream(true)
            .start();
    List<String> lines =
        process.inputReader().readAllLines().stream()
            .filter(line -> line.matches("(jpeg|jdk|png|fits|failed).*"))
            .toList();

    assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    assertThat(lines)
        .hasSize(4 * THREADS)
        .allMatch(line -> line.endsWith(" " + LARGE) || line.contains("of memory for decoding"));
  }

  static Stream<byte[]> files() throws IOException {
    return Stream.of(png(2000), jpeg(2000), gzippedFits(2000));
  }

  @ParameterizedTest
  @MethodSource("files")
  void anImageThatNeedsMoreThanThereIsIsRefused(byte[] file) {
    Preprocessor preprocessor = preprocessor(1 << 20);

    assertThatThrownBy(() -> preprocessor.prepare(file, ImageDescription.NONE))
        .isInstanceOf(ImageException.class)
        .hasMessageContaining("MB of memory for decoding, but only 1 MB are available")
        .hasMessageContaining("-Xmx");
  }

  @ParameterizedTest
  @MethodSource("files")
  void imagesThatFitAloneWaitForEachOther(byte[] file) throws Exception {
    Preprocessor preprocessor = preprocessor(20 << 20);
    try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
      List<Future<PreparedImage>> images = new ArrayList<>();
      for (int i = 0; i < 3 * THREADS; i++) {
        images.add(threads.submit(() -> preprocessor.prepare(file, ImageDescription.NONE)));
      }
      for (Future<PreparedImage> image : images) {
        assertThat(image.get().width()).isEqualTo(2000);
      }
    }
  }

  @Test
  void memoryIsReleasedForEveryOutcome() throws Exception {
    Preprocessor preprocessor = preprocessor(20 << 20);
    byte[] png = png(2000);
    byte[] damaged = png.clone();
    damaged[png.length / 2] ^= 1;
    for (int i = 0; i < 20; i++) {
      assertThatThrownBy(() -> preprocessor.prepare(damaged, ImageDescription.NONE))
          .isInstanceOf(ImageException.class);
    }
    assertThat(preprocessor.prepare(png, ImageDescription.NONE).width()).isEqualTo(2000);
  }

  /** By the JDK, which holds the whole image. */
  private static Preprocessor preprocessor(long bytes) {
    return new Preprocessor(
        InputSpec.article(), ImageLimits.DEFAULT, new ImageIoJpeg(), new DecodingMemory(bytes));
  }

  private static byte[] png(int side) throws IOException {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    ImageIO.write(new BufferedImage(side, side, BufferedImage.TYPE_BYTE_GRAY), "png", file);
    return file.toByteArray();
  }

  private static byte[] jpeg(int side) throws IOException {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    ImageIO.write(new BufferedImage(side, side, BufferedImage.TYPE_BYTE_GRAY), "jpeg", file);
    return file.toByteArray();
  }

  /** One byte a pixel. */
  private static byte[] gzippedFits(int side) throws IOException {
    StringBuilder header = new StringBuilder();
    for (String card :
        List.of(
            "SIMPLE  =                    T",
            "BITPIX  =                    8",
            "NAXIS   =                    2",
            "NAXIS1  = %20d".formatted(side),
            "NAXIS2  = %20d".formatted(side),
            "END")) {
      header.append("%-80s".formatted(card));
    }
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(file)) {
      out.write("%-2880s".formatted(header).getBytes(java.nio.charset.StandardCharsets.US_ASCII));
      out.write(new byte[Math.ceilDiv(side * side, 2880) * 2880]);
    }
    return file.toByteArray();
  }
}
