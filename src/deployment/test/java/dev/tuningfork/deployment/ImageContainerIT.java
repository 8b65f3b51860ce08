package dev.tuningfork.deployment;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.model.Bind;
import com.github.dockerjava.api.model.Capability;
import dev.tuningfork.classifier.message.GalaxyImageReference;
import dev.tuningfork.classifier.message.GalaxyMorphology;
import dev.tuningfork.classifier.message.MessageException;
import dev.tuningfork.classifier.stream.Topics;
import dev.tuningfork.standalone.survey.MockSurvey;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.junit.jupiter.Testcontainers;
import org.testcontainers.kafka.KafkaContainer;
import org.testcontainers.utility.DockerImageName;

/**
 * The image as an operator runs it: without rights, on a file system that it cannot write to,
 * within one gibibyte, beside Kafka's own image.
 *
 * <p>The image is built beforehand and named by {@code -Dtuningfork.image}; skipped without, and
 * where no Docker engine answers.
 */
@Testcontainers(disabledWithoutDocker = true)
@EnabledIfSystemProperty(
    named = "tuningfork.image",
    matches = ".+",
    disabledReason = "No image is named by -Dtuningfork.image.")
class ImageContainerIT {

  private static final String IMAGE = System.getProperty("tuningfork.image", "");
  private static final int GALAXIES = 1_000;
  private static final int PARTITIONS = 4;
  private static final String SESSION_MILLIS = "10000";
  private static final long MEMORY = 1L << 30;
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private static Path folder;

  /** A container reads them as another user. */
  @BeforeAll
  static void renderGalaxies() throws IOException {
    folder = folder.toRealPath();
    folder.toFile().setReadable(true, false);
    folder.toFile().setExecutable(true, false);
    MockSurvey survey = new MockSurvey(11);
    IntStream.range(0, GALAXIES)
        .parallel()
        .forEach(
            number -> {
              Path file = folder.resolve(number + ".jpg");
              try {
                Files.write(file, survey.galaxy(number).jpeg());
              } catch (IOException e) {
                throw new AssertionError(e);
              }
              file.toFile().setReadable(true, false);
            });
  }

  @Test
  void aKilledContainerLosesAndDoublesNothingWithinItsMemory() throws Exception {
    try (Network network = Network.newNetwork();
        KafkaContainer kafka =
            new KafkaContainer(DockerImageName.parse("apache/kafka:4.3.1"))
                .withNetwork(network)
                // Kafka's 45 s are how long the killed one would keep its partitions
                .withEnv("KAFKA_GROUP_STREAMS_SESSION_TIMEOUT_MS", SESSION_MILLIS)
                .withEnv("KAFKA_GROUP_STREAMS_MIN_SESSION_TIMEOUT_MS", SESSION_MILLIS)
                .withListener("kafka:19092");
        Classifier classifier = new Classifier(network)) {
      kafka.start();
      classifier.start();
      try (Reader reader = new Reader(kafka.getBootstrapServers())) {
        publish(kafka.getBootstrapServers(), 0, GALAXIES / 2);
        await("the first half").atMost(PATIENCE).until(() -> reader.read() == GALAXIES / 2);
        publish(kafka.getBootstrapServers(), GALAXIES / 2, GALAXIES);
        await("work on the second half")
            .pollInterval(Duration.ofMillis(20))
            .atMost(PATIENCE)
            .until(() -> classifier.morphologies() > GALAXIES / 2);
        classifier.kill();
        assertThat(reader.read()).as("outcomes before the kill").isLessThan(GALAXIES);

        classifier.startAgain();
        await("all galaxies").atMost(PATIENCE).until(() -> reader.read() >= GALAXIES);
        classifier.requireHealthy();
        classifier.requireMemoryWithinLimit();
        classifier.stop();
        reader.requireOneMorphologyEach();
      }
    }
  }

  @Test
  void theImageSaysWhatItIsAndWhatIsInside() throws Exception {
    var config = DockerClientFactory.instance().client().inspectImageCmd(IMAGE).exec().getConfig();
    assertThat(config).isNotNull();
    assertThat(config.getUser()).isEqualTo("10001:10001");
    assertThat(config.getEntrypoint()).containsExactly("tuning-fork");
    assertThat(config.getHealthcheck().getTest()).containsExactly("CMD", "tuning-fork-health");
    assertThat(config.getLabels())
        .containsEntry("org.opencontainers.image.title", "Tuning Fork")
        .containsEntry("org.opencontainers.image.licenses", "Apache-2.0")
        .containsKeys("org.opencontainers.image.version", "org.opencontainers.image.revision");

    try (GenericContainer<?> shell =
        new GenericContainer<>(DockerImageName.parse(IMAGE))
            .withCreateContainerCmdModifier(command -> command.withEntrypoint("sleep", "60"))) {
      shell.start();
      JsonNode bill =
          JSON.readTree(
              shell
                  .execInContainer("cat", "/opt/tuning-fork/sbom/tuning-fork.cdx.json")
                  .getStdout());
      assertThat(bill.path("bomFormat").asText()).isEqualTo("CycloneDX");
      assertThat(bill.path("components").findValuesAsText("purl"))
          .contains("pkg:maven/org.apache.kafka/kafka-streams@4.4.0?type=jar");
      String[] jars =
          shell.execInContainer("ls", "/opt/tuning-fork/lib").getStdout().strip().split("\n");
      List<String> listed =
          bill.path("components")
              .valueStream()
              .map(part -> part.path("name").asText() + "-" + part.path("version").asText())
              .toList();
      assertThat(jars)
          .hasSizeGreaterThan(100)
          .allSatisfy(jar -> assertThat(listed).contains(jar.replaceAll("\\.jar$", "")));
    }
  }

  private static void publish(String servers, int from, int to) {
    try (var producer =
        new KafkaProducer<>(
            Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, (Object) servers),
            new StringSerializer(),
            new ByteArraySerializer())) {
      for (int number = from; number < to; number++) {
        String id = String.valueOf(number);
        byte[] reference = GalaxyImageReference.of(id, "file:///images/" + id + ".jpg").toJson();
        producer.send(new ProducerRecord<>(Topics.DEFAULT.input(), id, reference));
      }
    }
  }

  /** The container. Its port changes with each start. */
  private static final class Classifier implements AutoCloseable {
    private final DockerClient docker = DockerClientFactory.instance().client();
    private final HttpClient http = HttpClient.newHttpClient();
    private final GenericContainer<?> container;

    Classifier(Network network) {
      container =
          new GenericContainer<>(DockerImageName.parse(IMAGE))
              .withNetwork(network)
              .withExposedPorts(8080)
              .withEnv("TUNING_FORK_KAFKA_BOOTSTRAP_SERVERS", "kafka:19092")
              .withEnv("TUNING_FORK_KAFKA_STATE_DIR", "/var/lib/tuning-fork")
              .withEnv("TUNING_FORK_TOPICS_CREATE", "true")
              .withEnv("TUNING_FORK_TOPICS_PARTITIONS", String.valueOf(PARTITIONS))
              .withEnv("TUNING_FORK_SERVICE_ADDRESS", "0.0.0.0:8080")
              .withEnv("TUNING_FORK_FETCH_SCHEMES", "file")
              .withEnv("TUNING_FORK_FETCH_FOLDERS", "/images")
              .withCreateContainerCmdModifier(
                  command ->
                      command
                          .withUser("10001")
                          .getHostConfig()
                          .withReadonlyRootfs(true)
                          .withCapDrop(Capability.ALL)
                          .withSecurityOpts(List.of("no-new-privileges"))
                          .withMemory(MEMORY)
                          .withMemorySwap(MEMORY)
                          .withNanoCPUs(2_000_000_000L)
                          .withTmpFs(
                              Map.of("/tmp", "", "/var/lib/tuning-fork", "uid=10001,gid=10001"))
                          .withBinds(Bind.parse(folder + ":/images:ro")));
    }

    void start() {
      container.start();
      awaitReady("with its topics to create");
    }

    void startAgain() {
      docker.startContainerCmd(container.getContainerId()).exec();
      awaitReady("after the kill");
    }

    void kill() {
      docker.killContainerCmd(container.getContainerId()).withSignal("KILL").exec();
      await("its end").atMost(PATIENCE).until(() -> !running());
      assertThat(inspect().getState().getExitCodeLong()).isEqualTo(137);
    }

    void stop() {
      docker.stopContainerCmd(container.getContainerId()).withTimeout(60).exec();
      assertThat(inspect().getState().getExitCodeLong())
          .as("143, since it ends by SIGTERM: %s", container.getLogs())
          .isEqualTo(143);
    }

    private void awaitReady(String when) {
      await("readiness " + when)
          .pollInterval(Duration.ofMillis(50))
          .atMost(PATIENCE)
          .until(
              () -> {
                assertThat(running()).as(() -> container.getLogs()).isTrue();
                return get("/health/ready")
                    .filter(answer -> answer.statusCode() == 200)
                    .isPresent();
              });
      Instant started = Instant.parse(inspect().getState().getStartedAt());
      System.out.printf(
          "Ready %.1f s after the start, %s.%n",
          Duration.between(started, Instant.now()).toMillis() / 1e3, when);
    }

    /** How many it says that it has published, committed or not. */
    double morphologies() {
      return get("/metrics")
          .orElseThrow()
          .body()
          .lines()
          .filter(line -> line.startsWith("tuning_fork_morphologies_total "))
          .mapToDouble(line -> Double.parseDouble(line.substring(line.indexOf(' '))))
          .sum();
    }

    /** What the image's own health check says. */
    void requireHealthy() throws Exception {
      var check = container.execInContainer("tuning-fork-health");
      assertThat(check.getExitCode()).as(check.toString()).isZero();
    }

    void requireMemoryWithinLimit() throws Exception {
      // of version 2 of the control groups, or of version 1
      String peak =
          container
              .execInContainer(
                  "sh",
                  "-c",
                  "cat /sys/fs/cgroup/memory.peak 2>/dev/null"
                      + " || cat /sys/fs/cgroup/memory/memory.max_usage_in_bytes")
              .getStdout()
              .strip();
      String resident =
          container
              .execInContainer("sh", "-c", "grep -E 'VmHWM|RssAnon' /proc/1/status")
              .getStdout();
      System.out.printf(
          "Memory of the container at its highest: %d MiB of %d. %s%n",
          Long.parseLong(peak) >> 20, MEMORY >> 20, resident.replaceAll("\\s+", " "));
      assertThat(Long.parseLong(peak)).isLessThanOrEqualTo(MEMORY);
      assertThat(inspect().getState().getOOMKilled()).isFalse();
    }

    private boolean running() {
      return Boolean.TRUE.equals(inspect().getState().getRunning());
    }

    private InspectContainerResponse inspect() {
      return docker.inspectContainerCmd(container.getContainerId()).exec();
    }

    private Optional<HttpResponse<String>> get(String path) {
      var bindings = inspect().getNetworkSettings().getPorts().getBindings();
      String port =
          bindings.entrySet().stream()
              .filter(entry -> entry.getKey().getPort() == 8080)
              .map(entry -> entry.getValue()[0].getHostPortSpec())
              .findFirst()
              .orElseThrow();
      try {
        return Optional.of(
            http.send(
                HttpRequest.newBuilder(
                        URI.create("http://" + container.getHost() + ":" + port + path))
                    .timeout(Duration.ofSeconds(5))
                    .build(),
                HttpResponse.BodyHandlers.ofString()));
      } catch (IOException e) {
        return Optional.empty(); // not yet
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }

    @Override
    public void close() {
      container.close();
      http.shutdownNow();
    }
  }

  /** Counts what is committed, by galaxy. */
  private static final class Reader implements AutoCloseable {
    private final KafkaConsumer<String, byte[]> consumer;
    private final Map<String, Integer> outcomes = new HashMap<>();
    private int read;

    Reader(String servers) {
      consumer =
          new KafkaConsumer<>(
              Map.of(
                  ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, servers,
                  ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed",
                  ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest"),
              new StringDeserializer(),
              new ByteArrayDeserializer());
      consumer.assign(
          IntStream.range(0, PARTITIONS)
              .boxed()
              .flatMap(
                  partition ->
                      List.of(Topics.DEFAULT.output(), Topics.DEFAULT.deadLetters()).stream()
                          .map(topic -> new TopicPartition(topic, partition)))
              .toList());
    }

    /** How many outcomes there are by now. */
    int read() throws MessageException {
      for (var record : consumer.poll(Duration.ofMillis(200))) {
        assertThat(record.topic())
            .as(() -> new String(record.value(), UTF_8))
            .isEqualTo(Topics.DEFAULT.output());
        assertThat(GalaxyMorphology.fromJson(record.value()).questions()).hasSize(11);
        outcomes.merge(record.key(), 1, Integer::sum);
        read++;
      }
      return read;
    }

    /** After the classifier's end nothing comes any more. */
    void requireOneMorphologyEach() throws MessageException {
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(2);
      while (System.nanoTime() < end) {
        read();
      }
      assertThat(outcomes).hasSize(GALAXIES).allSatisfy((_, times) -> assertThat(times).isOne());
    }

    @Override
    public void close() {
      consumer.close();
    }
  }
}
