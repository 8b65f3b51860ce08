package dev.tuningfork.benchmark;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Prints every ten seconds what is under way, so that long work is never silent. */
final class Heartbeat implements AutoCloseable {

  static final Duration EVERY = Duration.ofSeconds(10);

  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("tuning-fork-heartbeat").factory());

  /**
   * Begins.
   *
   * @param underWay a line; called on a thread of its own
   */
  Heartbeat(Duration every, Supplier<String> underWay, Consumer<String> told) {
    var _ =
        clock.scheduleAtFixedRate(
            () -> told.accept(underWay.get()),
            every.toMillis(),
            every.toMillis(),
            TimeUnit.MILLISECONDS);
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }
}
