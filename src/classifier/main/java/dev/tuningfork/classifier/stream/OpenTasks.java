package dev.tuningfork.classifier.stream;

import java.util.concurrent.atomic.AtomicInteger;

/** What the open tasks of a process are together. Safe for use by many threads at once. */
final class OpenTasks {

  private final AtomicInteger count = new AtomicInteger();
  private final AtomicInteger inFlight = new AtomicInteger();

  void open() {
    count.incrementAndGet();
  }

  /**
   * @param inFlight how many galaxies the task was last told to have in flight
   */
  void close(int inFlight) {
    count.decrementAndGet();
    this.inFlight.addAndGet(-inFlight);
  }

  /** A task has so many galaxies more in flight, or fewer. */
  void changed(int more) {
    inFlight.addAndGet(more);
  }

  /** At least one. */
  int count() {
    return Math.max(1, count.get());
  }

  /** Of all tasks, as of the latest round of each. */
  int inFlight() {
    return inFlight.get();
  }
}
