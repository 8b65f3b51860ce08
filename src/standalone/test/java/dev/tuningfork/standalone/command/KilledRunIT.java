package dev.tuningfork.standalone.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tuningfork.classifier.message.GalaxyMorphology;
import dev.tuningfork.image.InputSpec;
import dev.tuningfork.model.ModelBundle;
import dev.tuningfork.model.ModelDescription;
import dev.tuningfork.network.Weights;
import dev.tuningfork.standalone.TuningFork;
import dev.tuningfork.standalone.survey.MockSurvey;
import dev.tuningfork.tree.DecisionTree;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code classify} as a process that is killed, stopped and resumed. */
@Timeout(300)
class KilledRunIT {

  private static final int GALAXIES = 20;
  private static final int NAMES = 1500;
  private static final int ENOUGH = 100;

  @TempDir Path folder;
  private Path images;
  private Path temporary;
  private Path table;
  private Path journal;

  @BeforeEach
  void makeModelAndImages() throws Exception {
    ModelDescription description =
        ModelDescription.of(
            "random", "1", DecisionTree.galaxyZoo2(), "baseline", InputSpec.article().withSize(32));
    ModelBundle.of(description, Weights.initial(description.network(), 1))
        .save(folder.resolve("random.zip"));
    Path few = Files.createDirectory(folder.resolve("few"));
    MockSurvey survey = new MockSurvey(3);
    for (int i = 0; i < GALAXIES; i++) {
      Files.write(few.resolve(i + ".jpg"), survey.galaxy(i).jpeg());
    }
    images = Files.createDirectory(folder.resolve("images"));
    for (int i = 0; i < NAMES; i++) {
      Files.createSymbolicLink(
          images.resolve("galaxy-%04d.jpg".formatted(i)), few.resolve(i % GALAXIES + ".jpg"));
    }
    temporary = Files.createDirectory(folder.resolve("temporary"));
    table = folder.resolve("galaxies.jsonl");
    journal = folder.resolve("galaxies.jsonl.journal");
  }

  @Test
  void aRunThatIsKilledAndStoppedIsResumedWithNoRowTwiceAndNothingLeft() throws Exception {
    Process killed = start();
    awaitAnswers(killed, ENOUGH);
    killed.destroyForcibly().waitFor();
    assertThat(table).doesNotExist();
    assertThat(temporaryFiles()).as("a killed run cannot tidy up").isNotEmpty();
    long kept = lines(journal);

    Process again = start();
    assertThat(again.waitFor(1, TimeUnit.MINUTES)).isTrue();
    assertThat(again.exitValue()).isEqualTo(2);
    assertThat(log()).contains("An unfinished run for", "--resume");

    Process stopped = start("--resume");
    awaitAnswers(stopped, kept + ENOUGH);
    stopped.destroy(); // SIGTERM
    assertThat(stopped.waitFor(10, TimeUnit.SECONDS)).as("ends within 10 s").isTrue();
    assertThat(table).doesNotExist();

    Process last = start("--resume");
    assertThat(last.waitFor(4, TimeUnit.MINUTES)).isTrue();

    assertThat(last.exitValue()).as(log()).isZero();
    assertThat(log()).contains("Continuing with ", "the others are already classified");
    assertThat(Files.readAllLines(table).stream().map(KilledRunIT::objectId).toList())
        .containsExactlyElementsOf(
            IntStream.range(0, NAMES).mapToObj("galaxy-%04d"::formatted).toList());
    assertThat(journal).doesNotExist();
    assertThat(temporaryFiles()).isEmpty();
  }

  private Process start(String... more) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1", // four short lives, on cores that other tests share
                "-Djava.io.tmpdir=" + temporary,
                "-cp",
                System.getProperty("java.class.path"),
                TuningFork.class.getName(),
                "classify",
                images.toString(),
                "--out",
                table.toString(),
                "--model",
                folder.resolve("random.zip").toString(),
                "--device",
                "cpu"));
    command.addAll(List.of(more));
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve("log").toFile())
        .start();
  }

  private void awaitAnswers(Process process, long lines) {
    Awaitility.await()
        .atMost(Duration.ofMinutes(2))
        .pollInterval(Duration.ofMillis(5))
        .until(() -> !process.isAlive() || (Files.exists(journal) && lines(journal) > lines));
    assertThat(process.isAlive()).as("killed before the end: %s", log()).isTrue();
  }

  private String log() {
    try {
      return Files.readString(folder.resolve("log"));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static long lines(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    return IntStream.range(0, bytes.length).filter(i -> bytes[i] == '\n').count();
  }

  private List<Path> temporaryFiles() throws IOException {
    try (Stream<Path> entries = Files.list(temporary)) {
      return entries
          .filter(entry -> entry.getFileName().toString().matches("(tuning-fork-|pt-model).*"))
          .toList();
    }
  }

  private static String objectId(String json) {
    try {
      return GalaxyMorphology.fromJson(json.getBytes(StandardCharsets.UTF_8)).objectId();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
