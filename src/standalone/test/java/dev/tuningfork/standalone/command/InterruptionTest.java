package dev.tuningfork.standalone.command;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class InterruptionTest {

  private static final String LAST_SENTENCE = "The same command with --resume continues.";

  @Test
  @Timeout(60)
  void aStoppedCommandPrintsItsLastSentenceBeforeTheProcessEnds() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                SlowToSpeak.class.getName())
            .redirectErrorStream(true)
            .start();
    try (BufferedReader printed = process.inputReader(UTF_8)) {
      assertThat(printed.readLine()).isEqualTo("started");
      process.toHandle().destroy(); // SIGTERM; the output stays open
      assertThat(printed.lines()).containsExactly(LAST_SENTENCE);
    }
  }

  /** A command that has closed everything long before its last sentence is printed. */
  static final class SlowToSpeak {
    public static void main(String[] arguments) throws Exception {
      try (Interruption interruption = new Interruption(Duration.ofSeconds(30))) {
        System.out.println("started");
        interruption.await(Duration.ofSeconds(30).toNanos());
      }
      for (Thread thread : Thread.getAllStackTraces().keySet()) {
        if (thread.getName().equals("interruption")) {
          thread.join(1000);
          if (!thread.isAlive()) { // nothing keeps the process, which ends within this time
            Thread.sleep(Duration.ofSeconds(20));
          }
        }
      }
      System.out.println(LAST_SENTENCE);
      Interruption.commandEnded();
      System.exit(1);
    }
  }
}
