package dev.tuningfork.benchmark.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tuningfork.benchmark.report.Bar.Ratio;
import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a report says, and what it keeps. */
class ReportTest {

  private static final Machine HERE = machine("bfloat16", "float32", "blocks");

  @TempDir Path folder;

  private static Figure figure(String suite, String name, double... values) {
    return new Figure(
        suite,
        name,
        "images/s",
        Spread.of(java.util.Arrays.stream(values).boxed().toList()),
        "what it is");
  }

  private static Machine machine(String... forms) {
    return new Machine(2, "a processor", List.of("avx2"), List.of(forms), 8, "a system", "25");
  }

  private static Report report(boolean quick, Figure... figures) {
    return new Report(
        HERE, "fast 1.0.0", "cpu", quick, List.of(figures), List.of("stream: a thing."));
  }

  @Test
  void theMedianIsTheMiddleAndTheEndsAreTheEnds() {
    assertThat(Spread.of(List.of(5.0, 1.0, 3.0))).isEqualTo(new Spread(3, 1, 3, 5));
    assertThat(Spread.of(List.of(4.0, 1.0, 3.0, 2.0)).median()).isEqualTo(2.5);
  }

  @Test
  void onlyARatioBelowItsBarIsReported() {
    Report missed =
        report(false, figure("stream", "pipeline", 80), figure("stream", "roofline", 100));
    Report reached =
        report(false, figure("stream", "pipeline", 90), figure("stream", "roofline", 100));

    assertThat(missed.ratios()).containsExactly(new Ratio("pipeline ÷ roofline", 0.8, 0.85));
    assertThat(missed.shortfalls())
        .containsExactly("pipeline ÷ roofline is 0.800, and has to be 0.85 at least.");
    assertThat(reached.shortfalls()).isEmpty();
  }

  @Test
  void theShortFormHasBarsOfItsOwn() {
    Figure[] figures = {figure("stream", "pipeline", 80), figure("stream", "roofline", 100)};

    assertThat(report(true, figures).shortfalls()).isEmpty();
  }

  @Test
  void aProcessorWithoutBfloat16HasBarsOfItsOwn() {
    Report report =
        report(false, figure("stream", "pipeline", 80), figure("stream", "Python usual", 32));
    Report inFloat32 =
        new Report(
            machine("float32", "blocks"), "fast 1.0.0", "cpu", false, report.figures(), List.of());

    assertThat(report.shortfalls())
        .containsExactly(
            "pipeline ÷ Python consumer, usual form is 2.50, and has to be 3.0 at least.");
    assertThat(inFloat32.shortfalls()).isEmpty();
    assertThat(Table.text(inFloat32).getFirst()).contains("forms: float32, blocks");
  }

  @Test
  void aReportFromBeforeFormsWereListedIsRead() throws Exception {
    Path file = folder.resolve("old.json");
    report(false).write(file);
    Files.writeString(file, Files.readString(file).replaceFirst("\\s*\"forms\" : \\[[^]]*],", ""));

    assertThat(Report.read(file).machine()).isEqualTo(machine());
  }

  @Test
  void whatWasNotMeasuredHasNoRatio() {
    assertThat(report(false, figure("stream", "pipeline", 80)).ratios()).isEmpty();
  }

  @Test
  void itIsReadAsItWasWritten() throws Exception {
    Report report =
        report(false, figure("stream", "pipeline", 80, 90), figure("stream", "roofline", 100));
    Path file = folder.resolve("report.json");

    report.write(file);

    assertThat(Report.read(file)).isEqualTo(report);
    assertThat(Files.readString(file)).contains("\"ratios\"", "\"runs\" : 2");
  }

  @Test
  void otherSuitesAreKeptAndTheSameOneIsReplaced() {
    Report older = report(false, figure("decode", "ImageIO", 1), figure("stream", "naive", 2));
    Report fresh = report(false, figure("stream", "roofline", 3));

    assertThat(fresh.with(older).figures().stream().map(Figure::key))
        .containsExactly("decode/ImageIO", "stream/roofline");
  }

  @Test
  void figuresOfAnotherMachineAreNotSetBesideTheseOnes() {
    Report older =
        new Report(
            new Machine(64, "another", List.of(), List.of(), 8, "a system", "25"),
            "fast 1.0.0",
            "cpu",
            false,
            List.of(),
            List.of());

    assertThatThrownBy(() -> report(false).with(older))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("64 cores of another")
        .hasMessageContaining("Name another file.");
  }

  @Test
  void theTablesHoldEveryFigureAndWhatWasLeftOut() {
    Report report =
        report(
            false,
            figure("stream", "pipeline", 1234, 1300),
            figure("stream", "roofline", 3000),
            figure("latency", "p50", 12.34));

    assertThat(String.join("\n", Table.text(report)))
        .contains(
            "pipeline", "1,267", "(1,234–1,300)", "12.3", "MISSED", "left out: stream: a thing.");
    assertThat(Table.markdown(report))
        .contains(
            "| pipeline | 1,267 | 1,234–1,300 | 2 | images/s | what it is |",
            "| pipeline ÷ roofline | 0.422 | 0.85, **missed** |");
  }

  @Test
  void thePictureHasAChartForEachSuite() throws Exception {
    Path file = folder.resolve("report.png");

    Picture.write(
        report(
            false,
            figure("stream", "pipeline", 80, 90),
            figure("stream", "roofline", 100),
            figure("decode", "ImageIO", 100),
            figure("decode", "Pillow", 200),
            figure("training", "fast ceiling", 100),
            figure("training", "fast training", 90)),
        file);

    BufferedImage image = ImageIO.read(file.toFile());
    assertThat(image.getHeight()).isGreaterThan(image.getWidth() / 2);
    assertThat(colours(image)).as("bars and text, not an empty sheet").isGreaterThan(10);
  }

  private static long colours(BufferedImage image) {
    return java.util.Arrays.stream(
            image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth()))
        .distinct()
        .count();
  }
}
