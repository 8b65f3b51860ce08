package dev.tuningfork.standalone.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.tuningfork.model.DeviceSetting;
import dev.tuningfork.model.Form;
import dev.tuningfork.model.Forms;
import dev.tuningfork.network.Cuda;
import dev.tuningfork.trainer.DrawnGalaxies;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Everything but the device: the CPU is checked in its place. */
class GpuCheckCommandTest {

  @TempDir private Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private Path bundle = Path.of("");

  @BeforeEach
  void saveModel() throws Exception {
    bundle = folder.resolve("tiny.zip");
    TinyModel.bundle().save(bundle);
  }

  @Test
  void eachFormIsComparedWithTheCpuAndMeasuredInBatches() throws Exception {
    Path report = folder.resolve("report.md");

    assertThat(run("--device", "cpu", "--galaxies", "3", "--report", report.toString())).isZero();

    List<String> lines = out.toString().lines().toList();
    assertThat(report).hasContent(out.toString());
    assertThat(lines)
        .contains("# The device cpu", "- Model: tiny 1.2.3", "## Answers", "## Feeding it")
        .anyMatch(line -> line.startsWith("Conditional probabilities of 3 galaxies"))
        .anyMatch(line -> line.matches("\\| blocks \\| cpu \\| 0\\.00000 \\| .* \\| agrees \\|"))
        .anyMatch(line -> line.equals("| form | 1 | 2 | 4 | enough |"))
        .anyMatch(line -> line.matches("One core decodes and prepares [\\d,]+ of these .*"))
        .contains("| device | model | form | batch | images/s | largest difference |")
        .anyMatch(
            line -> line.startsWith("The classifier with the settings that `run` starts with"))
        .anyMatch(line -> line.matches("\\| roofline: read, .* \\| [\\d,]+ \\|"))
        .anyMatch(line -> line.matches("\\| stream: references in, .* \\| [\\d,]+ \\|"))
        .anyMatch(line -> line.matches("\\| stream ÷ roofline \\| \\d\\.\\d\\d \\|"))
        .anyMatch(line -> line.matches("\\| cpu \\| tiny 1\\.2\\.3 \\| .* \\| 32 \\| .* \\|"));
    for (Form form : Forms.on(new DeviceSetting.Cpu()).working()) {
      assertThat(lines)
          .anyMatch(
              line ->
                  line.matches(
                      "\\| " + form + " \\| [\\d,]+ \\| [\\d,]+ \\| [\\d,]+ \\| [124] \\|"))
          .anyMatch(line -> line.startsWith("| cpu | tiny 1.2.3 | " + form + " | "));
      assertThat(err.toString())
          .containsPattern(form + " on cpu: the largest difference is 0\\.0.* In batches of 1: ");
    }
  }

  @Test
  void aFolderOfImagesIsTakenInsteadOfRenderedGalaxies() throws Exception {
    Path images = Files.createDirectory(folder.resolve("images"));
    DrawnGalaxies.draw(images, 2);
    assertThat(run("--device", "cpu", "--images", images.toString())).isZero();
    assertThat(out.toString()).contains("Conditional probabilities of 2 galaxies");

    Path empty = Files.createDirectory(folder.resolve("empty"));
    assertThat(run("--device", "cpu", "--images", empty.toString())).isEqualTo(1);
    assertThat(err.toString()).contains("There is no image in " + empty + ".");
  }

  @Test
  void withoutAGpuItSaysWhatIsMissingAndWhatItWouldDo() {
    Cuda cuda = Cuda.here();
    assumeFalse(cuda.works(), "This machine has a GPU.");

    assertThat(run("--galaxies", "3")).isEqualTo(1);

    assertThat(out.toString())
        .contains("# The device gpu:0", "## Missing", "## What would be checked")
        .contains("The device gpu:0 was requested, but PyTorch finds no GPU here. ")
        .contains(cuda.missing().orElseThrow())
        .contains("in batches of 1 to 4 images")
        .contains("4. The stream: ");
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void aBatchSizeThatIsNoPowerOfTwoIsRefused() {
    assertThat(run("--device", "cpu", "--galaxies", "1", "--largest-batch", "3")).isEqualTo(1);
    assertThat(err.toString()).contains("The largest batch is a power of two, not 3.");
  }

  private int run(String... more) {
    List<String> line =
        new ArrayList<>(List.of("gpu-check", "--model", bundle.toString(), "--seconds", "0.001"));
    if (!List.of(more).contains("--largest-batch")) {
      line.addAll(List.of("--largest-batch", "4"));
    }
    line.addAll(List.of(more));
    return Commands.line(new PrintWriter(out, true), new PrintWriter(err, true))
        .execute(line.toArray(String[]::new));
  }
}
