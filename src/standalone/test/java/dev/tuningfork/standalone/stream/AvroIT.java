package dev.tuningfork.standalone.stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.tuningfork.classifier.ClassifierApplication;
import dev.tuningfork.classifier.ClassifierSettings;
import dev.tuningfork.classifier.ClassifierSettings.Serialization;
import dev.tuningfork.classifier.message.GalaxyImageReference;
import dev.tuningfork.classifier.message.GalaxyMorphology;
import dev.tuningfork.classifier.registry.RegistrySettings;
import dev.tuningfork.classifier.registry.SchemaRegistry;
import dev.tuningfork.classifier.service.ServiceSettings;
import dev.tuningfork.classifier.setting.SettingsException;
import dev.tuningfork.classifier.stream.Topics;
import dev.tuningfork.model.MorphologyModel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.apache.avro.Schema;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Avro through the whole of the stream, with a schema registry as people run it: Apicurio's, as its
 * makers publish it on Maven Central, in a process of its own.
 */
class AvroIT {

  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final Path FOLDER = Path.of("target", "schema-registry");

  private static final Pattern THREAD_DIED =
      Pattern.compile(
          "^tuning_fork_stream_thread_deaths_total(\\{[^}]*})? [1-9]", Pattern.MULTILINE);

  @TempDir Path folder;
  private static Process server;
  private static RegistrySettings registry;

  @BeforeAll
  static void startTheRegistry() throws Exception {
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    server =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx300m",
                "-XX:TieredStopAtLevel=1",
                "-Dquarkus.http.host=127.0.0.1",
                "-Dquarkus.http.port=" + port,
                "-jar",
                "quarkus-run.jar")
            .directory(FOLDER.toFile())
            .redirectErrorStream(true)
            .redirectOutput(FOLDER.resolve("registry.log").toFile())
            .start();
    registry =
        new RegistrySettings(
            URI.create("http://127.0.0.1:" + port + "/apis/ccompat/v7"),
            Optional.empty(),
            Optional.empty(),
            true);
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpRequest subjects =
          HttpRequest.newBuilder(URI.create(registry.url() + "/subjects")).build();
      await("the registry")
          .atMost(PATIENCE)
          .ignoreExceptions()
          .until(
              () ->
                  client.send(subjects, HttpResponse.BodyHandlers.discarding()).statusCode()
                      == 200);
    }
  }

  @AfterAll
  static void endTheRegistry() throws InterruptedException {
    server.destroyForcibly().waitFor();
  }

  @Test
  void avroGoesInAndComesOutAndARegistryThatHangsLosesNothing() throws Exception {
    try (SchemaRegistry publishers = new SchemaRegistry(registry);
        Observatory observatory = new Observatory(folder);
        MorphologyModel model = observatory.model()) {
      int id = publishers.id(Topics.DEFAULT.input() + "-value", GalaxyImageReference.avroSchema());
      try (var classifier = ClassifierApplication.start(settings(observatory), model);
          var service = new ServiceClient(classifier.servicePort().orElseThrow())) {
        var first = GalaxyImageReference.fromJson(observatory.reference("1").getBytes(UTF_8));
        publish(observatory, "1", first.toAvro(id));
        publish(observatory, "2", observatory.reference("2").getBytes(UTF_8));
        publish(observatory, "3", first.toAvro(987_654));
        observatory.awaitCommitted(3, PATIENCE);

        Map<String, byte[]> answers = answers(observatory);
        assertThat(answers).containsOnlyKeys("1", "2");
        for (String object : answers.keySet()) {
          byte[] answer = answers.get(object);
          assertThat(answer[0]).as("Avro").isZero();
          GalaxyMorphology galaxy = GalaxyMorphology.fromAvro(answer, publishers);
          assertThat(galaxy.objectId()).isEqualTo(object);
          assertThat(galaxy.questions()).hasSize(11);
          await("the service, which tells it as JSON")
              .atMost(PATIENCE)
              .untilAsserted(
                  () ->
                      assertThat(
                              GalaxyMorphology.fromJson(
                                  service.get("/v1/morphologies/" + object).body().getBytes(UTF_8)))
                          .isEqualTo(galaxy));
        }

        // of a schema that the classifier has not met, while the registry is there but hangs
        int unseen = publishers.id("another-value", withMore());
        signal("-STOP");
        try {
          publish(observatory, "4", first.toAvro(unseen));
          await("the classifier to ask in vain")
              .atMost(PATIENCE)
              .until(() -> THREAD_DIED.matcher(service.get("/metrics").body()).find());
        } finally {
          signal("-CONT");
        }
        observatory.awaitCommitted(4, PATIENCE);
      }
    }
  }

  @Test
  void withoutItsRegistryAClassifierDoesNotStart() throws Exception {
    try (Observatory observatory = new Observatory(folder);
        MorphologyModel model = observatory.model()) {
      URI elsewhere = URI.create(registry.url() + "/nowhere");
      ClassifierSettings settings =
          observatory
              .settings()
              .with(RegistrySettings.URL, Optional.of(elsewhere))
              .with(ClassifierSettings.SERIALIZATION, Serialization.AVRO);
      assertThatThrownBy(() -> ClassifierApplication.start(settings, model))
          .isInstanceOf(SettingsException.class)
          .hasMessageContaining("schema registry");
    }
  }

  private ClassifierSettings settings(Observatory observatory) {
    return observatory
        .settings()
        .with(RegistrySettings.URL, Optional.of(registry.url()))
        .with(ClassifierSettings.SERIALIZATION, Serialization.AVRO)
        .withKafka("state.dir", folder.resolve("state").toString())
        .with(
            ServiceSettings.ADDRESS,
            Optional.of(InetSocketAddress.createUnresolved("127.0.0.1", 0)))
        .with(ServiceSettings.MORPHOLOGIES, true);
  }

  /** The same in bytes and another to the registry, which tells schemas apart by their text. */
  private static Schema withMore() {
    return new Schema.Parser()
        .parse(
            GalaxyImageReference.avroSchema()
                .toString()
                .replaceFirst("Where the image", "Where, then, the image"));
  }

  private static void signal(String signal) throws IOException, InterruptedException {
    assertThat(new ProcessBuilder("kill", signal, Long.toString(server.pid())).start().waitFor())
        .isZero();
  }

  private static void publish(Observatory observatory, String key, byte[] value) throws Exception {
    try (var producer =
        new KafkaProducer<>(
            Map.<String, Object>of("bootstrap.servers", observatory.broker.bootstrapServers()),
            new StringSerializer(),
            new ByteArraySerializer())) {
      producer.send(new ProducerRecord<>(Topics.DEFAULT.input(), key, value)).get();
    }
  }

  private static Map<String, byte[]> answers(Observatory observatory) {
    Map<String, byte[]> answers = new HashMap<>();
    try (var consumer =
        new KafkaConsumer<>(
            Map.<String, Object>of(
                "bootstrap.servers",
                observatory.broker.bootstrapServers(),
                "isolation.level",
                "read_committed",
                "auto.offset.reset",
                "earliest"),
            new StringDeserializer(),
            new ByteArrayDeserializer())) {
      consumer.assign(
          IntStream.range(0, 4)
              .mapToObj(partition -> new TopicPartition(Topics.DEFAULT.output(), partition))
              .toList());
      await("the answers")
          .atMost(PATIENCE)
          .until(
              () -> {
                consumer
                    .poll(Duration.ofMillis(200))
                    .forEach(record -> answers.put(record.key(), record.value()));
                return answers.size() >= 2;
              });
    }
    return answers;
  }
}
