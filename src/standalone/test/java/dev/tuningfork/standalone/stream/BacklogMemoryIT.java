package dev.tuningfork.standalone.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Memory is bounded by settings, never by the length of a backlog. */
class BacklogMemoryIT {

  private static final int BACKLOG = 20_000;
  private static final Duration PATIENCE = Duration.ofMinutes(6);

  /** What JIT, thread stacks and the allocator's arenas may still add once all is warm. */
  private static final long SLACK = 24 << 20;

  private static final Pattern ANONYMOUS = Pattern.compile("RssAnon:\\s+(\\d+) kB");

  @TempDir Path folder;

  @Test
  void heapAndNativeMemoryStayFlatOverABacklog() throws Exception {
    assumeTrue(Files.exists(Path.of("/proc/self/status")), "memory is read from Linux's /proc");
    try (Observatory observatory = new Observatory(folder)) {
      observatory.publish(0, BACKLOG);
      // a small heap of one fixed size, touched from the start: it cannot grow, and what grows
      // beyond it is native memory
      try (var classifier =
          new ClassifierProcess(
              observatory.settingsFile(),
              Path.of("target", "backlog-classifier.log"),
              "-Xms256m",
              "-Xmx256m",
              "-XX:+AlwaysPreTouch")) {
        observatory.awaitCommitted(BACKLOG / 2, PATIENCE);
        long early = residentBytes(classifier.pid());
        observatory.awaitCommitted(BACKLOG, PATIENCE);
        long late = residentBytes(classifier.pid());
        System.out.printf(
            "resident after %,d references: %d MiB; after %,d: %d MiB%n",
            BACKLOG / 2, early >> 20, BACKLOG, late >> 20);
        assertThat(late).as("resident, bytes").isLessThan(early + SLACK);
      }
      observatory.requireOneOutcomeEach(BACKLOG);
    }
  }

  /** Anonymous memory, heap and native, without mapped files. */
  private static long residentBytes(long pid) throws IOException {
    String status = Files.readString(Path.of("/proc", String.valueOf(pid), "status"));
    Matcher resident = ANONYMOUS.matcher(status);
    assertThat(resident.find()).as("RssAnon in %s", status).isTrue();
    return Long.parseLong(resident.group(1)) << 10;
  }
}
