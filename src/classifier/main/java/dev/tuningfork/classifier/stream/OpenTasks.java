package dev.tuningfork.classifier.stream;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** What the open tasks of a process are together. Safe for use by many threads at once. */
final class OpenTasks {

  private final AtomicInteger count = new AtomicInteger();
  private final AtomicInteger inFlight = new AtomicInteger();
  private final AtomicLong bytes = new AtomicLong();

  /** The period in which a task of the stream thread last asked for a commit. */
  private final ThreadLocal<Long> committed = new ThreadLocal<>();

  void open() {
    count.incrementAndGet();
  }

  /**
   * A task closes.
   *
   * @param inFlight how many galaxies it reported last
   * @param bytes how many bytes it has in flight
   */
  void close(int inFlight, long bytes) {
    count.decrementAndGet();
    this.inFlight.addAndGet(-inFlight);
    this.bytes.addAndGet(-bytes);
  }

  /** A task has so many bytes more in flight, or fewer. */
  void changedBytes(long more) {
    bytes.addAndGet(more);
  }

  /** Of all tasks, in their ledgers. */
  long bytes() {
    return bytes.get();
  }

  /** A task has so many galaxies more in flight, or fewer. */
  void changed(int more) {
    inFlight.addAndGet(more);
  }

  /** At least one. */
  int count() {
    return Math.max(1, count.get());
  }

  /**
   * Whether no task of the calling stream thread has asked for a commit in this period; then this
   * one does. A commit is one transaction of all tasks of the thread, so one of them is enough.
   */
  boolean mayCommit(long period) {
    Long last = committed.get();
    committed.set(period);
    return last == null || last != period;
  }

  /** Of all tasks, as of the latest round of each. */
  int inFlight() {
    return inFlight.get();
  }
}
