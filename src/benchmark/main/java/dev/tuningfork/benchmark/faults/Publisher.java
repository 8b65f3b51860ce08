package dev.tuningfork.benchmark.faults;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.IntFunction;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Publishes numbered references, each exactly once: an idempotent producer that waits for as long
 * as brokers are away. Belongs to one thread, but for what it says of its progress.
 */
final class Publisher implements AutoCloseable {

  private static final int UNDER_WAY = 5_000;
  private static final long SEND_AGAIN_MINUTES = 30;

  private final KafkaProducer<byte[], byte[]> producer;
  private final IntFunction<ProducerRecord<byte[], byte[]>> reference;
  private final AtomicReferenceArray<@Nullable Instant> times;
  private final AtomicInteger published = new AtomicInteger();
  private final Queue<Future<?>> sent = new ArrayDeque<>();

  /**
   * Connects.
   *
   * @param reference the record of a number
   * @param references how many numbers there are
   */
  Publisher(
      String bootstrapServers,
      IntFunction<ProducerRecord<byte[], byte[]>> reference,
      int references) {
    this.reference = reference;
    times = new AtomicReferenceArray<>(references);
    producer =
        new KafkaProducer<>(
            Map.of(
                ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                bootstrapServers,
                ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
                Math.toIntExact(TimeUnit.MINUTES.toMillis(SEND_AGAIN_MINUTES)),
                ProducerConfig.MAX_BLOCK_MS_CONFIG,
                TimeUnit.MINUTES.toMillis(SEND_AGAIN_MINUTES),
                ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG,
                Cluster.REQUEST_MILLIS,
                ProducerConfig.LINGER_MS_CONFIG,
                20),
            new ByteArraySerializer(),
            new ByteArraySerializer());
  }

  /**
   * Publishes numbers from..to−1, evenly over so many seconds, and returns when all are stored.
   *
   * @throws java.util.concurrent.ExecutionException where one could not be stored
   */
  void publish(int from, int to, double seconds) throws Exception {
    send(from, to, seconds);
    while (!sent.isEmpty()) {
      sent.remove().get();
    }
  }

  /**
   * As {@link #publish}, but a partition without a leader does not hold up the others: it returns
   * when all are handed to the producer.
   */
  void send(int from, int to, double seconds) throws Exception {
    long start = System.nanoTime();
    for (int n = from; n < to; n++) {
      long due = start + (long) (seconds * 1e9 * (n - from) / (to - from));
      long early = due - System.nanoTime();
      if (early > 0) {
        TimeUnit.NANOSECONDS.sleep(early);
      }
      times.set(n, Instant.now());
      sent.add(producer.send(reference.apply(n)));
      published.incrementAndGet();
      if (sent.size() > UNDER_WAY) {
        sent.remove().get();
      }
    }
  }

  /** How many were handed to the producer so far. */
  int published() {
    return published.get();
  }

  /** When a number was handed to the producer. */
  Instant publishedAt(int number) {
    Instant time = times.get(number);
    return time == null ? Instant.MAX : time;
  }

  @Override
  public void close() {
    producer.close();
  }
}
