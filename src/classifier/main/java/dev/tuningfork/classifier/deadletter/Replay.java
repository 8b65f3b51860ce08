package dev.tuningfork.classifier.deadletter;

import dev.tuningfork.classifier.message.DeadLetterHeaders;
import dev.tuningfork.classifier.stream.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Sends dead letters to the input topic again, or to that of survey images: key, value and the
 * record's own headers byte for byte, with two headers that count ({@link
 * DeadLetterHeaders#REPLAYS}, {@link DeadLetterHeaders#ATTEMPTS_BEFORE}). Their time is that of the
 * replay, since a topic's retention goes by it, and an old record could be deleted before it is
 * read.
 *
 * <p>Each letter is sent exactly once, even across crashes. After a crash, it must be known exactly
 * what was sent. There were two options:
 *
 * <ul>
 *   <li><b>A. Offsets of a consumer group</b>, sent in the transaction ({@code
 *       sendOffsetsToTransaction}). But an offset says "all before", and a replay chooses: what a
 *       filter left out would count as replayed, or what it chose would be sent again. The gaps
 *       would have to be written into the offset's metadata, which has 4 KiB.
 *   <li><b>B. A marker for each letter</b>, sent in the transaction. In a topic of its own, it
 *       would need permissions and compaction, and outlive a dead-letter topic that is deleted and
 *       created again, whose letters it would then hide. <em>Among the dead letters
 *       themselves</em>, in the letter's own partition, it is behind its letter, so it is read with
 *       it, kept longer than it, and deleted with the topic. This option is used. The marker has no
 *       value; other readers take it for a tombstone and skip it. The topic must not be compacted.
 * </ul>
 *
 * <p>Invariants:
 *
 * <ul>
 *   <li>A letter and its marker are in one transaction.
 *   <li>All replays of a topic use one transactional id. A replay that begins thereby ends the open
 *       transaction of an interrupted replay and fences one that still runs, <em>before</em> it
 *       reads which letters have markers; and it reads up to the last record written by then. So it
 *       sees every committed marker.
 *   <li>A transaction stays open for little more than a second, because it blocks read_committed
 *       readers of the input topic; an abandoned one stays open for ten.
 * </ul>
 */
public final class Replay {

  private static final int LETTERS_A_TRANSACTION = 200;
  private static final Duration TRANSACTION = Duration.ofSeconds(1);
  private static final int TRANSACTION_TIMEOUT_MILLIS = 10_000;

  /**
   * What came of a replay.
   *
   * @param sent how many letters were sent
   * @param withoutValue those that were chosen but have no value to send, since it was too large to
   *     be kept, at most {@link #NAMED} of them
   * @param withoutValueCount how many these are in all
   */
  public record Result(long sent, List<DeadLetter> withoutValue, long withoutValueCount) {}

  /** So many letters that cannot be replayed are named. */
  public static final int NAMED = 20;

  private final KafkaProducer<byte[], byte[]> producer;
  private final Topics topics;
  private final Consumer<DeadLetter> onSent;

  private final List<DeadLetter> withoutValue = new ArrayList<>();
  private long withoutValueCount;
  private long sent;
  private int inTransaction;
  private long begun;

  private Replay(
      KafkaProducer<byte[], byte[]> producer, Topics topics, Consumer<DeadLetter> onSent) {
    this.producer = producer;
    this.topics = topics;
    this.onSent = onSent;
  }

  /** What names the transactions of all replays of a topic; a right in Kafka may be bound to it. */
  public static String transactionalId(String deadLetters) {
    return deadLetters + "-replay";
  }

  /**
   * Sends what matches and has not been replayed yet, and returns when all of it is committed.
   *
   * @param consumer settings of a consumer: Kafka's address and the credentials
   * @param producer the same of a producer
   * @param topics letters of survey images go to the topic of these, all others to the input
   * @param onSent called for each letter that is sent, before it is committed
   * @throws KafkaException if it could not finish: what is committed by then is marked, and the
   *     same replay, started again, sends the rest
   */
  public static Result run(
      Map<String, Object> consumer,
      Map<String, Object> producer,
      Topics topics,
      DeadLetterFilter filter,
      Consumer<DeadLetter> onSent) {
    String deadLetters = topics.deadLetters();
    Map<String, Object> settings = new HashMap<>(producer);
    settings.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, transactionalId(deadLetters));
    settings.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, TRANSACTION_TIMEOUT_MILLIS);
    settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    settings.put(ProducerConfig.ACKS_CONFIG, "all");
    try (DeadLetters letters = new DeadLetters(consumer, deadLetters);
        KafkaProducer<byte[], byte[]> transactional =
            new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
      return new Replay(transactional, topics, onSent).run(letters, filter);
    } catch (ProducerFencedException | InvalidProducerEpochException e) {
      throw new KafkaException(
          "Another replay of "
              + deadLetters
              + " has started and takes over: this one ends. What it sent is marked; list what is left.",
          e);
    }
  }

  private Result run(DeadLetters letters, DeadLetterFilter filter) {
    producer.initTransactions();
    try {
      letters.eachWritten(filter.unreplayed(), this::send);
      commit();
    } catch (ProducerFencedException | InvalidProducerEpochException e) {
      throw e;
    } catch (RuntimeException e) {
      abort(e);
      throw e;
    }
    return new Result(sent, List.copyOf(withoutValue), withoutValueCount);
  }

  @SuppressWarnings("FutureReturnValueIgnored") // the commit fails where one of them fails
  private void send(DeadLetter letter) {
    byte[] value = letter.value();
    if (value == null) {
      withoutValueCount++;
      if (withoutValue.size() < NAMED) {
        withoutValue.add(letter);
      }
      return;
    }
    if (inTransaction == 0) {
      producer.beginTransaction();
      begun = System.nanoTime();
    }
    String target = topics.again(letter.source().map(DeadLetter.Source::topic).orElse(""));
    var again = new ProducerRecord<>(target, null, letter.key(), value, letter.ownHeaders());
    again.headers().remove(DeadLetterHeaders.REPLAYS).remove(DeadLetterHeaders.ATTEMPTS_BEFORE);
    add(again.headers(), DeadLetterHeaders.REPLAYS, letter.replays() + 1);
    add(again.headers(), DeadLetterHeaders.ATTEMPTS_BEFORE, letter.attempts());
    producer.send(again);
    ProducerRecord<byte[], byte[]> marker =
        new ProducerRecord<>(topics.deadLetters(), letter.place().partition(), letter.key(), null);
    add(marker.headers(), DeadLetterHeaders.REPLAYED_OFFSET, letter.place().offset());
    producer.send(marker);
    inTransaction++;
    sent++;
    onSent.accept(letter);
    if (inTransaction == LETTERS_A_TRANSACTION
        || System.nanoTime() - begun > TRANSACTION.toNanos()) {
      commit();
    }
  }

  private void commit() {
    if (inTransaction > 0) {
      producer.commitTransaction();
      inTransaction = 0;
    }
  }

  private void abort(RuntimeException cause) {
    if (inTransaction > 0) {
      try {
        producer.abortTransaction();
      } catch (KafkaException e) {
        cause.addSuppressed(e); // it times out
      }
    }
  }

  private static void add(Headers headers, String name, long number) {
    headers.add(name, Long.toString(number).getBytes(StandardCharsets.UTF_8));
  }
}
