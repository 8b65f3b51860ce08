package dev.tuningfork.standalone.stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tuningfork.classifier.ClassifierApplication;
import dev.tuningfork.classifier.ClassifierSettings;
import dev.tuningfork.classifier.service.ServiceSettings;
import dev.tuningfork.classifier.setting.SettingsException;
import dev.tuningfork.classifier.stream.LedgerSettings;
import dev.tuningfork.classifier.stream.Topics;
import dev.tuningfork.model.MorphologyModel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerInterceptor;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an operator sees of a running classifier. */
class ServiceIT {

  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final InetSocketAddress ANY_PORT =
      InetSocketAddress.createUnresolved("127.0.0.1", 0);

  private static final Header TRACE =
      new RecordHeader(
          "traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".getBytes(UTF_8));

  @TempDir Path folder;

  @Test
  void theFiguresAreThoseOfWhatWasDoneAndTracesGoOn() throws Exception {
    int galaxies = 300;
    try (Observatory observatory = new Observatory(folder);
        MorphologyModel model = observatory.model();
        var classifier = ClassifierApplication.start(served(observatory.settings()), model);
        var service = new ServiceClient(classifier.servicePort().orElseThrow())) {
      observatory.publish(0, galaxies);
      observatory.publishRaw("bad", "{", TRACE);
      observatory.publishRaw("traced", observatory.reference("traced"), TRACE);
      observatory.awaitCommitted(galaxies + 2, PATIENCE);
      assertThat(observatory.headers.get("traced").toArray()).containsExactly(TRACE);
      assertThat(observatory.headers.get("bad").headers("traceparent")).containsExactly(TRACE);

      await("the measures of what was committed")
          .atMost(PATIENCE)
          .untilAsserted(
              () ->
                  assertThat(service.metrics())
                      .containsEntry("tuning_fork_ledger_galaxies", 0.0)
                      .containsEntry("tuning_fork_oldest_galaxy_age_seconds", 0.0));
      Map<String, Double> metrics = service.metrics();
      assertThat(metrics)
          .containsEntry("tuning_fork_morphologies_total", galaxies + 1.0)
          .containsEntry(
              "tuning_fork_dead_letters_total{kind=\"permanent\",stage=\"decode-message\"}", 1.0)
          .containsEntry("tuning_fork_dead_letters_total{kind=\"transient\",stage=\"fetch\"}", 0.0)
          .containsEntry("tuning_fork_galaxy_seconds_count", galaxies + 2.0)
          .containsEntry("tuning_fork_stage_seconds_count{stage=\"fetch\"}", galaxies + 1.0)
          .containsEntry("tuning_fork_stage_seconds_count{stage=\"decode-image\"}", galaxies + 1.0)
          .containsEntry("tuning_fork_stage_seconds_count{stage=\"wait\"}", galaxies + 1.0)
          .containsEntry(
              "tuning_fork_stage_seconds_count{stage=\"infer\"}", (double) classifier.batches())
          .containsEntry("tuning_fork_batch_images_sum", galaxies + 1.0)
          .containsEntry("tuning_fork_batch_images_count", (double) classifier.batches())
          .containsEntry("tuning_fork_ledger_window_galaxies", 4_000.0)
          .containsEntry("tuning_fork_stream_thread_deaths_total", 0.0)
          .containsEntry("tuning_fork_live", 1.0)
          .containsEntry("tuning_fork_ready", 1.0);
      assertThat(metrics.get("tuning_fork_stage_seconds_count{stage=\"commit\"}")).isPositive();
      assertThat(metrics.get("tuning_fork_stage_seconds_sum{stage=\"fetch\"}")).isPositive();
      assertThat(metrics.keySet())
          .anyMatch(name -> name.startsWith("tuning_fork_stage_seconds_bucket{stage=\"infer\",le="))
          .anyMatch(name -> name.startsWith("tuning_fork_info{") && name.contains("model=\"tiny\""))
          .anyMatch(name -> name.startsWith("kafka_stream_thread_process_total"))
          .anyMatch(name -> name.startsWith("kafka_consumer_fetch_manager_records_consumed_total"))
          .anyMatch(name -> name.startsWith("jvm_memory_used_bytes"));
    }
  }

  /** Holds up a restore: Kafka's restore consumer hands out nothing until this opens. */
  public static final class Gate implements ConsumerInterceptor<byte[], byte[]> {
    static final CountDownLatch OPEN = new CountDownLatch(1);

    @Override
    public ConsumerRecords<byte[], byte[]> onConsume(ConsumerRecords<byte[], byte[]> records) {
      NothingLostIT.hang(OPEN);
      return records;
    }

    @Override
    public void onCommit(Map<TopicPartition, OffsetAndMetadata> offsets) {}

    @Override
    public void configure(Map<String, ?> settings) {}

    @Override
    public void close() {}
  }

  @Test
  void aClassifierIsReadyOnceItsLedgersAreRestored() throws Exception {
    int galaxies = 500;
    CountDownLatch never = new CountDownLatch(1);
    try (Observatory observatory = new Observatory(folder)) {
      observatory.publish(0, galaxies);
      try (MorphologyModel hanging =
              new ModelWrapper(observatory.model(), () -> NothingLostIT.hang(never));
          var _ = ClassifierApplication.start(withState(observatory.settings(), "old"), hanging)) {
        await("all to be taken").atMost(PATIENCE).until(() -> observatory.taken() == galaxies);
      }
      ClassifierSettings gated =
          served(withState(observatory.settings(), "new"))
              .withKafka("restore.consumer.interceptor.classes", Gate.class.getName());
      try (MorphologyModel model = observatory.model();
          var classifier = ClassifierApplication.start(gated, model);
          var service = new ServiceClient(classifier.servicePort().orElseThrow())) {
        await("the restore")
            .atMost(PATIENCE)
            .untilAsserted(
                () ->
                    assertThat(service.json("/health/ready").at("/checks/1/reason").asText())
                        .matches(
                            "[1-4] ledgers are being restored; \\d+ records are left to read\\."));
        assertThat(service.get("/health/ready").statusCode()).isEqualTo(503);
        assertThat(service.get("/health/started").statusCode()).isEqualTo(200);
        assertThat(service.get("/health/live").statusCode()).isEqualTo(200);
        assertThat(service.metrics())
            .containsEntry("tuning_fork_ready", 0.0)
            .containsEntry("tuning_fork_live", 1.0);
        Gate.OPEN.countDown();
        await("the end of the restore")
            .atMost(PATIENCE)
            .until(() -> service.get("/health/ready").statusCode() == 200);
        JsonNode ready = service.json("/health/ready");
        assertThat(ready.get("status").asText()).isEqualTo("up");
        assertThat(ready.at("/checks/0/reason").asText())
            .isEqualTo("tiny 1 on cpu is loaded and warmed.");
        observatory.awaitCommitted(galaxies, PATIENCE);
      }
      observatory.requireOneOutcomeEach(galaxies);
    }
  }

  @Test
  void aStartWaitsForKafkaAndMeanwhileLives() throws Exception {
    int port = freePort();
    var address = InetSocketAddress.createUnresolved("127.0.0.1", port);
    try (Observatory observatory = new Observatory(folder);
        MorphologyModel model = observatory.model();
        ExecutorService starts = Executors.newSingleThreadExecutor();
        var service = new ServiceClient(port)) {
      observatory.broker.stop();
      ClassifierSettings settings =
          observatory
              .settings()
              .with(ServiceSettings.ADDRESS, Optional.of(address))
              .withKafka("request.timeout.ms", "500")
              .withKafka("default.api.timeout.ms", "500");
      Future<ClassifierApplication> start =
          starts.submit(() -> ClassifierApplication.startWhenReachable(settings, model));
      await("the probes")
          .ignoreExceptions()
          .atMost(PATIENCE)
          .until(() -> service.get("/health/started").statusCode() == 200);
      assertThat(service.get("/health/live").statusCode()).isEqualTo(200);
      assertThat(service.get("/health/ready").statusCode()).isEqualTo(503);
      assertThat(service.json("/health/ready").at("/checks/1/reason").asText())
          .startsWith("Kafka did not answer at 127.0.0.1:")
          .endsWith(" The classifier waits.");
      assertThat(service.metrics())
          .containsEntry("tuning_fork_ready", 0.0)
          .containsEntry("tuning_fork_live", 1.0);
      assertThat(start.isDone()).isFalse();

      observatory.broker.restart();
      try (ClassifierApplication classifier = start.get()) {
        assertThat(classifier.awaitRunning(PATIENCE)).isTrue();
        await("readiness")
            .ignoreExceptions()
            .atMost(PATIENCE)
            .until(() -> service.get("/health/ready").statusCode() == 200);
        observatory.publish(0, 10);
        observatory.awaitCommitted(10, PATIENCE);
      }
      observatory.requireOneOutcomeEach(10);
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return free.getLocalPort();
    }
  }

  @Test
  void streamThreadsThatKeepDyingAreNotLive() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    try (Observatory observatory = new Observatory(folder);
        MorphologyModel hanging =
            new ModelWrapper(observatory.model(), () -> NothingLostIT.hang(never));
        var classifier =
            ClassifierApplication.start(hasty(served(observatory.settings())), hanging);
        var service = new ServiceClient(classifier.servicePort().orElseThrow())) {
      assertThat(classifier.awaitRunning(PATIENCE)).isTrue();
      assertThat(service.get("/health/live").statusCode()).isEqualTo(200);
      observatory.publish(0, 100);
      await("the classifier to give up")
          .dontCatchUncaughtExceptions()
          .atMost(PATIENCE)
          .until(() -> service.get("/health/live").statusCode() == 503);
      JsonNode live = service.json("/health/live");
      assertThat(live.get("status").asText()).isEqualTo("down");
      assertThat(live.at("/checks/1/reason").asText())
          .startsWith("The classifier has failed:")
          .endsWith("Nothing is lost; restart it.");
      assertThat(service.get("/health/ready").statusCode()).isEqualTo(503);
      assertThat(service.get("/health/started").statusCode()).isEqualTo(200);
      assertThat(service.metrics())
          .containsEntry("tuning_fork_live", 0.0)
          .containsEntry("tuning_fork_stream_thread_deaths_total", 6.0);
    }
  }

  @Test
  void theServiceReportsWhatRunsWithoutSecrets() throws Exception {
    try (Observatory observatory = new Observatory(folder);
        MorphologyModel model = observatory.model();
        var classifier =
            ClassifierApplication.start(
                served(observatory.settings())
                    .withKafka("sasl.jaas.config", "org.example.Login password=\"hunter2\";")
                    .withKafka("producer.ssl.key.password", "hunter3")
                    .withKafka("commit.interval.ms", "200"),
                model);
        var service = new ServiceClient(classifier.servicePort().orElseThrow())) {
      JsonNode info = service.json("/info");
      assertThat(info.at("/model/name").asText()).isEqualTo("tiny");
      assertThat(info.at("/model/sha256").asText()).hasSize(64);
      assertThat(info.at("/tree/id").asText()).isEqualTo("gz2");
      assertThat(info.get("device").asText()).isEqualTo("cpu");
      assertThat(info.at("/forms/float32").asText()).isEqualTo("works");
      assertThat(info.at("/forms/bfloat16").asText())
          .matches("works|does not work: .*bf16 path needs the cpu support.*");
      assertThat(info.at("/topics/input").asText()).isEqualTo(Topics.DEFAULT.input());
      JsonNode settings = info.get("settings");
      assertThat(settings.get("ledger.window").asInt()).isEqualTo(1_000);
      assertThat(settings.get("kafka.commit.interval.ms").asText()).isEqualTo("200");
      assertThat(settings.get("kafka.sasl.jaas.config").asText()).isEqualTo("***");
      assertThat(info.toString()).doesNotContain("hunter");

      assertThat(service.get("/topology").body())
          .contains("Processor: classify (stores: [ledger])");
      HttpResponse<String> nowhere = service.get("/nowhere");
      assertThat(nowhere.statusCode()).isEqualTo(404);
      assertThat(nowhere.body()).startsWith("{\"error\":\"There is nothing here.");
      assertThat(nowhere.headers().firstValue("x-content-type-options")).contains("nosniff");
      assertThat(nowhere.headers().map()).doesNotContainKey("access-control-allow-origin");
      HttpResponse<String> post = service.send("POST", "/info");
      assertThat(post.statusCode()).isEqualTo(405);
      assertThat(post.headers().firstValue("allow")).contains("GET, HEAD");
      HttpResponse<String> head = service.send("HEAD", "/health/live");
      assertThat(head.statusCode()).isEqualTo(200);
      assertThat(head.body()).isEmpty();
      assertThat(service.get("/v1/morphologies/1").statusCode()).isEqualTo(501);
    }
  }

  @Test
  void anAddressThatIsTakenIsRefusedWithASentence() throws Exception {
    try (Observatory observatory = new Observatory(folder);
        MorphologyModel model = observatory.model();
        ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      var address = InetSocketAddress.createUnresolved("127.0.0.1", taken.getLocalPort());
      ClassifierSettings settings =
          observatory.settings().with(ServiceSettings.ADDRESS, Optional.of(address));
      assertThatThrownBy(() -> ClassifierApplication.start(settings, model))
          .isInstanceOf(SettingsException.class)
          .hasMessageContaining("The service cannot listen on 127.0.0.1:" + taken.getLocalPort())
          .hasMessageContaining("service.address");
    }
  }

  private static ClassifierSettings served(ClassifierSettings settings) {
    return settings.with(ServiceSettings.ADDRESS, Optional.of(ANY_PORT));
  }

  /** So that a task soon fails when its model hangs. */
  private static ClassifierSettings hasty(ClassifierSettings settings) {
    return settings
        .with(LedgerSettings.WINDOW, 1)
        .with(LedgerSettings.OVERSHOOT, 1)
        .with(LedgerSettings.ROOM_WAIT, Duration.ofMillis(5))
        .with(LedgerSettings.PATIENCE, Duration.ofMillis(10));
  }

  private ClassifierSettings withState(ClassifierSettings settings, String name) {
    return settings.withKafka("state.dir", folder.resolve(name).toString());
  }
}
