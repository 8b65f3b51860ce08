package dev.tuningfork.benchmark.faults;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Reads a {@link Reckoning} on a thread of its own until it is closed; the reckoning may be looked
 * at after that.
 */
final class Counter implements AutoCloseable {

  private static final Duration LOOK_EVERY = Duration.ofMillis(50);
  private static final int ROUNDS_AFTER = 30;

  private final Reckoning reckoning;
  private final Thread reader;
  private volatile boolean closed;
  private volatile int counted;
  private volatile @Nullable RuntimeException failure;

  Counter(Reckoning reckoning) {
    this.reckoning = reckoning;
    reader = Thread.ofPlatform().daemon().name("fault-counter").start(this::read);
  }

  private void read() {
    try (reckoning) {
      while (!closed) {
        reckoning.read();
        counted = reckoning.counted();
      }
      // where one came twice, the second one is behind the last
      for (int round = 0; round < ROUNDS_AFTER; round++) {
        reckoning.read();
      }
      counted = reckoning.counted();
    } catch (RuntimeException e) {
      failure = e;
    }
  }

  /** How many references have an outcome. */
  int counted() {
    return counted;
  }

  /** Waits until so many have an outcome; false where none was added for so long. */
  boolean await(int references, Duration silence) throws InterruptedException {
    int before = counted;
    long since = System.nanoTime();
    while (counted < references) {
      RuntimeException broken = failure;
      if (broken != null) {
        throw broken;
      }
      if (counted > before) {
        before = counted;
        since = System.nanoTime();
      } else if (System.nanoTime() - since > silence.toNanos()) {
        return false;
      }
      TimeUnit.NANOSECONDS.sleep(LOOK_EVERY.toNanos());
    }
    return true;
  }

  @Override
  public void close() {
    closed = true;
    boolean interrupted = false;
    while (reader.isAlive()) {
      try {
        reader.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    RuntimeException broken = failure;
    if (broken != null) {
      throw broken;
    }
  }
}
