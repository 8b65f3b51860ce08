package dev.tuningfork.classifier.stream;

import static dev.tuningfork.classifier.message.DeadLetterHeaders.ATTEMPTS;
import static dev.tuningfork.classifier.message.DeadLetterHeaders.ATTEMPTS_BEFORE;
import static dev.tuningfork.classifier.message.DeadLetterHeaders.EXCEPTION;
import static dev.tuningfork.classifier.message.DeadLetterHeaders.GIVEN_UP_AT;
import static dev.tuningfork.classifier.message.DeadLetterHeaders.KIND;
import static dev.tuningfork.classifier.message.DeadLetterHeaders.MESSAGE;
import static dev.tuningfork.classifier.message.DeadLetterHeaders.OFFSET;
import static dev.tuningfork.classifier.message.DeadLetterHeaders.PARTITION;
import static dev.tuningfork.classifier.message.DeadLetterHeaders.STAGE;
import static dev.tuningfork.classifier.message.DeadLetterHeaders.TIMESTAMP;
import static dev.tuningfork.classifier.message.DeadLetterHeaders.TOPIC;
import static dev.tuningfork.classifier.message.DeadLetterHeaders.VALUE_LEFT_OUT;

import dev.tuningfork.classifier.batch.Outcome.Failed;
import dev.tuningfork.text.Printable;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.streams.processor.api.Record;

/** Makes a dead letter: the record byte for byte, and headers that give the reason. */
final class DeadLetterRecord {

  /** Characters of the sentence that says why. */
  private static final int LONGEST_MESSAGE = 2_000;

  /** Room for the headers that say why, and for Kafka's own framing, bytes. */
  private static final int REASONS = 12 << 10;

  private DeadLetterRecord() {}

  /**
   * The whole record, byte for byte, where it is not larger than the largest that may be written.
   * Where it is, its value is left out, and where that is not enough, its key and headers too. The
   * letter has the record's time, or now where that lies in the future.
   */
  static Record<byte[], byte[]> of(
      LedgerEntry entry, Failed why, Instant givenUpAt, int largestRecord) {
    long timestamp = entry.writableTimestamp(givenUpAt);
    int room = largestRecord - REASONS;
    Record<byte[], byte[]> letter;
    if (entry.size() <= room) {
      letter = new Record<>(entry.key(), entry.value(), timestamp, entry.headers());
    } else if (entry.size() - entry.value().length <= room) {
      letter = new Record<>(entry.key(), null, timestamp, entry.headers());
    } else {
      letter = new Record<>(null, null, timestamp);
    }
    addReasons(letter.headers(), entry, why, givenUpAt);
    if (letter.value() == null) {
      add(letter.headers(), VALUE_LEFT_OUT, entry.value().length);
    }
    return letter;
  }

  private static void addReasons(
      Headers headers, LedgerEntry entry, Failed why, Instant givenUpAt) {
    Throwable cause = why.cause();
    String message = cause.getMessage() == null ? cause.toString() : cause.getMessage();
    add(headers, EXCEPTION, cause.getClass().getName());
    String start = message.substring(0, Math.min(message.length(), LONGEST_MESSAGE));
    add(headers, MESSAGE, Printable.of(start));
    add(headers, TOPIC, entry.topic());
    add(headers, PARTITION, entry.partition());
    add(headers, OFFSET, entry.offset());
    add(headers, STAGE, why.stage().label());
    add(headers, KIND, why.kind().label());
    add(headers, ATTEMPTS, attemptsBefore(entry.headers()) + why.attempts());
    add(headers, TIMESTAMP, Instant.ofEpochMilli(entry.timestamp()));
    add(headers, GIVEN_UP_AT, givenUpAt);
  }

  /** How often a record that was replayed had been tried by then; 0 for every other one. */
  private static long attemptsBefore(Headers headers) {
    Header header = headers.lastHeader(ATTEMPTS_BEFORE);
    String text =
        header == null || header.value() == null
            ? ""
            : new String(header.value(), StandardCharsets.UTF_8);
    return text.matches("\\d{1,9}") ? Long.parseLong(text) : 0;
  }

  private static void add(Headers headers, String name, Object value) {
    headers.add(name, value.toString().getBytes(StandardCharsets.UTF_8));
  }
}
