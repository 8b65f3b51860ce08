package dev.tuningfork.classifier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tuningfork.classifier.ClassifierSettings.GroupProtocol;
import dev.tuningfork.classifier.fetch.FetchPolicy;
import dev.tuningfork.classifier.fetch.S3Settings;
import dev.tuningfork.classifier.registry.RegistrySettings;
import dev.tuningfork.classifier.rollout.RolloutSettings;
import dev.tuningfork.classifier.service.ConnectionLimits;
import dev.tuningfork.classifier.service.ServiceSettings;
import dev.tuningfork.classifier.setting.SettingsException;
import dev.tuningfork.model.ForwardPasses;
import dev.tuningfork.model.ModelException;
import dev.tuningfork.tree.DecisionTree;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.kafka.streams.StreamsConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClassifierSettingsTest {

  private static final String REQUEST = "request.timeout.ms";
  private static final String TRANSACTION = "transaction.timeout.ms";

  @TempDir Path folder;

  @Test
  void aModelIsTakenWithItsHeadForTheTree() throws Exception {
    ModelChoice gz2 =
        ClassifierSettings.read(null, Map.of("TUNING_FORK_MODEL_TREE", "gz2")).model();
    assertThat(gz2.bundle(gz2.name()).trees()).containsExactly(DecisionTree.galaxyZoo2());
    ModelChoice desi =
        ClassifierSettings.read(null, Map.of("TUNING_FORK_MODEL_TREE", "desi")).model();
    assertThatThrownBy(() -> desi.bundle(desi.name()))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("has no answers for the tree desi: it answers gz2. Name gz2, or");
  }

  @Test
  void theDefaultsAreSafe() {
    ClassifierSettings settings = ClassifierSettings.read(null, Map.of());
    assertThat(settings)
        .isEqualTo(
            ClassifierSettings.DEFAULT.with(
                ServiceSettings.ADDRESS,
                Optional.of(InetSocketAddress.createUnresolved("127.0.0.1", 8080))));
    assertThat(settings.pipeline().fetch().policy()).isEqualTo(FetchPolicy.NOTHING);
    assertThat(settings.creation()).isEmpty();
  }

  @Test
  void yamlAndPropertiesSayTheSame() throws IOException {
    Path yaml =
        file(
            "settings.yaml",
            """
            input:
              topic: cutouts
            threads: 2
            group-protocol: classic
            model: accurate
            model.tree: gz2
            model.views: 8
            model.watch: true
            model.poll: 30s
            model.shadow: fast
            model.shadow-share: 0.5
            topics: {create: true, partitions: 12}
            image:
              largest-bytes: 8MiB
            batch: {held-up: 500, queue-bytes: 16MiB, slow-after: 1s}
            ledger:
              room-wait: 500ms
              window-bytes: 64MiB
            fetch:
              schemes: [https, s3]
              hosts: ["*.example.org"]
              folders: /data/a, /data/b
              total-time: 2m
            kafka:
              bootstrap.servers: kafka:9092
              consumer:
                max.poll.records: 100
            """);
    Path properties =
        file(
            "settings.properties",
            """
            input.topic=cutouts
            threads=2
            group-protocol=CLASSIC
            model=accurate
            model.tree=gz2
            model.views=8
            model.watch=true
            model.poll=30s
            model.shadow=fast
            model.shadow-share=0.5
            topics.create=true
            topics.partitions=12
            image.largest-bytes=8388608
            batch.held-up=500
            batch.queue-bytes=16777216
            batch.slow-after=1000ms
            ledger.room-wait=500 ms
            ledger.window-bytes=67108864
            fetch.schemes=https,s3
            fetch.hosts=*.example.org
            fetch.folders=/data/a,/data/b
            fetch.total-time=120s
            kafka.bootstrap.servers=kafka:9092
            kafka.consumer.max.poll.records=100
            """);
    ClassifierSettings settings = ClassifierSettings.read(yaml, Map.of());
    assertThat(settings).isEqualTo(ClassifierSettings.read(properties, Map.of()));
    assertThat(settings.topics().input()).isEqualTo("cutouts");
    assertThat(settings.group().threads()).isEqualTo(2);
    assertThat(settings.group().protocol()).isEqualTo(GroupProtocol.CLASSIC);
    assertThat(settings.model())
        .isEqualTo(
            new ModelChoice(
                "accurate",
                Optional.of("gz2"),
                "auto",
                8,
                new RolloutSettings(true, Duration.ofSeconds(30), Optional.of("fast"), 0.5)));
    assertThat(settings.creation()).contains(new TopicCreation(12, (short) -1));
    assertThat(settings.pipeline().image().bytes()).isEqualTo(8 << 20);
    assertThat(settings.pipeline().ledger().roomWait()).isEqualTo(Duration.ofMillis(500));
    assertThat(settings.pipeline().ledger().windowBytes()).isEqualTo(64 << 20);
    assertThat(settings.pipeline().batch().heldUp()).isEqualTo(500);
    assertThat(settings.pipeline().batch().queueBytes()).isEqualTo(16 << 20);
    assertThat(settings.pipeline().batch().slowAfter()).isEqualTo(Duration.ofSeconds(1));
    assertThat(settings.pipeline().fetch().policy().schemes())
        .containsExactlyInAnyOrder("https", "s3");
    assertThat(settings.pipeline().fetch().policy().folders())
        .isEqualTo(List.of(Path.of("/data/a"), Path.of("/data/b")));
    assertThat(settings.pipeline().fetch().limits().totalTime()).isEqualTo(Duration.ofMinutes(2));
    assertThat(settings.kafka())
        .isEqualTo(Map.of("bootstrap.servers", "kafka:9092", "consumer.max.poll.records", "100"));
  }

  @Test
  void theBatchIsChosenByTheDeviceOrMeasuredOrSaid() {
    assertThat(images(Map.of())).isEqualTo(ForwardPasses.BY_DEVICE);
    assertThat(images(Map.of("TUNING_FORK_BATCH_SIZE", "auto"))).isEqualTo(ForwardPasses.BY_DEVICE);
    assertThat(images(Map.of("TUNING_FORK_BATCH_SIZE", "measured")))
        .isEqualTo(ForwardPasses.MEASURED);
    assertThat(images(Map.of("TUNING_FORK_BATCH_SIZE", "64"))).isEqualTo(64);
  }

  private static int images(Map<String, String> environment) {
    return ClassifierSettings.read(null, environment).forwardPasses().images();
  }

  @Test
  void environmentVariablesWinOverTheFile() throws IOException {
    Path file = file("a.properties", "input.topic=one\nkafka.bootstrap.servers=a:1\n");
    ClassifierSettings settings =
        ClassifierSettings.read(
            file,
            Map.of(
                "TUNING_FORK_INPUT_TOPIC", "two",
                "TUNING_FORK_KAFKA_BOOTSTRAP_SERVERS", "b:2",
                "TUNING_FORK_FETCH_CONNECTIONS_PER_HOST", "3",
                "PATH", "/bin",
                // for the script that starts the JVM
                "TUNING_FORK_JAVA_OPTS", "-Xmx4g",
                // what Kubernetes sets for a service named tuning-fork
                "TUNING_FORK_SERVICE_HOST", "10.0.0.1",
                "TUNING_FORK_PORT_8080_TCP_ADDR", "10.0.0.1"));
    assertThat(settings.topics().input()).isEqualTo("two");
    assertThat(settings.kafka()).isEqualTo(Map.of("bootstrap.servers", "b:2"));
    assertThat(settings.pipeline().fetch().limits().connectionsPerHost()).isEqualTo(3);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "input.topik=x | There is no setting input.topik. Did you mean input.topic?",
        "ledger.windows=5 | There is no setting ledger.windows. Did you mean ledger.window?",
        "xyzzy=5 | There is no setting xyzzy.",
        "threads=many | The setting threads must be a whole number, not 'many'.",
        "model.device=cuda:7 | The setting model.device must be auto, cpu, gpu, or gpu:N with the number of a GPU from 0, not 'cuda:7'.",
        "batch.size=0 | The setting batch.size must be a whole number from 1, auto or measured, not '0'.",
        "batch.size=-1 | The setting batch.size must be a whole number from 1, auto or measured, not '-1'.",
        "batch.size=all | The setting batch.size must be a whole number from 1, auto or measured, not 'all'.",
        "model.views=4 | The setting model.views must be 1 or 8, not '4'.",
        "topics.create=yes | The setting topics.create must be true or false, not 'yes'.",
        "group-protocol=new | The setting group-protocol must be one of auto, streams, classic, not 'new'.",
        "fetch.total-time=5 | The setting fetch.total-time must be a time such as 250ms, 5s, 2m or 1h, not '5'.",
        "service.address=8080 | The setting service.address must be none, or a host and a port such as 127.0.0.1:8080, not '8080'.",
        "service.address=a:70000 | The setting service.address must be none, or a host and a port such as 127.0.0.1:8080, not 'a:70000'.",
        "serialization=protobuf | The setting serialization must be one of json, avro, not 'protobuf'.",
        "serialization=avro | serialization is avro, so registry.url must be set.",
        "registry.token=x | registry.* is set, but registry.url is missing.",
        "registry.url=registry:8081 | The settings below registry do not fit together: registry.url must be an http or https URL such as https://registry:8081.",
        "registry.username=me | The settings registry.username and registry.password go together, and not with registry.token.",
        "log.format=xml | The setting log.format must be one of text, json, not 'xml'.",
        "image.largest-bytes=8MB | The setting image.largest-bytes must be a number of bytes such as 1000000, 512KiB or 64MiB, not '8MB'.",
        "ledger.window=0 | The settings below ledger do not fit together: window must be at least 1, not 0.",
        "ledger.window-bytes=0 | The settings below ledger do not fit together: window-bytes must be at least 1, not 0.",
        "batch.slow-after=0ms | The settings below batch do not fit together: slow-after must be more than 0, not PT0S.",
        "ledger.drain-every=0ms | The settings below ledger do not fit together: drain-every must be at least 1 ms, not PT0S.",
        "kafka.boostrap.servers=a:1 | There is no setting kafka.boostrap.servers. Did you mean kafka.bootstrap.servers?",
        "kafka.consumer.max.pol.records=1 | There is no setting kafka.consumer.max.pol.records. Did you mean kafka.consumer.max.poll.records?",
        "kafka.processing.guarantee=at_least_once | The setting kafka.processing.guarantee cannot be set: only exactly_once_v2 loses nothing and doubles nothing.",
        "kafka.application.id=x | The setting kafka.application.id cannot be set: set application-id instead.",
      })
  void unknownNamesAndWrongValuesAreRefusedByName(String line, String sentence) throws IOException {
    Path file = file("wrong.properties", line);
    assertThatThrownBy(() -> ClassifierSettings.read(file, Map.of()))
        .isInstanceOf(SettingsException.class)
        .hasMessage(sentence);
  }

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1:0, 127.0.0.1, 0",
    "0.0.0.0:9090, 0.0.0.0, 9090",
    "[::1]:8080, ::1, 8080",
    "classifier.example.org:80, classifier.example.org, 80"
  })
  void theServiceListensOnTheConfiguredAddress(String address, String host, int port) {
    assertThat(
            ClassifierSettings.read(null, Map.of("TUNING_FORK_SERVICE_ADDRESS", address))
                .service()
                .address())
        .contains(InetSocketAddress.createUnresolved(host, port));
  }

  @Test
  void theServiceCanBeSwitchedOff() throws IOException {
    Path none = file("none.yaml", "service: {address: none}");
    assertThat(ClassifierSettings.read(none, Map.of()).service().address()).isEmpty();
    Path keeping = file("keeping.properties", "service.address=none\nservice.morphologies=true");
    assertThatThrownBy(() -> ClassifierSettings.read(keeping, Map.of()))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("address must not be none");
  }

  @Test
  void aSecretStaysInItsFileAndEveryClientReadsItThere() throws IOException {
    Path secrets = Files.createDirectory(folder.resolve("secrets"));
    Files.writeString(secrets.resolve("password"), "dark matter");
    Path file =
        file(
            "secret.yaml",
            """
            kafka:
              config.providers: directory
              config.providers.directory.class: org.apache.kafka.common.config.provider.DirectoryConfigProvider
              config.providers.directory.param.allowed.paths: %1$s
              sasl.jaas.config: module required password="${directory:%1$s:password}";
            """
                .formatted(secrets));
    ClassifierSettings settings = ClassifierSettings.read(file, Map.of());
    assertThat(settings.kafka().toString()).doesNotContain("dark matter");
    StreamsConfig config =
        new StreamsConfig(
            StreamsSettings.of(settings.withKafka("bootstrap.servers", "kafka:9092"), true));
    String expected = "module required password=\"dark matter\";";
    assertThat(config.getAdminConfigs("a")).containsEntry("sasl.jaas.config", expected);
    assertThat(config.getProducerConfigs("a")).containsEntry("sasl.jaas.config", expected);
    assertThat(config.getMainConsumerConfigs("g", "a", 0))
        .containsEntry("sasl.jaas.config", expected);
    assertThat(config.getRestoreConsumerConfigs("a")).containsEntry("sasl.jaas.config", expected);
  }

  @Test
  void theRegistrysPasswordCanBeInAFile() throws IOException {
    Path password = file("password", "hush\n");
    Path file =
        file(
            "registry.properties",
            """
            serialization=avro
            registry.url=https://registry:8081
            registry.username=me
            registry.password-file=%s
            registry.register=false
            """
                .formatted(password));
    ClassifierSettings settings = ClassifierSettings.read(file, Map.of());
    assertThat(settings.messages().serialization())
        .isEqualTo(ClassifierSettings.Serialization.AVRO);
    RegistrySettings registry = settings.messages().registry().orElseThrow();
    assertThat(registry.credentials()).contains(new RegistrySettings.UserPassword("me", "hush"));
    assertThat(registry.register()).isFalse();
    assertThat(ShownSettings.of(settings).toString() + settings).doesNotContain("hush");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "sasl.jaas.config",
        "ssl.key.password",
        "producer.ssl.keystore.password",
        "admin.ssl.truststore.password"
      })
  void everyKafkaSecretCanBeInAFile(String name) throws IOException {
    Path secret = file("secret", "hush; hush\n");
    Path file = file("kafka.properties", "kafka.%s-file=%s".formatted(name, secret));
    Map<String, String> variable =
        Map.of(
            "TUNING_FORK_KAFKA_" + name.toUpperCase(Locale.ROOT).replace('.', '_') + "_FILE",
            secret.toString());
    for (ClassifierSettings settings :
        List.of(ClassifierSettings.read(file, Map.of()), ClassifierSettings.read(null, variable))) {
      assertThat(settings.kafka()).containsExactly(Map.entry(name, "hush; hush"));
      assertThat(ShownSettings.of(settings).toString() + settings).doesNotContain("hush");
    }
    Path both =
        file("both.properties", "kafka.%1$s-file=%2$s\nkafka.%1$s=x".formatted(name, secret));
    assertThatThrownBy(() -> ClassifierSettings.read(both, Map.of()))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("set only one of them");
    Path empty = file("empty", "\n");
    Path none = file("none.properties", "kafka.%s-file=%s".formatted(name, empty));
    assertThatThrownBy(() -> ClassifierSettings.read(none, Map.of()))
        .isInstanceOf(SettingsException.class)
        .hasMessageEndingWith("is empty.");
  }

  @Test
  void onlySecretsCanBeInAFile() throws IOException {
    Path file = file("wrong.properties", "kafka.client.id-file=/etc/hostname");
    assertThatThrownBy(() -> ClassifierSettings.read(file, Map.of()))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("There is no setting kafka.client.id-file");
  }

  @Test
  void theKeyOfTheStoreCanBeInAFile() throws IOException {
    Path id = file("id", "me\n");
    Path secret = file("secret", "hush\n");
    Path file =
        file(
            "s3.properties",
            "fetch.s3.access-key-id-file=%s\nfetch.s3.secret-access-key-file=%s"
                .formatted(id, secret));
    assertThat(ClassifierSettings.read(file, Map.of()).pipeline().fetch().s3().credentials())
        .isEqualTo(new S3Settings.Credentials.KeyPair("me", "hush"));
  }

  @Test
  void probesAndConnectionsMayBeSet() throws IOException {
    Path file =
        file(
            "service.properties",
            """
            service.address=0.0.0.0:8080
            service.probe-address=0.0.0.0:8081
            service.hosts=Galaxies.example.org
            service.connections=100
            service.request-time=5s
            log.level=debug
            """);
    ClassifierSettings settings = ClassifierSettings.read(file, Map.of());
    assertThat(settings.service().probes())
        .contains(InetSocketAddress.createUnresolved("0.0.0.0", 8081));
    assertThat(settings.service().hosts()).containsExactly("Galaxies.example.org");
    assertThat(settings.service().connections())
        .isEqualTo(
            new ConnectionLimits(
                100, 50, Duration.ofSeconds(5), Duration.ofSeconds(75), Duration.ofSeconds(30)));
    assertThat(settings.logLevel()).isEqualTo(LogLevel.DEBUG);
    Path probesAlone = file("alone.properties", "service.address=none\nservice.probe-address=a:1");
    assertThatThrownBy(() -> ClassifierSettings.read(probesAlone, Map.of()))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("set address as well");
  }

  @Test
  void anUnknownVariableIsRefusedByName() {
    assertThatThrownBy(() -> ClassifierSettings.read(null, Map.of("TUNING_FORK_INPUT_TOPICS", "x")))
        .isInstanceOf(SettingsException.class)
        .hasMessage(
            "There is no setting TUNING_FORK_INPUT_TOPICS. Did you mean TUNING_FORK_INPUT_TOPIC?");
  }

  @Test
  void whatIsNoSettingsFileIsRefused() throws IOException {
    Path list = file("list.yaml", "just words");
    assertThatThrownBy(() -> ClassifierSettings.read(list, Map.of()))
        .isInstanceOf(SettingsException.class);
    Path broken = file("broken.yaml", "a: [1");
    assertThatThrownBy(() -> ClassifierSettings.read(broken, Map.of()))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("not valid YAML");
    Path missing = folder.resolve("missing.yaml");
    assertThatThrownBy(() -> ClassifierSettings.read(missing, Map.of()))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("missing.yaml");
    Path empty = file("empty.yaml", "");
    assertThat(ClassifierSettings.read(empty, Map.of()))
        .isEqualTo(ClassifierSettings.read(null, Map.of()));
  }

  @Test
  void kafkaStreamsGetsTheOperatorsSettingsAndKeepsItsPromises() {
    ClassifierSettings settings =
        ClassifierSettings.DEFAULT
            .withKafka("bootstrap.servers", "a:1")
            .withKafka("commit.interval.ms", "200")
            .withKafka("producer.compression.type", "lz4");
    var properties = StreamsSettings.of(settings, true);
    assertThat(properties)
        .containsEntry("bootstrap.servers", "a:1")
        .containsEntry("commit.interval.ms", "200")
        .containsEntry("producer.compression.type", "lz4")
        .containsEntry("processing.guarantee", StreamsConfig.EXACTLY_ONCE_V2)
        .containsEntry("group.protocol", "streams")
        .containsEntry("producer.transaction.timeout.ms", "20000");
    assertThat(new StreamsConfig(properties)).isNotNull();
  }

  @Test
  void aRequestToABrokerThatLostPowerIsSentAgainWithinItsTransaction() {
    ClassifierSettings settings = ClassifierSettings.DEFAULT.withKafka("bootstrap.servers", "a:1");
    StreamsConfig config = new StreamsConfig(StreamsSettings.of(settings, true));
    int transaction = Integer.parseInt("" + config.getProducerConfigs("a").get(TRANSACTION));

    assertThat(config.getProducerConfigs("a")).hasEntrySatisfying(REQUEST, within(transaction));
    assertThat(config.getMainConsumerConfigs("g", "a", 0))
        .hasEntrySatisfying(REQUEST, within(transaction));
    assertThat(config.getRestoreConsumerConfigs("a"))
        .hasEntrySatisfying(REQUEST, within(transaction));
    assertThat(config.getAdminConfigs("a"))
        .as("of the admin client, which looks at no shorter time")
        .hasEntrySatisfying("default.api.timeout.ms", within(transaction));
    assertThat(
            new StreamsConfig(StreamsSettings.of(settings.withKafka(REQUEST, "25000"), true))
                .getProducerConfigs("a"))
        .as("the operator's own")
        .containsEntry(REQUEST, "25000");
  }

  @Test
  void aWholeResponseFitsTheTimeOfARequestOnASlowLink() {
    ClassifierSettings settings = ClassifierSettings.DEFAULT.withKafka("bootstrap.servers", "a:1");
    StreamsConfig config = new StreamsConfig(StreamsSettings.of(settings, true));
    for (var consumer :
        List.of(
            config.getMainConsumerConfigs("g", "a", 0), config.getRestoreConsumerConfigs("a"))) {
      int bytes = Integer.parseInt("" + consumer.get("fetch.max.bytes"));
      int millis = Integer.parseInt("" + consumer.get(REQUEST));
      assertThat(bytes * 1_000L / millis).as("bytes a second").isBetween(100_000L, 1_250_000L);
    }
    for (String name : List.of("fetch.max.bytes", "consumer.fetch.max.bytes")) {
      assertThat(
              new StreamsConfig(StreamsSettings.of(settings.withKafka(name, "52428800"), true))
                  .getMainConsumerConfigs("g", "a", 0))
          .as("the operator's own")
          .containsEntry("fetch.max.bytes", "52428800");
    }
  }

  private static Consumer<Object> within(int transaction) {
    return value -> assertThat(Integer.parseInt("" + value)).isBetween(1, transaction / 2 - 1);
  }

  @Test
  void aTransactionMustOutlastTheLedgersPatience() {
    ClassifierSettings hasty =
        ClassifierSettings.DEFAULT.withKafka("producer.transaction.timeout.ms", "9999");
    assertThatThrownBy(() -> StreamsSettings.of(hasty, true))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("at least twice ledger.patience, which is 5000 ms");
  }

  @Test
  void secretsAreNotShown() {
    assertThat(
            ClassifierSettings.DEFAULT.withKafka("sasl.jaas.config", "password=hunter2").toString())
        .doesNotContain("hunter2")
        .contains("sasl.jaas.config");
  }

  private Path file(String name, String content) throws IOException {
    return Files.writeString(folder.resolve(name), content);
  }
}
