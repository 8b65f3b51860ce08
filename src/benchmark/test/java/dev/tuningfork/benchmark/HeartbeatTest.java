package dev.tuningfork.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class HeartbeatTest {

  @Test
  void itPrintsWhatIsUnderWayAgainAndAgain() throws Exception {
    AtomicInteger line = new AtomicInteger();
    CountDownLatch third = new CountDownLatch(1);
    try (var _ =
        new Heartbeat(
            Duration.ofMillis(1),
            () -> "line " + line.incrementAndGet(),
            said -> {
              if (said.equals("line 3")) {
                third.countDown();
              }
            })) {
      assertThat(third.await(30, TimeUnit.SECONDS)).as("a third line").isTrue();
    }
  }
}
