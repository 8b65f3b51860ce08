package dev.tuningfork.standalone.command;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Prints what is under way whenever a command has printed nothing for a while, so that long work is
 * never silent where no terminal shows its status. Runs on a thread of its own.
 */
final class Pulse implements AutoCloseable {

  /** A little longer than the ten seconds after which a command's own progress is printed. */
  static final Duration SILENCE = Duration.ofMillis(10_500);

  private static final int LOOKS = 20;

  private final Printer err;
  private final Duration silence;
  private final long start = System.nanoTime();
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("pulse").factory());

  /** Begins to watch over a command that prints to {@code err}. */
  Pulse(Printer err, Duration silence) {
    this.err = err;
    this.silence = silence;
    long every = silence.toNanos() / LOOKS;
    var _ = clock.scheduleWithFixedDelay(this::look, every, every, TimeUnit.NANOSECONDS);
  }

  private void look() {
    long now = System.nanoTime();
    if (now - Math.max(start, err.printedAt()) >= silence.toNanos()) {
      err.println(
          "%s %s so far"
              .formatted(err.underWay(), ProgressBar.inWords(Duration.ofNanos(now - start))));
    }
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }
}
