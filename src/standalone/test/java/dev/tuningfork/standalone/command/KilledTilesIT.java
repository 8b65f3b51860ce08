package dev.tuningfork.standalone.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tuningfork.image.InputSpec;
import dev.tuningfork.model.ModelBundle;
import dev.tuningfork.model.ModelDescription;
import dev.tuningfork.network.Weights;
import dev.tuningfork.standalone.survey.MockTiles;
import dev.tuningfork.standalone.survey.TileGalaxy;
import dev.tuningfork.standalone.survey.TileLayout;
import dev.tuningfork.standalone.survey.TilePlan;
import dev.tuningfork.standalone.survey.TileWriter;
import dev.tuningfork.tree.DecisionTree;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code classify} and {@code cut} on tiles, as processes that are killed, stopped and resumed. */
@Timeout(300)
class KilledTilesIT {

  private static final TilePlan PLAN =
      new TilePlan(TileLayout.PLAIN, 512, 20, 2, 60, 150.1, 2.2, 5);
  private static final int ROWS = 3_000;
  private static final int ENOUGH = 200;

  @TempDir Path folder;
  private CommandProcesses processes;

  @BeforeEach
  void makeModelAndTiles() throws Exception {
    ModelDescription description =
        ModelDescription.of(
            "random", "1", DecisionTree.galaxyZoo2(), "baseline", InputSpec.article().withSize(32));
    ModelBundle.of(description, Weights.initial(description.network(), 1))
        .save(folder.resolve("random.zip"));
    TileWriter writer = new TileWriter(PLAN, folder);
    writer.writeTile(0);
    writer.writeTile(1);
    MockTiles survey = new MockTiles(PLAN);
    // well within the edges, and off the gaps of both tiles
    List<TileGalaxy> galaxies =
        IntStream.range(0, PLAN.galaxies())
            .mapToObj(survey::galaxy)
            .filter(galaxy -> galaxy.x() > 30 && galaxy.x() < 930)
            .filter(galaxy -> galaxy.y() > 30 && galaxy.y() < 480)
            .filter(galaxy -> galaxy.x() < 240 || galaxy.x() > 370)
            .filter(galaxy -> galaxy.x() < 690 || galaxy.x() > 820)
            .toList();
    try (BufferedWriter rows = Files.newBufferedWriter(folder.resolve("objects.csv"))) {
      rows.write("id,ra,dec,width\n");
      for (int i = 0; i < ROWS; i++) {
        TileGalaxy galaxy = galaxies.get(i % galaxies.size());
        rows.write("galaxy-%04d,%s,%s,20%n".formatted(i, galaxy.ra(), galaxy.dec()));
      }
    }
    processes = CommandProcesses.in(folder);
  }

  private static List<String> everyId() {
    return IntStream.range(0, ROWS).mapToObj("galaxy-%04d"::formatted).toList();
  }

  @Test
  void aTableIsContinuedOverTheSameTilesWithNoRowTwiceAndNothingLeft() throws Exception {
    Path table = folder.resolve("galaxies.jsonl");
    Path journal = folder.resolve("galaxies.jsonl.journal");
    String[] command = {
      "classify",
      "--out",
      table.toString(),
      "--model",
      folder.resolve("random.zip").toString(),
      "--device",
      "cpu"
    };

    Process killed = start(command);
    processes.awaitLines(killed, journal, ENOUGH);
    killed.destroyForcibly().waitFor();
    assertThat(table).doesNotExist();
    long kept = CommandProcesses.lines(journal);

    Process again = start(command);
    assertThat(again.waitFor(1, TimeUnit.MINUTES)).isTrue();
    assertThat(again.exitValue()).isEqualTo(2);
    assertThat(processes.log()).contains("An unfinished run for", "--resume");

    Path tile = folder.resolve("tile-02-r.fits");
    Path original = Files.move(tile, folder.resolve("original"));
    Files.copy(original, tile); // the same galaxies, but who knows
    Process other = start(resume(command));
    assertThat(other.waitFor(1, TimeUnit.MINUTES)).isTrue();
    assertThat(other.exitValue()).isEqualTo(1);
    assertThat(processes.log()).contains("had other settings", "images was");
    Files.move(original, tile, StandardCopyOption.REPLACE_EXISTING);

    Process stopped = start(resume(command));
    processes.awaitLines(stopped, journal, kept + ENOUGH);
    stopped.destroy(); // SIGTERM
    assertThat(stopped.waitFor(10, TimeUnit.SECONDS)).as("ends within 10 s").isTrue();
    assertThat(processes.log()).contains("The same command with --resume continues");

    Process last = start(resume(command));
    assertThat(last.waitFor(4, TimeUnit.MINUTES)).isTrue();

    assertThat(last.exitValue()).as(processes.log()).isZero();
    assertThat(processes.log()).contains("Continuing with ", "the others are already classified");
    assertThat(Files.readAllLines(table).stream().map(CommandProcesses::objectId).toList())
        .containsExactlyInAnyOrderElementsOf(everyId());
    assertThat(journal).doesNotExist();
    assertThat(processes.temporaryFiles()).isEmpty();
  }

  @Test
  void cutoutsAreContinuedWithNoLineTwiceAndNothingLeft() throws Exception {
    Path cutouts = folder.resolve("cutouts");
    Path unfinished = cutouts.resolve("manifest.csv.part");
    String[] command = {"cut", "--out", cutouts.toString()};

    Process killed = start(command);
    processes.awaitLines(killed, unfinished, ENOUGH);
    killed.destroyForcibly().waitFor();
    // a crash may cut a line short
    Files.writeString(unfinished, Files.readString(unfinished) + "galaxy-", StandardCharsets.UTF_8);

    Process again = start(command);
    assertThat(again.waitFor(1, TimeUnit.MINUTES)).isTrue();
    assertThat(again.exitValue()).isEqualTo(2);

    Process last = start(resume(command));
    assertThat(last.waitFor(4, TimeUnit.MINUTES)).isTrue();

    assertThat(last.exitValue()).as(processes.log()).isZero();
    List<String> ids =
        Files.readAllLines(cutouts.resolve("manifest.csv")).stream()
            .skip(1)
            .map(line -> line.substring(0, line.indexOf(',')))
            .toList();
    assertThat(ids).containsExactlyInAnyOrderElementsOf(everyId());
    assertThat(everyId()).allMatch(id -> Files.exists(cutouts.resolve(id + ".jpg")));
    assertThat(unfinished).doesNotExist();
    try (Stream<Path> files = Files.list(cutouts)) {
      assertThat(files.filter(file -> file.toString().endsWith(".part"))).isEmpty();
    }
  }

  private static String[] resume(String[] command) {
    return Stream.concat(Stream.of(command), Stream.of("--resume")).toArray(String[]::new);
  }

  private Process start(String... what) throws IOException {
    List<String> arguments = new ArrayList<>(List.of(what));
    for (String band : List.of("i", "r", "g")) {
      arguments.addAll(List.of("--image", band + "=" + folder + "/tile-*-" + band + ".fits"));
    }
    arguments.addAll(List.of("--catalogue", folder.resolve("objects.csv").toString()));
    return processes.start(arguments);
  }
}
