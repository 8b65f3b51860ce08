package dev.tuningfork.standalone.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The script that a person starts things with, as a process of its own. */
@Timeout(180)
class ScriptIT {

  private static final Path MODULE = Path.of("").toAbsolutePath();
  private static final Path SCRIPT = MODULE.resolve("../../tuning-fork").normalize();

  @TempDir Path folder;

  @BeforeEach
  void requireTheApplication() {
    assumeTrue(
        Files.isDirectory(MODULE.resolve("target/app/lib")),
        "the application is not packaged: ./mvnw package makes it");
  }

  @Test
  void itStartsTheApplicationFromAnyFolder() throws Exception {
    Result result = run("--version");

    assertThat(result.code()).as(result.text()).isZero();
    assertThat(result.text()).contains("Tuning Fork", "model fast: ").doesNotContain("WARN");
  }

  @Test
  void itHandsOnTheExitCode() throws Exception {
    assertThat(run("classify").code()).isEqualTo(2);
  }

  private Result run(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of(SCRIPT.toString()));
    command.addAll(List.of(arguments));
    Path output = folder.resolve("output");
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    assertThat(process.waitFor(150, TimeUnit.SECONDS)).isTrue();
    return new Result(process.exitValue(), Files.readString(output, StandardCharsets.UTF_8));
  }

  private record Result(int code, String text) {}
}
