package dev.tuningfork.classifier.message;

/**
 * The headers that say why a record became a dead letter, each a UTF-8 string. Those that Kafka
 * Streams names itself (4.3, its dead-letter queue) carry its names, so that one tool reads both;
 * the rest begin with {@code tuning-fork.}. They follow the record's own headers.
 */
public final class DeadLetterHeaders {

  /** The class of the exception. */
  public static final String EXCEPTION = "__streams.errors.exception";

  /** A sentence that a person understands. */
  public static final String MESSAGE = "__streams.errors.message";

  /** The topic that the record came from. */
  public static final String TOPIC = "__streams.errors.topic";

  /** The partition that the record came from. */
  public static final String PARTITION = "__streams.errors.partition";

  /** The offset that the record had there. */
  public static final String OFFSET = "__streams.errors.offset";

  /** The {@linkplain Stage#label() stage} that failed. */
  public static final String STAGE = "tuning-fork.stage";

  /** {@code permanent} or {@code transient}. */
  public static final String KIND = "tuning-fork.kind";

  /** How many times the stage was tried; after a replay, what was tried before it counts too. */
  public static final String ATTEMPTS = "tuning-fork.attempts";

  /** The timestamp of the record, RFC 3339. */
  public static final String TIMESTAMP = "tuning-fork.timestamp";

  /** The time of the failure, RFC 3339. */
  public static final String GIVEN_UP_AT = "tuning-fork.given-up-at";

  /**
   * The length of the record's value in bytes, where the value was too large to be written again:
   * then the dead letter has none, and {@link #TOPIC}, {@link #PARTITION} and {@link #OFFSET} say
   * where it stands.
   */
  public static final String VALUE_LEFT_OUT = "tuning-fork.value-left-out";

  /** On a record that was replayed: the {@link #ATTEMPTS} of the dead letter that it was. */
  public static final String ATTEMPTS_BEFORE = "tuning-fork.attempts-before";

  /** On a record that was replayed: how many times it was, this one included. */
  public static final String REPLAYS = "tuning-fork.replays";

  /**
   * On a record that marks a replay, among the dead letters and without a value: the offset, in the
   * marker's own partition, of the dead letter that was sent to the input topic again.
   */
  public static final String REPLAYED_OFFSET = "tuning-fork.replayed-offset";

  private DeadLetterHeaders() {}
}
