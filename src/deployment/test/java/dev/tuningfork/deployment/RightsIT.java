package dev.tuningfork.deployment;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tuningfork.classifier.ClassifierApplication;
import dev.tuningfork.classifier.ClassifierSettings;
import dev.tuningfork.classifier.setting.SettingsException;
import dev.tuningfork.deployment.Chart.Rendering;
import dev.tuningfork.model.DeviceSetting;
import dev.tuningfork.model.ModelBundle;
import dev.tuningfork.model.ModelLoader;
import dev.tuningfork.model.MorphologyModel;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.Resource;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/**
 * The classifier with the settings, the topics and the rights that the chart renders, against a
 * broker that asks for a password and allows nothing by itself.
 */
class RightsIT {

  private static final String USER = "classifier";
  private static final String PASSWORD = "dark matter";
  private static final int GALAXIES = 20;
  private static final String WITH_SURVEY_IMAGES = "gz-streams";
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private static final Pattern TOPIC = Pattern.compile("topic=\"[^\"]*\"");

  @TempDir private static Path folder;
  private static GuardedBroker broker;
  private static Chart chart;
  private static final List<Classifier> CLASSIFIERS = new ArrayList<>();

  /** One that the chart describes, as it runs. */
  private record Classifier(
      String id, Rendering rendering, MorphologyModel model, ClassifierApplication application) {
    @Override
    public String toString() {
      return id;
    }
  }

  @BeforeAll
  static void start() throws Exception {
    chart = new Chart(Files.createDirectory(folder.resolve("chart")));
    Path secret = Files.createDirectories(folder.resolve("secrets/kafka-sasl"));
    Files.writeString(secret.resolve("password"), PASSWORD);
    broker = GuardedBroker.start(folder.resolve("broker"), Map.of(USER, PASSWORD));
    // both at once, because metrics that Kafka makes after the start are shown only some seconds
    // later
    for (String protocol : List.of("streams", "classic")) {
      CLASSIFIERS.add(start("gz-" + protocol, protocol));
    }
  }

  private static Classifier start(String id, String protocol) throws Exception {
    Rendering rendering = render(id, protocol);
    ClassifierSettings settings = settings(rendering);
    try (Admin admin = Admin.create(broker.superUser())) {
      admin.createTopics(topics(rendering)).all().get();
      admin.createAcls(rights(rendering)).all().get();
    }
    awaitTopics(Map.copyOf(settings.kafka()), rendering);
    MorphologyModel model = model();
    return new Classifier(id, rendering, model, ClassifierApplication.start(settings, model));
  }

  private static MorphologyModel model() throws Exception {
    return ModelLoader.load(ModelBundle.named(ModelBundle.DEFAULT), new DeviceSetting.Cpu());
  }

  @AfterAll
  static void stop() {
    for (Classifier classifier : CLASSIFIERS) {
      classifier.application.close();
      classifier.model.close();
    }
    if (broker != null) {
      broker.close();
    }
  }

  @ParameterizedTest
  @FieldSource("CLASSIFIERS")
  void theRightsAreEnoughToClassifyExactlyOnce(Classifier classifier) throws Exception {
    String id = classifier.id;
    Rendering rendering = classifier.rendering;
    publish(id + "-images-in");
    assertThat(read(id + "-out", GALAXIES)).doesNotHaveDuplicates().hasSize(GALAXIES);
    if (id.equals(WITH_SURVEY_IMAGES)) {
      publishSurveyImage(id + "-tiles");
      assertThat(read(id + "-dead", 2)).containsExactlyInAnyOrder("bad", "galaxy");
      assertThat(read(id + "-tiles-done", 1)).containsExactly("tile");
    } else {
      assertThat(read(id + "-dead", 1)).containsExactly("bad");
    }
    assertThat(classifier.application.failure()).isEqualTo(Optional.empty());
    Service service = new Service(classifier.application.servicePort().orElseThrow());
    for (String probe : List.of("startupProbe", "readinessProbe", "livenessProbe")) {
      String path = rendering.classifier().at("/" + probe + "/httpGet/path").asText();
      assertThat(service.get(path).statusCode()).as(path).isEqualTo(200);
    }
    Awaitility.await()
        .atMost(PATIENCE)
        .until(() -> service.get("/v1/morphologies/7").statusCode() == 200);
    Awaitility.await()
        .atMost(PATIENCE.multipliedBy(3))
        .untilAsserted(
            () ->
                assertThat(measures(service.get("/metrics").body()))
                    .containsAll(measuresOfAlerts(rendering)));
    System.gc(); // a measure that there is from the first collection on
    assertThat(service.get("/metrics").body().lines().map(line -> line.split("[ {]", 2)[0]))
        .containsAll(new Dashboard().measures());
    askPrometheus(rendering, id + "-images-in", service.port());
  }

  /** The alerts and the dashboard, evaluated by Prometheus over what the classifier tells it. */
  private static void askPrometheus(Rendering rendering, String topic, int port) throws Exception {
    Optional<Path> program = PrometheusServer.program();
    if (program.isEmpty()) {
      System.out.println(
          "Prometheus is not installed, so alerts and dashboard are checked by their names alone.");
      return;
    }
    try (PrometheusServer prometheus =
        PrometheusServer.start(
            program.get(),
            Files.createTempDirectory(folder, "prometheus"),
            port,
            rendering.the("PrometheusRule").path("spec"),
            Map.of("namespace", Chart.NAMESPACE, "job", Chart.NAME, "pod", "tuning-fork-0"))) {
      Awaitility.await()
          .ignoreExceptionsInstanceOf(ConnectException.class)
          .atMost(PATIENCE)
          .untilAsserted(
              () ->
                  assertThat(prometheus.rules())
                      .isNotEmpty()
                      .allSatisfy(
                          rule -> {
                            assertThat(rule.path("health").asText()).isEqualTo("ok");
                            assertThat(rule.path("state").asText())
                                .as(rule.toString())
                                .isEqualTo("inactive");
                          }));
      for (String question : new Dashboard().questions(topic)) {
        Awaitility.await(question)
            .atMost(PATIENCE)
            .until(() -> !prometheus.ask(question).isEmpty());
      }
    }
  }

  /** Of a measure that is not there, an alert would say nothing for ever. */
  private static Set<String> measuresOfAlerts(Rendering rendering) {
    String expressions =
        rendering
            .the("PrometheusRule")
            .at("/spec/groups/0/rules")
            .findValuesAsText("expr")
            .toString();
    Set<String> names = new TreeSet<>();
    Pattern.compile("((?:tuning_fork|kafka)_\\w+)\\{([^}]*)}")
        .matcher(expressions)
        .results()
        .forEach(
            found -> {
              Matcher topic = TOPIC.matcher(found.group(2));
              names.add(found.group(1) + (topic.find() ? topic.group() : ""));
            });
    return names;
  }

  /** The names of what Prometheus is given, each with its topic where it has one. */
  private static Set<String> measures(String exposed) {
    Set<String> names = new TreeSet<>();
    for (String line : exposed.lines().toList()) {
      Matcher topic = TOPIC.matcher(line);
      names.add(line.split("[ {]", 2)[0] + (topic.find() ? topic.group() : ""));
    }
    return names;
  }

  /** Asks the classifier's service. */
  private record Service(int port) {
    HttpResponse<String> get(String path) throws IOException, InterruptedException {
      try (HttpClient client = HttpClient.newHttpClient()) {
        return client.send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build(),
            HttpResponse.BodyHandlers.ofString());
      }
    }
  }

  /** Else the test above would show nothing. */
  @Test
  void withoutThemItDoesNotEvenSeeItsTopics() throws Exception {
    Rendering rendering = render("gz-nobody", "auto");
    try (Admin admin = Admin.create(broker.superUser())) {
      admin.createTopics(topics(rendering)).all().get();
    }
    awaitTopics(broker.superUser(), rendering);
    ClassifierSettings settings = settings(rendering);
    try (MorphologyModel model = model()) {
      assertThatThrownBy(() -> ClassifierApplication.start(settings, model))
          .isInstanceOf(SettingsException.class)
          .hasMessageContaining("Kafka has no topic gz-nobody-images-in");
    }
  }

  /** Kafka's own tool, started by the script of the Job as its image's would be. */
  @Test
  void theJobMakesTheTopicsWithKafkasOwnTool() throws Exception {
    Rendering rendering =
        chart.render(
            """
            kafka:
              bootstrapServers: %s
              sasl: {mechanism: PLAIN, secret: any, username: %s}
            topics:
              {createdBy: job, partitions: 3, replicationFactor: 1, config: {retention.ms: 604800000}}
            """
                .formatted(broker.address(), GuardedBroker.SUPER_USER));
    Path secret = Files.createDirectories(folder.resolve("job/kafka-sasl"));
    Files.writeString(secret.resolve("password"), GuardedBroker.SUPER_PASSWORD);
    JsonNode job = rendering.the("Job").at("/spec/template/spec/containers/0");
    Path tool = Files.createFile(folder.resolve("kafka-topics.sh"));
    Files.writeString(
        tool,
        "exec '%s/bin/java' -cp '%s' org.apache.kafka.tools.TopicCommand \"$@\"\n"
            .formatted(System.getProperty("java.home"), System.getProperty("java.class.path")));
    String script =
        job.at("/args/0")
            .asText()
            .replace("/opt/kafka/bin/kafka-topics.sh", "/bin/sh " + tool)
            .replace("/tmp/client.properties", folder.resolve("client.properties").toString());
    for (int run = 0; run < 2; run++) { // the second time they are there
      ProcessBuilder shell = new ProcessBuilder("/bin/sh", "-ec", script).redirectErrorStream(true);
      job.path("env")
          .forEach(
              variable ->
                  shell
                      .environment()
                      .put(
                          variable.path("name").asText(),
                          variable
                              .path("value")
                              .asText()
                              .replace(
                                  "/var/run/secrets/tuning-fork",
                                  folder.resolve("job").toString())));
      Process process = shell.start();
      String said = new String(process.getInputStream().readAllBytes(), UTF_8);
      assertThat(process.waitFor()).as(said).isZero();
    }
    List<String> topics =
        List.of("galaxy-images", "galaxy-morphologies", "galaxy-images-dead-letters");
    try (Admin admin = Admin.create(broker.superUser())) {
      assertThat(admin.describeTopics(topics).allTopicNames().get().values())
          .allSatisfy(topic -> assertThat(topic.partitions()).hasSize(3));
      List<ConfigResource> resources =
          topics.stream().map(t -> new ConfigResource(ConfigResource.Type.TOPIC, t)).toList();
      assertThat(admin.describeConfigs(resources).all().get().values())
          .allSatisfy(
              config -> {
                assertThat(config.get("max.message.bytes").value()).isEqualTo("1065536");
                assertThat(config.get("retention.ms").value()).isEqualTo("604800000");
              });
    }
  }

  private static Rendering render(String id, String protocol) {
    return chart.render(
        """
        kafka:
          bootstrapServers: %s
          applicationId: %s
          groupProtocol: %s
          sasl: {mechanism: PLAIN, secret: any, username: %s}
        topics:
          createdBy: strimzi
          partitions: 2
          input: %2$s-images-in
          output: %2$s-out
          deadLetters: %2$s-dead
          surveyImages: %5$s
          surveyImageOutcomes: %2$s-tiles-done
        strimzi: {cluster: any, user: {create: true}}
        service: {morphologies: {enabled: true}}
        monitoring: {rules: {enabled: true}}
        """
            .formatted(
                broker.address(),
                id,
                protocol,
                USER,
                id.equals(WITH_SURVEY_IMAGES) ? id + "-tiles" : "''"));
  }

  private static ClassifierSettings settings(Rendering rendering) throws Exception {
    String here =
        rendering
            .settings()
            .replace("/var/run/secrets/tuning-fork", folder.resolve("secrets").toString())
            .replace("/var/lib/tuning-fork", Files.createTempDirectory(folder, "state").toString())
            .replace("0.0.0.0:8080", "127.0.0.1:0")
            .replace("0.0.0.0:8081", "127.0.0.1:0");
    return ClassifierSettings.read(
        Files.writeString(Files.createTempFile(folder, "classifier", ".yaml"), here), Map.of());
  }

  /** The controller answers before the broker has heard of its topics and rights. */
  private static void awaitTopics(Map<String, Object> client, Rendering rendering) {
    List<String> names = topics(rendering).stream().map(NewTopic::name).toList();
    try (Admin admin = Admin.create(client)) {
      Awaitility.await()
          .atMost(PATIENCE)
          .until(() -> admin.listTopics().names().get().containsAll(names));
    }
  }

  private static List<NewTopic> topics(Rendering rendering) {
    return rendering.all("KafkaTopic").stream()
        .map(
            topic -> {
              Map<String, String> config = new HashMap<>();
              topic
                  .at("/spec/config")
                  .properties()
                  .forEach(entry -> config.put(entry.getKey(), entry.getValue().asText()));
              return new NewTopic(
                      topic.at("/spec/topicName").asText(),
                      topic.at("/spec/partitions").asInt(),
                      (short) 1)
                  .configs(config);
            })
        .toList();
  }

  /** As Strimzi's user operator translates them. */
  private static List<AclBinding> rights(Rendering rendering) {
    List<AclBinding> rights = new ArrayList<>();
    for (JsonNode acl : rendering.the("KafkaUser").at("/spec/authorization/acls")) {
      JsonNode resource = acl.path("resource");
      ResourcePattern pattern =
          switch (resource.path("type").asText()) {
            case "topic" -> pattern(ResourceType.TOPIC, resource);
            case "group" -> pattern(ResourceType.GROUP, resource);
            case "transactionalId" -> pattern(ResourceType.TRANSACTIONAL_ID, resource);
            default ->
                new ResourcePattern(
                    ResourceType.CLUSTER, Resource.CLUSTER_NAME, PatternType.LITERAL);
          };
      for (JsonNode operation : acl.path("operations")) {
        rights.add(
            new AclBinding(
                pattern,
                new AccessControlEntry(
                    "User:" + USER, "*", operation(operation.asText()), AclPermissionType.ALLOW)));
      }
    }
    return rights;
  }

  private static ResourcePattern pattern(ResourceType type, JsonNode resource) {
    PatternType kind =
        resource.path("patternType").asText().equals("prefix")
            ? PatternType.PREFIXED
            : PatternType.LITERAL;
    return new ResourcePattern(type, resource.path("name").asText(), kind);
  }

  private static AclOperation operation(String strimzis) {
    return Stream.of(AclOperation.values())
        .filter(operation -> operation.name().replace("_", "").equalsIgnoreCase(strimzis))
        .findFirst()
        .orElseThrow();
  }

  private static void publish(String topic) throws Exception {
    ByteArrayOutputStream image = new ByteArrayOutputStream();
    ImageIO.write(new BufferedImage(200, 200, BufferedImage.TYPE_INT_RGB), "jpeg", image);
    try (var producer =
        new KafkaProducer<>(
            broker.superUser(), new StringSerializer(), new ByteArraySerializer())) {
      for (int n = 0; n < GALAXIES; n++) {
        var record = new ProducerRecord<>(topic, String.valueOf(n), image.toByteArray());
        record.headers().add("content-type", "image/jpeg".getBytes(UTF_8));
        producer.send(record).get();
      }
      producer.send(new ProducerRecord<>(topic, "bad", "{".getBytes(UTF_8))).get();
    }
  }

  /** Its file is in a folder that nothing is read from, so its galaxy is a dead letter. */
  private static void publishSurveyImage(String topic) throws Exception {
    String message =
        """
        {"surveyImageId": "tile", "bands": [{"name": "r", "uri": "file:///elsewhere/r.fits"}],
         "galaxies": [{"objectId": "galaxy", "ra": 150, "dec": 2, "side": 40}]}
        """;
    try (var producer =
        new KafkaProducer<>(broker.superUser(), new StringSerializer(), new StringSerializer())) {
      producer.send(new ProducerRecord<>(topic, "tile", message)).get();
    }
  }

  /** The keys of so many records, in transactions that are committed. */
  private static List<String> read(String topic, int count) {
    Map<String, Object> settings = new HashMap<>(broker.superUser());
    settings.put("group.id", "reader-of-" + topic);
    settings.put("auto.offset.reset", "earliest");
    settings.put("isolation.level", "read_committed");
    List<String> keys = new ArrayList<>();
    try (var consumer =
        new KafkaConsumer<>(settings, new StringDeserializer(), new ByteArrayDeserializer())) {
      consumer.subscribe(List.of(topic));
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      while (keys.size() < count) {
        assertThat(System.nanoTime())
            .as("%d records in %s", keys.size(), topic)
            .isLessThan(deadline);
        consumer.poll(Duration.ofMillis(200)).forEach(record -> keys.add(record.key()));
      }
    }
    return keys;
  }
}
