package dev.tuningfork.benchmark;

import dev.tuningfork.classifier.message.GalaxyImageReference;
import dev.tuningfork.classifier.stream.Topics;
import dev.tuningfork.standalone.broker.EmbeddedBroker;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** A backlog of references on a broker, and the wait for all of their answers. */
final class References {

  static final int PARTITIONS = 4;

  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private References() {}

  /** Creates the topics and publishes references to files, and returns when all are stored. */
  static void publish(EmbeddedBroker broker, Topics topics, List<Path> images, int galaxies)
      throws Exception {
    broker.createTopic(topics.input(), PARTITIONS);
    broker.createTopic(topics.output(), PARTITIONS);
    broker.createTopic(topics.deadLetters(), 1);
    Map<String, Object> settings =
        Map.of(
            ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
            broker.bootstrapServers(),
            ProducerConfig.LINGER_MS_CONFIG,
            20);
    try (var producer =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
      List<Future<?>> sent = new ArrayList<>(galaxies);
      for (int n = 0; n < galaxies; n++) {
        String objectId = String.valueOf(n);
        String uri = images.get(n % images.size()).toUri().toString();
        sent.add(
            producer.send(
                new ProducerRecord<>(
                    topics.input(),
                    objectId.getBytes(StandardCharsets.UTF_8),
                    GalaxyImageReference.of(objectId, uri).toJson())));
      }
      for (Future<?> one : sent) {
        one.get();
      }
    }
  }

  /**
   * Returns when each galaxy has an answer that is committed.
   *
   * @throws IllegalStateException where one has two answers, or none comes for two minutes
   */
  static void awaitAnswers(EmbeddedBroker broker, String topic, int galaxies) {
    Map<String, Object> settings =
        Map.of(
            ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, broker.bootstrapServers(),
            ConsumerConfig.GROUP_ID_CONFIG, "benchmark",
            ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest",
            ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    BitSet answered = new BitSet(galaxies);
    int count = 0;
    try (var consumer =
        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      consumer.subscribe(List.of(topic));
      long lastAnswer = System.nanoTime();
      while (count < galaxies) {
        for (ConsumerRecord<byte[], byte[]> answer : consumer.poll(Duration.ofMillis(100))) {
          lastAnswer = System.nanoTime();
          int galaxy = Integer.parseInt(new String(answer.key(), StandardCharsets.UTF_8));
          if (answered.get(galaxy)) {
            throw new IllegalStateException("Galaxy " + galaxy + " was answered twice.");
          }
          answered.set(galaxy);
          count++;
        }
        if (System.nanoTime() - lastAnswer > PATIENCE.toNanos()) {
          throw new IllegalStateException(
              "%d of %d galaxies were answered, and no more for %d s."
                  .formatted(count, galaxies, PATIENCE.toSeconds()));
        }
      }
    }
  }
}
