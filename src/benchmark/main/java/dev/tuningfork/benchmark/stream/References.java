package dev.tuningfork.benchmark.stream;

import dev.tuningfork.classifier.NewTopics;
import dev.tuningfork.classifier.message.GalaxyImageReference;
import dev.tuningfork.classifier.stream.Topics;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * References to files, numbered from 0; the galaxy's number is its objectId, and the images are
 * taken in turn.
 */
public final class References {

  public static final int PARTITIONS = 4;

  private static final int UNDER_WAY = 20_000;
  private static final Duration CREATION = Duration.ofMinutes(1);

  private References() {}

  /**
   * Creates the topics of a classifier, and returns when the broker serves them.
   *
   * @param more topics besides
   */
  public static void createTopics(String bootstrapServers, Topics topics, String... more)
      throws Exception {
    try (Admin admin =
        Admin.create(
            Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, (Object) bootstrapServers))) {
      NewTopics.create(
          admin,
          Stream.concat(
                  Stream.of(
                      topic(topics.input(), PARTITIONS),
                      topic(topics.output(), PARTITIONS),
                      topic(topics.deadLetters(), 1)),
                  Arrays.stream(more).map(name -> topic(name, PARTITIONS)))
              .toList(),
          CREATION);
    }
  }

  /** With the timestamps of topics that the classifier creates. */
  private static NewTopic topic(String name, int partitions) {
    return new NewTopic(name, partitions, (short) 1)
        .configs(Map.of(TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG, "LogAppendTime"));
  }

  /** Publishes the references of numbers from..to−1, and returns when all are stored. */
  public static void publish(
      String bootstrapServers, Topics topics, List<Path> images, int from, int to)
      throws ExecutionException, InterruptedException {
    Map<String, Object> settings =
        Map.of(
            ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
            bootstrapServers,
            ProducerConfig.LINGER_MS_CONFIG,
            20);
    try (var producer =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
      Queue<Future<?>> sent = new ArrayDeque<>();
      for (int n = from; n < to; n++) {
        sent.add(producer.send(record(topics, images, n)));
        if (sent.size() > UNDER_WAY) {
          sent.remove().get();
        }
      }
      for (Future<?> one : sent) {
        one.get();
      }
    }
  }

  /** The reference of this number. */
  public static ProducerRecord<byte[], byte[]> record(
      Topics topics, List<Path> images, int number) {
    String objectId = String.valueOf(number);
    String uri = images.get(number % images.size()).toUri().toString();
    return new ProducerRecord<>(
        topics.input(),
        objectId.getBytes(StandardCharsets.UTF_8),
        GalaxyImageReference.of(objectId, uri).toJson());
  }
}
