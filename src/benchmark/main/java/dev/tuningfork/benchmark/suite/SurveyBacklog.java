package dev.tuningfork.benchmark.suite;

import dev.tuningfork.benchmark.stream.References;
import dev.tuningfork.classifier.message.SurveyImageReference;
import dev.tuningfork.classifier.stream.Topics;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Survey images that wait for a classifier. */
final class SurveyBacklog {

  static final String INPUT = "survey-images";
  static final String OUTCOMES = "galaxy-survey-images";

  private SurveyBacklog() {}

  /** Creates the topics of a classifier that reads survey images. */
  static void createTopics(String bootstrapServers, Topics topics) throws Exception {
    References.createTopics(bootstrapServers, topics, INPUT, OUTCOMES);
  }

  /** Publishes survey images, to each partition in turn; returns when all are stored. */
  static void publish(String bootstrapServers, List<SurveyImageReference> images) throws Exception {
    Map<String, Object> settings =
        Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
    try (var producer =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
      List<Future<?>> sent = new ArrayList<>();
      for (int n = 0; n < images.size(); n++) {
        SurveyImageReference image = images.get(n);
        sent.add(
            producer.send(
                new ProducerRecord<>(
                    INPUT,
                    n % References.PARTITIONS,
                    image.surveyImageId().getBytes(StandardCharsets.UTF_8),
                    image.toJson())));
      }
      for (Future<?> one : sent) {
        one.get();
      }
    }
  }
}
