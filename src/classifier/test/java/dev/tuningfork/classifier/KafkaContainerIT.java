package dev.tuningfork.classifier;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tuningfork.classifier.message.DeadLetterHeaders;
import dev.tuningfork.classifier.message.GalaxyImageReference;
import dev.tuningfork.classifier.message.GalaxyMorphology;
import dev.tuningfork.classifier.stream.Topics;
import dev.tuningfork.image.InputSpec;
import dev.tuningfork.model.DeviceSetting;
import dev.tuningfork.model.ModelBundle;
import dev.tuningfork.model.ModelDescription;
import dev.tuningfork.model.ModelLoader;
import dev.tuningfork.model.MorphologyModel;
import dev.tuningfork.network.Weights;
import dev.tuningfork.tree.DecisionTree;
import java.awt.Color;
import java.awt.RadialGradientPaint;
import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.testcontainers.junit.jupiter.Container;
import org.testcontainers.junit.jupiter.Testcontainers;
import org.testcontainers.kafka.KafkaContainer;

/**
 * The classifier against Apache Kafka as it is deployed, one version older than the clients.
 * Skipped where no Docker engine answers.
 */
@Testcontainers(disabledWithoutDocker = true)
class KafkaContainerIT {

  private static final int REFERENCES = 200;
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @Container private final KafkaContainer kafka = new KafkaContainer("apache/kafka:4.3.1");

  @TempDir private Path folder;

  @Test
  void referencesImagesAndBadRecordsEachFindTheirTopic() throws Exception {
    Path file = folder.toRealPath().resolve("galaxy.jpg");
    ImageIO.write(galaxy(), "jpeg", file.toFile());
    ClassifierSettings settings =
        ClassifierSettings.DEFAULT
            .withKafka("bootstrap.servers", kafka.getBootstrapServers())
            .withKafka("state.dir", folder.resolve("state").toString())
            .with(TopicCreation.CREATE, true)
            .with(TopicCreation.REPLICATION, 1)
            .withFolders(List.of(folder.toRealPath()));
    try (MorphologyModel model = model();
        ClassifierApplication classifier = ClassifierApplication.start(settings, model)) {
      assertThat(classifier.awaitRunning(PATIENCE)).isTrue();
      publish(file);
      Map<String, ConsumerRecord<String, byte[]>> outcomes = outcomes(REFERENCES + 2);

      GalaxyMorphology referenced = GalaxyMorphology.fromJson(outcomes.get("0").value());
      assertThat(referenced.questions()).hasSize(11);
      assertThat(referenced.image().uri()).isEqualTo(file.toUri().toString());
      GalaxyMorphology carried = GalaxyMorphology.fromJson(outcomes.get("carried").value());
      assertThat(carried.image().width()).isEqualTo(200);
      assertThat(carried.image().sha256()).isEqualTo(referenced.image().sha256());
      ConsumerRecord<String, byte[]> bad = outcomes.get("bad");
      assertThat(bad.topic()).isEqualTo(Topics.DEFAULT.deadLetters());
      assertThat(bad.value()).isEqualTo("{".getBytes(UTF_8));
      assertThat(new String(bad.headers().lastHeader(DeadLetterHeaders.STAGE).value(), UTF_8))
          .isEqualTo("decode-message");
    }
  }

  private void publish(Path file) throws Exception {
    Map<String, Object> settings =
        Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, kafka.getBootstrapServers());
    String topic = Topics.DEFAULT.input();
    try (var producer =
        new KafkaProducer<>(settings, new StringSerializer(), new ByteArraySerializer())) {
      for (int n = 0; n < REFERENCES; n++) {
        String id = String.valueOf(n);
        producer.send(
            new ProducerRecord<>(
                topic, id, GalaxyImageReference.of(id, file.toUri().toString()).toJson()));
      }
      var carried = new ProducerRecord<>(topic, "carried", Files.readAllBytes(file));
      carried.headers().add("content-type", "image/jpeg".getBytes(UTF_8));
      producer.send(carried);
      producer.send(new ProducerRecord<>(topic, "bad", "{".getBytes(UTF_8))).get();
    }
  }

  private Map<String, ConsumerRecord<String, byte[]>> outcomes(int count) {
    Map<String, ConsumerRecord<String, byte[]>> outcomes = new HashMap<>();
    try (var consumer =
        new KafkaConsumer<>(
            Map.of(
                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, (Object) kafka.getBootstrapServers(),
                ConsumerConfig.GROUP_ID_CONFIG, "reader",
                ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest",
                ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed"),
            new StringDeserializer(),
            new ByteArrayDeserializer())) {
      consumer.subscribe(List.of(Topics.DEFAULT.output(), Topics.DEFAULT.deadLetters()));
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      while (outcomes.size() < count) {
        assertThat(System.nanoTime()).as("%d outcomes", outcomes.size()).isLessThan(deadline);
        for (var record : consumer.poll(Duration.ofMillis(200))) {
          assertThat(outcomes.put(record.key(), record)).as("twice: %s", record.key()).isNull();
        }
      }
    }
    return outcomes;
  }

  private static MorphologyModel model() throws Exception {
    ModelDescription description =
        ModelDescription.of(
            "tiny", "1", DecisionTree.galaxyZoo2(), "baseline", InputSpec.article().withSize(32));
    return ModelLoader.load(
        ModelBundle.of(description, Weights.initial(description.network(), 1)),
        new DeviceSetting.Cpu());
  }

  private static BufferedImage galaxy() {
    BufferedImage image = new BufferedImage(200, 200, BufferedImage.TYPE_INT_RGB);
    var canvas = image.createGraphics();
    canvas.setPaint(
        new RadialGradientPaint(
            100, 100, 60, new float[] {0, 1}, new Color[] {Color.ORANGE, Color.BLACK}));
    canvas.fillRect(0, 0, 200, 200);
    canvas.dispose();
    return image;
  }
}
