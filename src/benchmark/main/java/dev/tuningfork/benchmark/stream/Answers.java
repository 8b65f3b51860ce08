package dev.tuningfork.benchmark.stream;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Reads committed answers, and sees to it that no galaxy has two. Belongs to one thread.
 *
 * <p>A galaxy that has no answer keeps {@link #await} waiting, so that what returns has lost none.
 */
public final class Answers implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final Duration POLL = Duration.ofMillis(100);

  private final KafkaConsumer<byte[], byte[]> consumer;
  private final BitSet answered = new BitSet();
  private long bytes;
  private int count;

  public Answers(String bootstrapServers, String topic) {
    consumer =
        new KafkaConsumer<>(
            Map.of(
                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers,
                ConsumerConfig.GROUP_ID_CONFIG, "benchmark",
                ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest",
                ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed",
                ConsumerConfig.RECEIVE_BUFFER_CONFIG, "-1"),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer());
    consumer.subscribe(List.of(topic));
  }

  /** How many galaxies have an answer that was read. */
  public int count() {
    return count;
  }

  /** The mean size of an answer, its key included. */
  public double meanBytes() {
    return (double) bytes / count;
  }

  /** Returns when so many galaxies have an answer. */
  public void await(int galaxies) {
    await(galaxies, _ -> {});
  }

  /**
   * Returns when so many galaxies have an answer.
   *
   * @param each is handed every answer as it is read
   * @throws IllegalStateException where one has two answers, or none comes for two minutes
   */
  public void await(int galaxies, Consumer<ConsumerRecord<byte[], byte[]>> each) {
    long lastAnswer = System.nanoTime();
    while (count < galaxies) {
      if (read(POLL, each) > 0) {
        lastAnswer = System.nanoTime();
      } else if (System.nanoTime() - lastAnswer > PATIENCE.toNanos()) {
        throw new IllegalStateException(
            "%,d of %,d galaxies were answered, and no more for %d s."
                .formatted(count, galaxies, PATIENCE.toSeconds()));
      }
    }
  }

  /**
   * Reads what there is within this time.
   *
   * @return how many answers that was
   * @throws IllegalStateException where a galaxy has two answers
   */
  public int read(Duration atMost, Consumer<ConsumerRecord<byte[], byte[]>> each) {
    int before = count;
    for (ConsumerRecord<byte[], byte[]> answer : consumer.poll(atMost)) {
      int galaxy = number(answer);
      if (answered.get(galaxy)) {
        throw new IllegalStateException("Galaxy " + galaxy + " was answered twice.");
      }
      answered.set(galaxy);
      bytes += answer.serializedKeySize() + answer.serializedValueSize();
      count++;
      each.accept(answer);
    }
    return count - before;
  }

  /** The number of an answer's galaxy. */
  public static int number(ConsumerRecord<byte[], byte[]> answer) {
    return Integer.parseInt(new String(answer.key(), StandardCharsets.UTF_8));
  }

  @Override
  public void close() {
    consumer.close();
  }
}
