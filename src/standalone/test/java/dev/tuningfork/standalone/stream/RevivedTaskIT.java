package dev.tuningfork.standalone.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tuningfork.classifier.batch.ImageClassifier;
import dev.tuningfork.classifier.batch.ImageOrigin;
import dev.tuningfork.classifier.batch.Outcome;
import dev.tuningfork.classifier.message.FailureKind;
import dev.tuningfork.classifier.message.MessageFormat;
import dev.tuningfork.classifier.message.Stage;
import dev.tuningfork.classifier.metrics.ClassifierMetrics;
import dev.tuningfork.classifier.stream.ClassifierTopology;
import dev.tuningfork.classifier.stream.LedgerSettings;
import dev.tuningfork.classifier.stream.Topics;
import dev.tuningfork.classifier.stream.Transactions;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.KafkaClientSupplier;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A commit times out, Kafka Streams revives the tasks, and their ledgers are worked off before the
 * consumer gets a record; then a commit times out again. Up to Kafka 4.3, a revived task that
 * forwarded before it had processed a record committed the offsets of its earlier life, and the
 * second time-out made the consumer skip everything in between.
 */
class RevivedTaskIT {

  private static final int GALAXIES = 5_000;
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  /** So small that most of what is polled waits in the task when the commit fails. */
  private static final LedgerSettings SMALL =
      new LedgerSettings(
          100,
          LedgerSettings.DEFAULT.windowBytes(),
          400,
          Duration.ofMillis(500),
          Duration.ofSeconds(5),
          Duration.ofMillis(50),
          Duration.ofMillis(100),
          LedgerSettings.DEFAULT.largestRecord());

  @TempDir Path folder;

  @Test
  void aSecondTimeoutBeforeTheFirstRecordLosesAndDoublesNothing() throws Exception {
    try (Observatory observatory = new Observatory(folder);
        SlowClassifier classifier = new SlowClassifier()) {
      observatory.publish(0, GALAXIES);
      FaultyClients clients = new FaultyClients();
      try (KafkaStreams streams =
          new KafkaStreams(
              ClassifierTopology.of(
                  Topics.DEFAULT,
                  classifier,
                  MessageFormat.JSON,
                  SMALL,
                  new Transactions(ClassifierMetrics.noop(), 1),
                  ClassifierMetrics.noop(),
                  Optional.empty()),
              settings(observatory),
              clients)) {
        streams.start();
        assertThat(clients.failedTwice.await(PATIENCE.toSeconds(), TimeUnit.SECONDS))
            .as("both faults happened")
            .isTrue();
        observatory.awaitCommitted(GALAXIES, PATIENCE);
      }
      observatory.requireOneOutcomeEach(GALAXIES);
    }
  }

  private Properties settings(Observatory observatory) throws IOException {
    Properties settings = new Properties();
    settings.put(StreamsConfig.APPLICATION_ID_CONFIG, "revived");
    settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, observatory.broker.bootstrapServers());
    settings.put(StreamsConfig.STATE_DIR_CONFIG, folder.resolve("state").toString());
    settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    settings.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, "200");
    settings.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, "0");
    return settings;
  }

  /** Answers each image a little later, with a failure, which is an outcome as any other. */
  private static final class SlowClassifier implements ImageClassifier, AutoCloseable {

    private final ScheduledExecutorService later = Executors.newSingleThreadScheduledExecutor();

    @Override
    public Optional<CompletableFuture<Outcome>> submit(ImageOrigin origin) {
      CompletableFuture<Outcome> outcome = new CompletableFuture<>();
      later.schedule(
          () ->
              outcome.complete(
                  new Outcome.Failed(
                      Stage.FETCH, FailureKind.TRANSIENT, 1, new IOException("The host is away."))),
          40,
          TimeUnit.MILLISECONDS);
      return Optional.of(outcome);
    }

    @Override
    public void close() {
      later.shutdownNow();
    }
  }

  /**
   * Kafka's own clients with two faults. The commit of the third transaction times out; from then
   * on the consumer gets nothing. The next transaction holds only what the revived tasks' ledgers
   * gave. Its commit times out too, and then the consumer gets records again.
   *
   * <p>All transactions are those of the one stream thread.
   */
  private static final class FaultyClients implements KafkaClientSupplier {

    private static final int FIRST = 3;
    private static final int SECOND = FIRST + 1;

    final CountDownLatch failedTwice = new CountDownLatch(1);
    private int transactions;
    private int failedIn;

    @Override
    public Admin getAdmin(Map<String, Object> config) {
      return Admin.create(config);
    }

    @Override
    public Producer<byte[], byte[]> getProducer(Map<String, Object> config) {
      return new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer()) {
        @Override
        public void beginTransaction() {
          super.beginTransaction();
          transactions++;
        }

        @Override
        public void commitTransaction() {
          if ((transactions == FIRST || transactions == SECOND) && failedIn != transactions) {
            failedIn = transactions;
            if (transactions == SECOND) {
              failedTwice.countDown();
            }
            throw new TimeoutException("The coordinator is silent.");
          }
          super.commitTransaction();
        }
      };
    }

    @Override
    public Consumer<byte[], byte[]> getConsumer(Map<String, Object> config) {
      return new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer()) {
        @Override
        public ConsumerRecords<byte[], byte[]> poll(Duration atMost) {
          if (failedIn == FIRST) {
            LockSupport.parkNanos(atMost.toNanos());
            return ConsumerRecords.empty();
          }
          return super.poll(atMost);
        }
      };
    }

    @Override
    public Consumer<byte[], byte[]> getRestoreConsumer(Map<String, Object> config) {
      return new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    @Override
    public Consumer<byte[], byte[]> getGlobalConsumer(Map<String, Object> config) {
      return getRestoreConsumer(config);
    }
  }
}
