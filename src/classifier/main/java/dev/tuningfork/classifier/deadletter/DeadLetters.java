package dev.tuningfork.classifier.deadletter;

import java.time.Duration;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Reads the topic of dead letters: committed ones alone, each once, up to where the topic ends when
 * the reading begins. It joins no group and commits nothing.
 *
 * <p>The topic is read twice: first for the markers of replayed letters (one bit per record is
 * kept), then for the letters. So only a little of the topic is in memory at a time.
 *
 * <p>For one thread.
 */
public final class DeadLetters implements AutoCloseable {

  private static final Duration POLL = Duration.ofMillis(200);

  /** Longer than any transaction of a classifier or a replay may stay open. */
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  /** What is read of a partition, captured once: what is added meanwhile is not. */
  private record Extent(long begin, long end) {}

  private final Map<String, Object> settings;
  private final String topic;
  private final KafkaConsumer<byte[], byte[]> consumer;

  /**
   * @param settings of a consumer: Kafka's address and the credentials
   * @param topic of the dead letters
   */
  public DeadLetters(Map<String, Object> settings, String topic) {
    this.settings = settings;
    this.topic = topic;
    consumer = consumer("read_committed");
  }

  /**
   * Hands over the letters that match, in the order of their offsets within each partition.
   *
   * @throws KafkaException where Kafka cannot be read, or has no such topic
   */
  public void each(DeadLetterFilter filter, Consumer<DeadLetter> letters) {
    each(filter, extents(consumer), letters);
  }

  /**
   * What matches, at a glance.
   *
   * @param newest the most that are listed one by one; they are in memory with their values
   * @throws KafkaException as {@link #each} does
   */
  public DeadLetterList list(DeadLetterFilter filter, int newest) {
    Groups groups = new Groups();
    PriorityQueue<DeadLetter> latest =
        new PriorityQueue<>(
            Comparator.comparing(DeadLetter::givenUpAt).thenComparing(DeadLetter::place));
    each(
        filter,
        letter -> {
          groups.add(letter);
          latest.add(letter);
          if (latest.size() > newest) {
            latest.remove();
          }
        });
    return new DeadLetterList(
        groups.total(),
        groups.list(),
        latest.stream().sorted(latest.comparator().reversed()).toList());
  }

  /**
   * As {@link #each(DeadLetterFilter, Consumer)}, but up to the last record that is written by now:
   * it waits for the end of a transaction that is still open. Only then does it see every marker
   * that is committed by now, because a read_committed reader gets nothing behind an open
   * transaction.
   */
  void eachWritten(DeadLetterFilter filter, Consumer<DeadLetter> letters) {
    try (KafkaConsumer<byte[], byte[]> ofAll = consumer("read_uncommitted")) {
      each(filter, extents(ofAll), letters);
    }
  }

  private void each(
      DeadLetterFilter filter, Map<TopicPartition, Extent> extents, Consumer<DeadLetter> letters) {
    Map<TopicPartition, BitSet> replayed = replayed(extents);
    read(
        extents,
        (record, extent) -> {
          if (DeadLetter.replayedOffset(record).isPresent()) {
            return;
          }
          int at = Math.toIntExact(record.offset() - extent.begin);
          DeadLetter letter = DeadLetter.of(record, of(record, replayed).get(at));
          if (filter.matches(letter)) {
            letters.accept(letter);
          }
        });
  }

  /** For each partition, the offsets that have been replayed, counted from its begin. */
  private Map<TopicPartition, BitSet> replayed(Map<TopicPartition, Extent> extents) {
    Map<TopicPartition, BitSet> replayed = new HashMap<>();
    extents.keySet().forEach(partition -> replayed.put(partition, new BitSet()));
    read(
        extents,
        (record, extent) ->
            DeadLetter.replayedOffset(record)
                .ifPresent(
                    offset -> {
                      // else the letter is gone by now
                      if (offset >= extent.begin && offset < record.offset()) {
                        of(record, replayed).set(Math.toIntExact(offset - extent.begin));
                      }
                    }));
    return replayed;
  }

  private <T> T of(ConsumerRecord<?, ?> record, Map<TopicPartition, T> partitions) {
    return Objects.requireNonNull(partitions.get(new TopicPartition(topic, record.partition())));
  }

  private Map<TopicPartition, Extent> extents(KafkaConsumer<byte[], byte[]> of) {
    List<TopicPartition> partitions =
        of.partitionsFor(topic).stream()
            .map(info -> new TopicPartition(info.topic(), info.partition()))
            .toList();
    if (partitions.isEmpty()) {
      throw new KafkaException("Kafka has no topic " + topic + ".");
    }
    Map<TopicPartition, Long> ends = of.endOffsets(partitions);
    Map<TopicPartition, Extent> extents = new HashMap<>();
    of.beginningOffsets(partitions)
        .forEach(
            (partition, begin) ->
                extents.put(partition, new Extent(begin, ends.getOrDefault(partition, begin))));
    return extents;
  }

  private void read(
      Map<TopicPartition, Extent> extents,
      BiConsumer<ConsumerRecord<byte[], byte[]>, Extent> records) {
    consumer.assign(extents.keySet());
    extents.forEach((partition, extent) -> consumer.seek(partition, extent.begin));
    long progress = System.nanoTime();
    long before = -1;
    while (true) {
      // positions count, not records: a topic's last offsets may be the end of a transaction
      long left =
          extents.entrySet().stream()
              .mapToLong(each -> each.getValue().end - consumer.position(each.getKey()))
              .filter(offsets -> offsets > 0)
              .sum();
      if (left == 0) {
        return;
      }
      if (left != before) {
        before = left;
        progress = System.nanoTime();
      } else if (System.nanoTime() - progress > PATIENCE.toNanos()) {
        throw new KafkaException(
            "%s cannot be read to its end: for %d s Kafka has returned none of the last %d records. A transaction there may be open, or a partition without a leader."
                .formatted(topic, PATIENCE.toSeconds(), left));
      }
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        Extent extent = of(record, extents);
        if (record.offset() < extent.end) {
          records.accept(record, extent);
        }
      }
    }
  }

  private KafkaConsumer<byte[], byte[]> consumer(String isolation) {
    Map<String, Object> all = new HashMap<>(settings);
    all.keySet().remove(ConsumerConfig.GROUP_ID_CONFIG);
    all.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    all.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, isolation);
    all.put(ConsumerConfig.RECEIVE_BUFFER_CONFIG, -1);
    // a request that waits for more at the end of the topic holds up the second reading
    all.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 20);
    // records that retention deletes during the reading are skipped
    all.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    return new KafkaConsumer<>(all, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  @Override
  public void close() {
    consumer.close();
  }
}
