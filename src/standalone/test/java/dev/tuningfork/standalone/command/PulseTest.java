package dev.tuningfork.standalone.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a command says where no terminal shows its status. */
class PulseTest {

  private final StringWriter written = new StringWriter();
  private final Printer err = new Printer(written);

  @Test
  void aSilentCommandSaysWhatIsUnderWay() {
    try (var _ = new Pulse(err, Duration.ofMillis(20))) {
      await().until(() -> says("Working … \\d+ s so far"));
      new Terminal(err, err, false, false).status("Writing galaxies.csv …");
      await().until(() -> says("Writing galaxies\\.csv … \\d+ s so far"));
    }
  }

  /** Rendering has a status on a terminal only. */
  @Test
  void everyCommandIsWatchedOver(@TempDir Path folder) {
    int code =
        Commands.line(new PrintWriter(new StringWriter()), err, Duration.ofMillis(1))
            .execute("mock-tile", folder.toString(), "--side", "256", "--galaxies", "4");

    assertThat(code).as(written.toString()).isZero();
    assertThat(written.toString()).containsPattern("Rendering tile 1 of 1 … \\d+ s so far");
  }

  private boolean says(String pattern) {
    return written.toString().lines().anyMatch(line -> line.matches(pattern));
  }
}
