package dev.tuningfork.classifier.stream;

import java.time.Duration;

/**
 * How much a task holds, and how long it waits.
 *
 * @param window how many galaxies a task has in flight before it begins to wait, those apart that
 *     wait for slow hosts
 * @param windowBytes how many bytes of records all tasks of the process together have in flight
 *     before they begin to wait, those that wait for slow hosts included
 * @param overshoot how many more galaxies a task takes while the model is slow, and bytes in
 *     proportion; beyond that it takes more only while outcomes arrive, up to twice the window and
 *     the overshoot, or the overshoot more than it inherited, and then fails
 * @param roomWait how long a task waits for room between two rounds of its thread
 * @param patience how long all tasks of the process together may hold up a commit: at most half of
 *     the transaction timeout
 * @param drainEvery how often finished galaxies are published while nothing arrives
 * @param promptCommit how often a task asks for a commit while the classifier keeps up, so that
 *     answers are soon seen; while it is behind, they are committed by Kafka Streams' interval,
 *     since fewer transactions leave more time for galaxies
 * @param largestRecord the largest record that may be written to any topic, bytes
 */
public record LedgerSettings(
    int window,
    long windowBytes,
    int overshoot,
    Duration roomWait,
    Duration patience,
    Duration drainEvery,
    Duration promptCommit,
    int largestRecord) {

  private static final int SMALLEST_LIMIT = 64 << 10;

  private static final int AROUND = 64 << 10;

  public static final LedgerSettings DEFAULT =
      new LedgerSettings(
          1_000,
          600,
          Duration.ofSeconds(1),
          Duration.ofSeconds(5),
          Duration.ofMillis(5),
          Duration.ofMillis(20),
          1_000_000);

  public LedgerSettings {
    require(window >= 1, "window must be at least 1, not " + window);
    require(windowBytes >= 1, "window-bytes must be at least 1, not " + windowBytes);
    require(overshoot >= 1, "overshoot must be at least 1, not " + overshoot);
    require(
        largestRecord >= SMALLEST_LIMIT,
        "largest-record must be at least " + SMALLEST_LIMIT + " bytes, not " + largestRecord);
    require(
        roomWait.isPositive() && roomWait.compareTo(patience) <= 0,
        "room-wait must lie between 0 and patience (" + patience + "), not at " + roomWait);
    require(drainEvery.toMillis() >= 1, "drain-every must be at least 1 ms, not " + drainEvery);
    require(
        promptCommit.toMillis() >= 1, "prompt-commit must be at least 1 ms, not " + promptCommit);
  }

  /** With an eighth of the heap for the bytes in flight. */
  public LedgerSettings(
      int window,
      int overshoot,
      Duration roomWait,
      Duration patience,
      Duration drainEvery,
      Duration promptCommit,
      int largestRecord) {
    this(
        window,
        Runtime.getRuntime().maxMemory() / 8,
        overshoot,
        roomWait,
        patience,
        drainEvery,
        promptCommit,
        largestRecord);
  }

  /** The same with another limit of the bytes in flight. */
  public LedgerSettings withWindowBytes(long bytes) {
    return new LedgerSettings(
        window, bytes, overshoot, roomWait, patience, drainEvery, promptCommit, largestRecord);
  }

  /** How large a message any topic must take: the largest record, and what Kafka puts around it. */
  public int largestMessage() {
    return largestRecord + AROUND;
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new IllegalArgumentException(otherwise + ".");
    }
  }
}
