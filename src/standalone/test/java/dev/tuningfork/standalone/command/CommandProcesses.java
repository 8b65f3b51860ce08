package dev.tuningfork.standalone.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tuningfork.classifier.message.GalaxyMorphology;
import dev.tuningfork.standalone.TuningFork;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/**
 * Commands as processes, to be killed while they work.
 *
 * @param folder where their log is
 * @param temporary their folder for temporary files
 */
record CommandProcesses(Path folder, Path temporary) {

  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final Duration LOOK_EVERY = Duration.ofMillis(2);

  static CommandProcesses in(Path folder) throws IOException {
    return new CommandProcesses(folder, Files.createDirectory(folder.resolve("temporary")));
  }

  Process start(List<String> arguments) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1", // their lives are short
                "-Djava.io.tmpdir=" + temporary,
                "-cp",
                System.getProperty("java.class.path"),
                TuningFork.class.getName()));
    command.addAll(arguments);
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve("log").toFile())
        .start();
  }

  /** Waits until a file has more lines, while the process still works. */
  void awaitLines(Process process, Path file, long lines) {
    Awaitility.await()
        .atMost(PATIENCE)
        .pollInterval(LOOK_EVERY)
        .until(() -> !process.isAlive() || (Files.exists(file) && lines(file) > lines));
    assertThat(process.isAlive()).as("killed before the end: %s", log()).isTrue();
  }

  /** What the latest one has printed. */
  String log() {
    try {
      return Files.readString(folder.resolve("log"));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** What a run leaves behind in the folder for temporary files. */
  List<Path> temporaryFiles() throws IOException {
    try (Stream<Path> entries = Files.list(temporary)) {
      return entries
          .filter(entry -> entry.getFileName().toString().matches("(tuning-fork-|pt-model).*"))
          .toList();
    }
  }

  static long lines(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    return IntStream.range(0, bytes.length).filter(i -> bytes[i] == '\n').count();
  }

  static String objectId(String json) {
    try {
      return GalaxyMorphology.fromJson(json.getBytes(StandardCharsets.UTF_8)).objectId();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
