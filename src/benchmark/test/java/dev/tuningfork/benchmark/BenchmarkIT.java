package dev.tuningfork.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The command, on its smallest part. */
class BenchmarkIT {

  @TempDir Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... arguments) {
    CommandLine line = Benchmark.line();
    line.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    return line.execute(arguments);
  }

  @Test
  void onePartIsMeasuredPrintedWrittenAndDrawn() throws Exception {
    Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
    Path left = Files.createTempDirectory(temporary, "tuning-fork-benchmark-");
    Path lock = Files.createFile(left.resolveSibling(left.getFileName() + ".lock"));
    Path json = folder.resolve("figures.json");
    Path picture = folder.resolve("figures.png");

    int code =
        run(
            "--quick",
            "--runs",
            "1",
            "--only",
            "decode",
            "--json",
            json.toString(),
            "--picture",
            picture.toString());

    assertThat(code).as("%s%s", out, err).isLessThanOrEqualTo(1);
    assertThat(out.toString())
        .contains("decode", "tuning fork", "ImageIO", "images/s", "left out: decode: Pillow");
    JsonNode report = new ObjectMapper().readTree(json.toFile());
    assertThat(report.at("/figures/0/suite").asText()).isEqualTo("decode");
    assertThat(report.at("/figures/0/spread/median").doubleValue()).isPositive();
    assertThat(report.at("/machine/cores").intValue()).isPositive();
    assertThat(picture).isNotEmptyFile();
    assertThat(List.of(left, lock)).as("what a killed run has left").noneMatch(Files::exists);
  }

  @Test
  void aPartThatDoesNotExistIsNamedWithThoseThatDo() {
    assertThat(run("--only", "speed")).isEqualTo(2);
    assertThat(err.toString()).contains("There is no part speed; the parts are predictor, decode");
  }

  @Test
  void whatPythonNeedsOnAGpuIsSmallerThan64MiB() throws Exception {
    Path files = folder.resolve("gpu");

    assertThat(run("gpu-files", "--to", files.toString(), "--galaxies", "2"))
        .as("%s", err)
        .isZero();

    assertThat(err.toString()).contains("Where there is a GPU: python3 gpu.py");
    assertThat(files.resolve("gpu.py")).isNotEmptyFile();
    JsonNode models = new ObjectMapper().readTree(files.resolve("models.json").toFile());
    assertThat(models)
        .extracting(model -> model.path("name").asText())
        .contains("fast", "accurate");
    long bytes = 0;
    for (JsonNode model : models) {
      assertThat(model.path("modules"))
          .extracting(module -> module.path("precision").asText())
          .containsExactly("float32", "bfloat16", "float16");
      for (JsonNode module : model.path("modules")) {
        assertThat(files.resolve(module.path("file").asText())).isNotEmptyFile();
      }
      long galaxy = 1;
      for (int i = 1; i < 4; i++) {
        galaxy *= model.at("/shape/" + i).asLong(); // height, width, channels
      }
      assertThat(galaxy).isGreaterThanOrEqualTo(128 * 128 * 3);
      assertThat(files.resolve(model.path("levels").asText())).hasSize(2 * galaxy);
      bytes += 200 * (galaxy + 37 * 24); // of two hundred galaxies
      assertThat(model.path("probabilities")).hasSize(2);
      assertThat(model.at("/probabilities/0")).hasSize(37);
    }
    try (Stream<Path> all = Files.list(files)) {
      bytes += all.mapToLong(file -> file.toFile().length()).sum();
    }
    assertThat(bytes).isLessThan(64 << 20);
  }
}
