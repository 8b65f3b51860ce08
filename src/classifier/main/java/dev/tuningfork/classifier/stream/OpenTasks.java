package dev.tuningfork.classifier.stream;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** The load of all open tasks of a process. Safe for use by many threads at once. */
final class OpenTasks {

  private final AtomicInteger count = new AtomicInteger();
  private final AtomicInteger inFlight = new AtomicInteger();
  private final AtomicLong bytes = new AtomicLong();

  private final AtomicLong inherited = new AtomicLong();
  private volatile long quietSince = System.nanoTime();
  private volatile boolean awaitsFirstOutcome;

  void open() {
    count.incrementAndGet();
  }

  /**
   * A task closes.
   *
   * @param inFlight how many galaxies it reported last
   * @param bytes how many bytes it has in flight
   * @param inherited how many bytes it had from its ledger when it opened
   */
  void close(int inFlight, long bytes, long inherited) {
    count.decrementAndGet();
    this.inFlight.addAndGet(-inFlight);
    this.bytes.addAndGet(-bytes);
    this.inherited.addAndGet(-inherited);
  }

  /** A task has so many bytes more in flight, or fewer. */
  void changedBytes(long more) {
    long before = bytes.getAndAdd(more);
    if (before == 0 && more > 0) {
      quietSince = System.nanoTime();
      awaitsFirstOutcome = true;
    }
  }

  /** A task has so many bytes in flight from its ledger as it opens. */
  void inherited(long more) {
    inherited.addAndGet(more);
  }

  /** What the tasks that are open had in their ledgers when they opened, bytes. */
  long inherited() {
    return inherited.get();
  }

  /** An outcome has arrived for one of the tasks. */
  void outcomeArrived() {
    quietSince = System.nanoTime();
    awaitsFirstOutcome = false;
  }

  /** How long ago the latest outcome arrived, or nothing was in flight yet, nanoseconds. */
  long quietNanos() {
    return System.nanoTime() - quietSince;
  }

  /** Whether no outcome has arrived since nothing was in flight. */
  boolean awaitFirstOutcome() {
    return awaitsFirstOutcome;
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

  /** Of all tasks, as of the latest round of each. */
  int inFlight() {
    return inFlight.get();
  }
}
