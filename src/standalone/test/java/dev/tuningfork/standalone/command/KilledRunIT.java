package dev.tuningfork.standalone.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tuningfork.image.InputSpec;
import dev.tuningfork.model.ModelBundle;
import dev.tuningfork.model.ModelDescription;
import dev.tuningfork.network.Weights;
import dev.tuningfork.standalone.survey.MockSurvey;
import dev.tuningfork.tree.DecisionTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code classify} as a process that is killed, stopped and resumed. */
@Timeout(300)
class KilledRunIT {

  private static final int GALAXIES = 4;
  private static final int NAMES = 1000;
  private static final int ENOUGH = 100;

  @TempDir Path folder;
  private Path images;
  private CommandProcesses processes;
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
    processes = CommandProcesses.in(folder);
    table = folder.resolve("galaxies.jsonl");
    journal = folder.resolve("galaxies.jsonl.journal");
  }

  @Test
  void aRunThatIsKilledAndStoppedIsResumedWithNoRowTwiceAndNothingLeft() throws Exception {
    Process killed = start();
    processes.awaitLines(killed, journal, ENOUGH);
    killed.destroyForcibly().waitFor();
    assertThat(table).doesNotExist();
    long kept = CommandProcesses.lines(journal);

    Process again = start();
    assertThat(again.waitFor(1, TimeUnit.MINUTES)).isTrue();
    assertThat(again.exitValue()).isEqualTo(2);
    assertThat(processes.log()).contains("An unfinished run for", "--resume");

    Process stopped = start("--resume");
    processes.awaitLines(stopped, journal, kept + ENOUGH);
    stopped.destroy(); // SIGTERM
    assertThat(stopped.waitFor(10, TimeUnit.SECONDS)).as("ends within 10 s").isTrue();
    assertThat(table).doesNotExist();

    Process last = start("--resume");
    assertThat(last.waitFor(4, TimeUnit.MINUTES)).isTrue();

    assertThat(last.exitValue()).as(processes.log()).isZero();
    assertThat(processes.log()).contains("Continuing with ", "the others are already classified");
    assertThat(Files.readAllLines(table).stream().map(CommandProcesses::objectId).toList())
        .containsExactlyElementsOf(
            IntStream.range(0, NAMES).mapToObj("galaxy-%04d"::formatted).toList());
    assertThat(journal).doesNotExist();
    assertThat(processes.temporaryFiles()).isEmpty();
  }

  private Process start(String... more) throws IOException {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "classify",
                images.toString(),
                "--out",
                table.toString(),
                "--model",
                folder.resolve("random.zip").toString(),
                "--device",
                "cpu"));
    arguments.addAll(List.of(more));
    return processes.start(arguments);
  }
}
