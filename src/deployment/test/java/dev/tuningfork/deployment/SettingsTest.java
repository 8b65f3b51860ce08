package dev.tuningfork.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tuningfork.classifier.ClassifierSettings;
import dev.tuningfork.classifier.ClassifierSettings.GroupProtocol;
import dev.tuningfork.classifier.ClassifierSettings.Messages;
import dev.tuningfork.classifier.ClassifierSettings.Serialization;
import dev.tuningfork.classifier.LogFormat;
import dev.tuningfork.classifier.ModelChoice;
import dev.tuningfork.classifier.TopicCreation;
import dev.tuningfork.classifier.fetch.S3Settings;
import dev.tuningfork.classifier.registry.RegistrySettings;
import dev.tuningfork.classifier.rollout.RolloutSettings;
import dev.tuningfork.classifier.service.ServiceSettings;
import dev.tuningfork.classifier.setting.SettingValues;
import dev.tuningfork.classifier.stream.Topics;
import dev.tuningfork.deployment.Chart.Rendering;
import dev.tuningfork.model.ModelBundle;
import dev.tuningfork.standalone.command.Commands;
import java.io.IOException;
import java.io.StringReader;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import picocli.CommandLine;
import software.amazon.awssdk.profiles.ProfileFileSystemSetting;

/** What the chart tells the application, read by the application itself. */
class SettingsTest {

  private static final String SECRETS = "/var/run/secrets/tuning-fork";

  @TempDir private Path folder;
  private Chart chart;

  @BeforeEach
  void prepare() {
    chart = new Chart(folder);
  }

  @ParameterizedTest
  @EnumSource
  void theApplicationKnowsEverySetting(Installation installation) throws IOException {
    Rendering rendering = chart.render(installation.yaml());
    ClassifierSettings settings = read(rendering);
    assertThat(settings.kafka()).containsKey("bootstrap.servers");
    JsonNode mounts = rendering.classifier().path("volumeMounts");
    List<String> mounted =
        mounts.valueStream().map(mount -> mount.path("mountPath").asText()).toList();
    assertThat(settings.kafka()).containsEntry("state.dir", "/var/lib/tuning-fork");
    assertThat(mounted).contains("/var/lib/tuning-fork", "/tmp", "/etc/tuning-fork");
    String bundle = settings.model().name();
    assertThat(mounted.stream().anyMatch(bundle::startsWith) || bundle.equals(ModelBundle.DEFAULT))
        .as("the model is mounted or built in: %s", bundle)
        .isTrue();
    assertThat(rendering.classifier().path("args").valueStream().map(JsonNode::asText))
        .containsExactly("run", "--config", "/etc/tuning-fork/classifier.yaml");
  }

  @Test
  void theDefaultsAreTheApplicationsOwn() throws IOException {
    ClassifierSettings settings = read(chart.render(""));
    assertThat(settings.group().applicationId())
        .isEqualTo(ClassifierSettings.DEFAULT.group().applicationId());
    assertThat(settings.topics()).isEqualTo(Topics.DEFAULT);
    assertThat(settings.creation()).isEmpty();
    assertThat(settings.group().protocol())
        .isEqualTo(ClassifierSettings.DEFAULT.group().protocol());
    assertThat(settings.pipeline().ledger())
        .isEqualTo(ClassifierSettings.DEFAULT.pipeline().ledger());
    assertThat(settings.pipeline().fetch())
        .isEqualTo(ClassifierSettings.DEFAULT.pipeline().fetch());
    ModelChoice own = ClassifierSettings.DEFAULT.model();
    assertThat(settings.model())
        .isEqualTo(new ModelChoice(own.name(), own.tree(), "cpu", own.views(), own.rollout()));
    assertThat(settings.service())
        .isEqualTo(
            ServiceSettings.of(
                served(
                    8080,
                    "tuning-fork",
                    "tuning-fork.survey",
                    "tuning-fork.survey.svc",
                    "tuning-fork.survey.svc.cluster.local")));
    assertThat(settings.logFormat()).isEqualTo(LogFormat.JSON);
  }

  @Test
  void modelChangesAreAnnounced() throws IOException {
    assertThat(read(chart.render(Installation.MODEL_WATCHED.yaml())).model())
        .isEqualTo(
            new ModelChoice(
                "/model/gz2/serving",
                Optional.empty(),
                "cpu",
                1,
                new RolloutSettings(
                    true, Duration.ofSeconds(30), Optional.of("/model/gz2/next"), 0.05)));
  }

  @Test
  void everyValueArrives() throws IOException {
    ClassifierSettings settings = read(chart.render(Installation.EVERYTHING.yaml()));
    assertThat(settings.group().applicationId()).isEqualTo("gz2");
    assertThat(settings.group().protocol()).isEqualTo(GroupProtocol.CLASSIC);
    assertThat(settings.group().threads()).isEqualTo(2);
    assertThat(settings.model().device()).isEqualTo("gpu");
    assertThat(settings.pipeline().batch().batch()).isEqualTo(64);
    assertThat(settings.pipeline().ledger().patience()).hasSeconds(6);
    // large numbers, which helm would write as 6.4e+07
    assertThat(settings.pipeline().ledger().largestRecord()).isEqualTo(2_000_000);
    assertThat(settings.kafka())
        .containsEntry("producer.buffer.memory", "64000000")
        .containsEntry("producer.compression.type", "zstd")
        .containsEntry("bootstrap.servers", "a.kafka:9093,b.kafka:9094");
    assertThat(settings.pipeline().fetch().policy().schemes())
        .containsExactlyInAnyOrder("https", "s3", "file");
    assertThat(settings.pipeline().fetch().policy().hosts())
        .containsExactly("images.example.org:*");
    assertThat(settings.pipeline().fetch().policy().folders()).containsExactly(Path.of("/cutouts"));
    assertThat(settings.pipeline().fetch().policy().buckets()).containsExactly("cutouts");

    assertThat(settings.messages())
        .isEqualTo(
            new Messages(
                Serialization.AVRO,
                Optional.of(
                    new RegistrySettings(
                        URI.create("https://registry.example.org:8443"),
                        Optional.empty(),
                        Optional.empty(),
                        false))));
    assertThat(settings.service())
        .isEqualTo(
            ServiceSettings.of(
                served(
                        9000,
                        "galaxies",
                        "galaxies.survey",
                        "galaxies.survey.svc",
                        "galaxies.survey.svc.cluster.local")
                    .with(ServiceSettings.MORPHOLOGIES, true)));

    ClassifierSettings store = read(chart.render(Installation.S3.yaml()));
    assertThat(store.pipeline().fetch().s3())
        .isEqualTo(
            new S3Settings(
                URI.create("http://store.s3:9000"),
                "eu",
                true,
                new S3Settings.Credentials.FromEnvironment()));
    assertThat(
            read(chart.render(Installation.MODEL_FROM_S3.yaml()))
                .pipeline()
                .fetch()
                .s3()
                .credentials())
        .isEqualTo(new S3Settings.Credentials.Anonymous());
    assertThat(read(chart.render(Installation.STRIMZI_CERTIFICATE.yaml())).creation())
        .isEqualTo(Optional.of(new TopicCreation(12, (short) -1)));
  }

  /** The application writes records of up to this; a topic that refuses them would stop it. */
  @Test
  void topicsTakeTheLargestRecord() throws IOException {
    for (Installation installation : List.of(Installation.STRIMZI, Installation.EVERYTHING)) {
      Rendering rendering = chart.render(installation.yaml());
      int largest = read(rendering).pipeline().ledger().largestMessage();
      assertThat(rendering.all("KafkaTopic"))
          .allSatisfy(
              topic ->
                  assertThat(topic.at("/spec/config").path("max.message.bytes").asInt())
                      .isEqualTo(largest));
    }
  }

  /** Else the broker would delete the answers to a replayed archive by their references' age. */
  @Test
  void retentionCountsFromTheWriting() throws IOException {
    for (Installation installation : List.of(Installation.STRIMZI, Installation.EVERYTHING)) {
      assertThat(chart.render(installation.yaml()).all("KafkaTopic"))
          .isNotEmpty()
          .allSatisfy(
              topic ->
                  assertThat(topic.at("/spec/config").path("message.timestamp.type").asText())
                      .isEqualTo("LogAppendTime"));
    }
  }

  @Test
  void aPasswordInItsFileReachesKafka() throws IOException {
    secret("kafka-sasl", Map.of("username", "classifier", "password", "dark matter"));
    Map<String, ?> client = kafka(read(chart.render(Installation.SCRAM_OVER_TLS.yaml())));
    assertThat(client.get("sasl.jaas.config"))
        .hasToString(
            "org.apache.kafka.common.security.scram.ScramLoginModule required"
                + " username=\"classifier\" password=\"dark matter\";");
    assertThat(client.get("security.protocol")).isEqualTo("SASL_SSL");
    assertThat(client.get("sasl.mechanism")).isEqualTo("SCRAM-SHA-512");
    assertThat(client.get("ssl.truststore.location"))
        .isEqualTo(folder + "/secrets/kafka-ca/ca.crt");
  }

  @Test
  void aCertificateInItsFileReachesKafka() throws IOException {
    secret("kafka-client", Map.of("user.crt", "the chain", "user.key", "the key"));
    Map<String, ?> client = kafka(read(chart.render(Installation.STRIMZI_CERTIFICATE.yaml())));
    assertThat(client.get("security.protocol")).isEqualTo("SSL");
    assertThat(client.get("ssl.keystore.type")).isEqualTo("PEM");
    assertThat(client.get("ssl.keystore.certificate.chain")).isEqualTo("the chain");
    assertThat(client.get("ssl.keystore.key")).isEqualTo("the key");
  }

  @Test
  void theTopicsJobSignsInAsTheClassifierDoes() throws IOException {
    secret("kafka-sasl", Map.of("password", "dark matter"));
    Rendering rendering = chart.render(Installation.TOPICS_JOB.yaml());
    JsonNode job = rendering.the("Job").at("/spec/template/spec/containers/0");
    Properties properties = new Properties();
    properties.load(new StringReader(variable(job, "CLIENT").replace(SECRETS, secrets())));
    AdminClientConfig config = new AdminClientConfig(properties);
    assertThat(config.getPassword("sasl.jaas.config").value())
        .isEqualTo(kafka(read(rendering)).get("sasl.jaas.config"))
        .contains("PlainLoginModule required username=\"classifier\" password=\"dark matter\";");
    assertThat(config.unused()).doesNotContain("sasl.mechanism");
    assertThat(variable(job, "SERVERS")).isEqualTo("kafka:9092");
  }

  @Test
  void theAwsSdkReadsTheVariableThatPointsToItsCredentials() {
    assertThat(
            variable(
                chart.render(Installation.S3.yaml()).classifier(),
                ProfileFileSystemSetting.AWS_SHARED_CREDENTIALS_FILE.environmentVariable()))
        .isEqualTo(SECRETS + "/s3/credentials");
  }

  /** No variable of a Pod is taken for a setting that there is not. */
  @ParameterizedTest
  @EnumSource
  void theApplicationKnowsEveryVariable(Installation installation) throws IOException {
    Rendering rendering = chart.render(installation.yaml());
    Map<String, String> environment = new HashMap<>();
    rendering
        .classifier()
        .path("env")
        .forEach(v -> environment.put(v.path("name").asText(), v.path("value").asText()));
    assertThat(ClassifierSettings.read(file(rendering), environment).topics().output())
        .isEqualTo("galaxy-morphologies");
  }

  @ParameterizedTest
  @EnumSource(names = {"TRAINING", "EVERYTHING"})
  void theTrainerKnowsEveryOption(Installation installation) {
    JsonNode job =
        chart.render(installation.yaml()).the("Job").at("/spec/template/spec/containers/0");
    List<String> arguments = job.path("args").valueStream().map(JsonNode::asText).toList();
    assertThat(arguments).startsWith("train");
    CommandLine.ParseResult parsed =
        Commands.line().parseArgs(arguments.toArray(String[]::new)).subcommand();
    assertThat(parsed.matchedOptionValue("--out", Path.of(""))).isEqualTo(Path.of("/out/model"));
  }

  private static SettingValues served(int port, String... hosts) {
    return SettingValues.NONE
        .with(
            ServiceSettings.ADDRESS,
            Optional.of(InetSocketAddress.createUnresolved("0.0.0.0", port)))
        .with(
            ServiceSettings.PROBE_ADDRESS,
            Optional.of(InetSocketAddress.createUnresolved("0.0.0.0", 8081)))
        .with(ServiceSettings.HOSTS, List.of(hosts));
  }

  private ClassifierSettings read(Rendering rendering) throws IOException {
    return ClassifierSettings.read(file(rendering), Map.of());
  }

  /** The settings' file with this test's secrets in place of the Pod's. */
  private Path file(Rendering rendering) throws IOException {
    return Files.writeString(
        folder.resolve("classifier.yaml"), rendering.settings().replace(SECRETS, secrets()));
  }

  private String secrets() throws IOException {
    return Files.createDirectories(folder.resolve("secrets")).toString();
  }

  /** As the kubelet mounts a Secret: each key is a link into a folder that is changed as one. */
  private void secret(String name, Map<String, String> keys) throws IOException {
    Path mount = Path.of(secrets()).resolve(name);
    Path data = Files.createDirectories(mount.resolve("..2026_11_24"));
    Files.createSymbolicLink(mount.resolve("..data"), data.getFileName());
    for (var key : keys.entrySet()) {
      Files.writeString(data.resolve(key.getKey()), key.getValue());
      Files.createSymbolicLink(mount.resolve(key.getKey()), Path.of("..data", key.getKey()));
    }
  }

  /** What Kafka makes of the settings. */
  private static Map<String, ?> kafka(ClassifierSettings settings) {
    return new AdminClientConfig(new HashMap<>(settings.kafka())).originals();
  }

  private static String variable(JsonNode container, String name) {
    return Stream.of(container.path("env"))
        .flatMap(JsonNode::valueStream)
        .filter(variable -> variable.path("name").asText().equals(name))
        .map(variable -> variable.path("value").asText())
        .findFirst()
        .orElseThrow();
  }
}
