package dev.tuningfork.classifier.stream;

import dev.tuningfork.classifier.setting.Section;
import dev.tuningfork.classifier.setting.Setting;
import dev.tuningfork.classifier.setting.SettingType;
import dev.tuningfork.classifier.setting.SettingValues;
import java.time.Duration;

/** How much a task holds, and how long it waits. */
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

  public static final Section SECTION = new Section("ledger", "Ledger");

  /**
   * How many galaxies a task has in flight before it waits. Galaxies whose images are on slow hosts
   * do not count.
   */
  public static final Setting<Integer> WINDOW = SECTION.count("window", 1_000, "galaxies");

  /**
   * How many bytes of records all tasks of the process have in flight before they wait. Records
   * whose images are on slow hosts count.
   */
  public static final Setting<Long> WINDOW_BYTES =
      SECTION.computed(
          "window-bytes",
          SettingType.BYTES,
          "an eighth of the heap",
          _ -> Runtime.getRuntime().maxMemory() / 8);

  /**
   * How many galaxies more than the window a task accepts while the model is slow, bytes in
   * proportion. After that it accepts more only while outcomes arrive, up to twice the window and
   * the overshoot; beyond that the task fails, and nothing is lost.
   */
  public static final Setting<Integer> OVERSHOOT = SECTION.count("overshoot", 600, "galaxies");

  /**
   * How long a task with a full window waits for room each time that it has a record to process.
   */
  public static final Setting<Duration> ROOM_WAIT =
      SECTION.time("room-wait", Duration.ofSeconds(1));

  /**
   * How long the tasks of the process together may delay a commit. {@code
   * kafka.producer.transaction.timeout.ms} must be at least twice as long.
   */
  public static final Setting<Duration> PATIENCE = SECTION.time("patience", Duration.ofSeconds(5));

  /** How often finished galaxies are published while no records arrive. */
  public static final Setting<Duration> DRAIN_EVERY =
      SECTION.time("drain-every", Duration.ofMillis(5));

  /**
   * How often answers are committed while the classifier keeps up. Readers see an answer after its
   * commit, and each commit is a transaction on the brokers. Where commits are slow, they are made
   * less often, so that they take at most half of a thread's time. While there is a backlog, {@code
   * kafka.commit.interval.ms} (1 s) applies instead.
   */
  public static final Setting<Duration> PROMPT_COMMIT =
      SECTION.time("prompt-commit", Duration.ofMillis(20));

  /**
   * The largest record that is written to any topic; at least 64 KiB. Topics must accept messages
   * that are 64 KiB larger.
   */
  public static final Setting<Long> LARGEST_RECORD = SECTION.bytes("largest-record", 1_000_000);

  public static final LedgerSettings DEFAULT = of(SettingValues.NONE);

  public LedgerSettings {
    require(window >= 1, "window must be at least 1, not " + window);
    require(windowBytes >= 1, "window-bytes must be at least 1, not " + windowBytes);
    require(overshoot >= 1, "overshoot must be at least 1, not " + overshoot);
    require(
        largestRecord >= SMALLEST_LIMIT,
        "largest-record must be at least " + SMALLEST_LIMIT + " bytes, not " + largestRecord);
    require(
        roomWait.isPositive() && roomWait.compareTo(patience) <= 0,
        "room-wait must be between 0 and patience (" + patience + "), not at " + roomWait);
    require(drainEvery.toMillis() >= 1, "drain-every must be at least 1 ms, not " + drainEvery);
    require(
        promptCommit.toMillis() >= 1, "prompt-commit must be at least 1 ms, not " + promptCommit);
  }

  public static LedgerSettings of(SettingValues values) {
    return SECTION.check(
        () ->
            new LedgerSettings(
                values.get(WINDOW),
                values.get(WINDOW_BYTES),
                values.get(OVERSHOOT),
                values.get(ROOM_WAIT),
                values.get(PATIENCE),
                values.get(DRAIN_EVERY),
                values.get(PROMPT_COMMIT),
                Math.toIntExact(values.get(LARGEST_RECORD))));
  }

  /** How large a message any topic must take: the largest record, and what Kafka puts around it. */
  public int largestMessage() {
    return largestRecord + AROUND;
  }

  /** How large a reference may be that is written: a dead letter of it has room for its headers. */
  public int largestReference() {
    return largestRecord - OutcomePublisher.FRAME;
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new IllegalArgumentException(otherwise + ".");
    }
  }
}
