package dev.tuningfork.classifier.deadletter;

import dev.tuningfork.classifier.message.DeadLetterHeaders;
import dev.tuningfork.classifier.message.FailureKind;
import dev.tuningfork.classifier.message.Stage;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * A record in the dead-letter topic. What its headers lack, or have in another form than the
 * classifier writes, is absent: other programs may write there, too.
 *
 * @param givenUpAt the time of the failure; otherwise the time of the record
 * @param exception the class of the exception
 * @param message a sentence that says why
 * @param attempts how many times the stage was tried, before replays and after; 0 where it is not
 *     said
 * @param replays how many times the record had been replayed before this failure
 * @param source the record that it was
 * @param valueLeftOut how long the value was, in bytes, where it was too large to be kept
 * @param key unchanged; not copied, so it must not be written to
 * @param value likewise
 * @param headers the record's own, and after them those that say why
 * @param replayed whether it has been sent to the input topic again since
 */
@SuppressWarnings("ArrayRecordComponent") // handed on as it was read, and never compared
public record DeadLetter(
    Place place,
    Instant givenUpAt,
    Optional<Stage> stage,
    Optional<FailureKind> kind,
    String exception,
    String message,
    long attempts,
    long replays,
    Optional<Source> source,
    OptionalLong valueLeftOut,
    byte @Nullable [] key,
    byte @Nullable [] value,
    List<Header> headers,
    boolean replayed) {

  private static final Set<String> REASONS =
      Set.of(
          DeadLetterHeaders.EXCEPTION,
          DeadLetterHeaders.MESSAGE,
          DeadLetterHeaders.TOPIC,
          DeadLetterHeaders.PARTITION,
          DeadLetterHeaders.OFFSET,
          DeadLetterHeaders.STAGE,
          DeadLetterHeaders.KIND,
          DeadLetterHeaders.ATTEMPTS,
          DeadLetterHeaders.TIMESTAMP,
          DeadLetterHeaders.GIVEN_UP_AT,
          DeadLetterHeaders.VALUE_LEFT_OUT);

  /** The source of the failed record. */
  public record Source(String topic, int partition, long offset) {
    @Override
    public String toString() {
      return topic + " " + partition + ":" + offset;
    }
  }

  static DeadLetter of(ConsumerRecord<byte[], byte[]> record, boolean replayed) {
    String topic = text(record, DeadLetterHeaders.TOPIC);
    OptionalLong partition = number(record, DeadLetterHeaders.PARTITION);
    OptionalLong offset = number(record, DeadLetterHeaders.OFFSET);
    return new DeadLetter(
        new Place(record.partition(), record.offset()),
        instant(text(record, DeadLetterHeaders.GIVEN_UP_AT))
            .orElseGet(() -> Instant.ofEpochMilli(record.timestamp())),
        labelled(Stage.values(), Stage::label, text(record, DeadLetterHeaders.STAGE)),
        labelled(FailureKind.values(), FailureKind::label, text(record, DeadLetterHeaders.KIND)),
        text(record, DeadLetterHeaders.EXCEPTION),
        text(record, DeadLetterHeaders.MESSAGE),
        number(record, DeadLetterHeaders.ATTEMPTS).orElse(0),
        number(record, DeadLetterHeaders.REPLAYS).orElse(0),
        topic.isEmpty() || partition.isEmpty() || offset.isEmpty()
            ? Optional.empty()
            : Optional.of(new Source(topic, (int) partition.getAsLong(), offset.getAsLong())),
        number(record, DeadLetterHeaders.VALUE_LEFT_OUT),
        record.key(),
        record.value(),
        List.of(record.headers().toArray()),
        replayed);
  }

  /** The galaxy's identifier, where the record has a key: the key as text. */
  public Optional<String> objectId() {
    return Optional.ofNullable(key).map(bytes -> new String(bytes, StandardCharsets.UTF_8));
  }

  /**
   * The headers that the record came with, byte for byte: all but those at the end that say why. A
   * record may have come with such names itself; only the last of each says why.
   */
  public List<Header> ownHeaders() {
    Set<String> seen = new HashSet<>();
    int own = headers.size();
    while (own > 0
        && REASONS.contains(headers.get(own - 1).key())
        && seen.add(headers.get(own - 1).key())) {
      own--;
    }
    return headers.subList(0, own);
  }

  private static <E> Optional<E> labelled(E[] all, Function<E, String> label, String text) {
    return Arrays.stream(all).filter(one -> label.apply(one).equals(text)).findFirst();
  }

  private static Optional<Instant> instant(String text) {
    try {
      return text.isEmpty() ? Optional.empty() : Optional.of(Instant.parse(text));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  /** The offset that a record marks as replayed; empty where the record is no such marker. */
  static OptionalLong replayedOffset(ConsumerRecord<byte[], byte[]> record) {
    return record.value() == null
        ? number(record, DeadLetterHeaders.REPLAYED_OFFSET)
        : OptionalLong.empty();
  }

  private static OptionalLong number(ConsumerRecord<byte[], byte[]> record, String name) {
    String text = text(record, name);
    return text.matches("\\d{1,18}") ? OptionalLong.of(Long.parseLong(text)) : OptionalLong.empty();
  }

  private static String text(ConsumerRecord<byte[], byte[]> record, String name) {
    Header header = record.headers().lastHeader(name);
    return header == null || header.value() == null
        ? ""
        : new String(header.value(), StandardCharsets.UTF_8);
  }
}
