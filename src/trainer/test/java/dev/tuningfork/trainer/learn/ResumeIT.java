package dev.tuningfork.trainer.learn;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import dev.tuningfork.network.PyTorch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run that is killed and taken up again ends as if nothing had happened. */
class ResumeIT {

  private static final int EPOCHS = 6;

  /** The process that is killed: trains with a checkpoint after each step. */
  static final class Victim {
    public static void main(String[] arguments) throws IOException {
      Path folder = Path.of(arguments[0]);
      SmallRun run = new SmallRun(folder, "residual-lite");
      System.out.println(threads());
      run.run(
          "killed",
          run.settings(5).withEpochs(EPOCHS),
          List.of(Device.cpu()),
          Duration.ZERO,
          false);
    }
  }

  @TempDir private Path folder;

  @Test
  void aRunThatIsKilledGoesOnToTheVerySameWeights() throws Exception {
    SmallRun run = new SmallRun(folder, "residual-lite");
    SmallRun.Settings settings = run.settings(5).withEpochs(EPOCHS);
    float[] whole = SmallRun.numbers(run.train("whole", settings).weights());

    Process victim =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Victim.class.getName(),
                folder.toString())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("victim.log").toFile())
            .start();
    try {
      Path last = folder.resolve("killed/last.safetensors");
      Awaitility.await()
          .atMost(Duration.ofMinutes(2))
          .pollInterval(Duration.ofMillis(5))
          .until(() -> inTheMiddleOfAnEpoch(last));
    } finally {
      victim.destroyForcibly().waitFor(1, TimeUnit.MINUTES);
    }
    Progress stopped = Checkpoint.read(folder.resolve("killed/last.safetensors")).progress();
    assertThat(stopped.epoch()).as("killed before the end").isLessThanOrEqualTo(EPOCHS);

    float[] resumed = SmallRun.numbers(run.resume("killed", settings).weights());

    assertThat(resumed)
        .as(
            "killed at %s; %s here, and there: %s",
            stopped, threads(), Files.readString(folder.resolve("victim.log")))
        .isEqualTo(whole);
    assertThat(Files.readAllLines(folder.resolve("killed/training.jsonl"))).hasSize(EPOCHS);
  }

  /** Sums are rounded otherwise by another number of threads. */
  private static String threads() {
    return "%d threads, %d processors"
        .formatted(PyTorch.threads(), Runtime.getRuntime().availableProcessors());
  }

  private static boolean inTheMiddleOfAnEpoch(Path checkpoint) throws IOException {
    if (!Files.exists(checkpoint)) {
      return false;
    }
    Progress progress = Checkpoint.read(checkpoint).progress();
    return progress.epoch() >= 2 && progress.step() > 0;
  }
}
