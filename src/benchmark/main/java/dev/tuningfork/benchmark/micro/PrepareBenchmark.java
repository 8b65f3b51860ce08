package dev.tuningfork.benchmark.micro;

import dev.tuningfork.image.Channels;
import dev.tuningfork.image.Crop;
import dev.tuningfork.image.ImageDescription;
import dev.tuningfork.image.ImageException;
import dev.tuningfork.image.ImageLimits;
import dev.tuningfork.image.InputSpec;
import dev.tuningfork.image.PreparedImage;
import dev.tuningfork.image.Preprocessor;
import dev.tuningfork.standalone.survey.MockSurvey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * From the bytes of a JPEG file to what a model takes: decoded, cropped, looked over, resampled.
 * With JMH's {@code -prof gc} it tells what an image costs the garbage collector.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 1,
    jvmArgsAppend = {"--enable-native-access=ALL-UNNAMED", "-XX:+UseParallelGC"})
public class PrepareBenchmark {

  private static final int IMAGES = 200;

  /** A folder of JPEG images; galaxies of the mock survey where it is empty. */
  @Param("")
  public String images = "";

  /**
   * {@code RGB} as the models that are built in take it, resampled; {@code LUMINANCE} as the
   * article does, not resampled.
   */
  @Param({"RGB", "LUMINANCE"})
  public Channels channels = Channels.RGB;

  private final List<byte[]> files = new ArrayList<>();
  private Preprocessor preprocessor = new Preprocessor(InputSpec.article(), ImageLimits.DEFAULT);
  private int next;

  @Setup(Level.Trial)
  public void prepareFiles() throws IOException {
    if (images.isEmpty()) {
      MockSurvey survey = new MockSurvey(1);
      IntStream.range(0, IMAGES).forEach(number -> files.add(survey.galaxy(number).jpeg()));
    } else {
      try (Stream<Path> listed = Files.list(Path.of(images))) {
        for (Path file :
            listed.filter(f -> f.toString().endsWith(".jpg")).sorted().limit(IMAGES).toList()) {
          files.add(Files.readAllBytes(file));
        }
      }
    }
    InputSpec article = InputSpec.article();
    preprocessor =
        new Preprocessor(
            channels == Channels.LUMINANCE
                ? article
                : article
                    .withChannels(Channels.RGB)
                    .withSize(128)
                    .withCrop(new Crop.Fraction(207.0 / 424)),
            ImageLimits.DEFAULT);
  }

  @Benchmark
  public int prepare() throws ImageException {
    next = (next + 1) % files.size();
    PreparedImage image = preprocessor.prepare(files.get(next), ImageDescription.NONE);
    int level = image.pixels().level(0);
    preprocessor.recycle(image);
    return level;
  }
}
