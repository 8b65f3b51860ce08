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
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.processor.internals.DefaultKafkaClientSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Commits are slow, as where replicas are far away, and the classifier is fast. A backlog then
 * needs many galaxies in each commit.
 */
class SlowCommitIT {

  private static final int GALAXIES = 4_000;
  private static final Duration A_COMMIT = Duration.ofMillis(150);
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  /** Without a limit on prompt commits it is one. */
  private static final int GALAXIES_IN_A_COMMIT = 100;

  @TempDir Path folder;

  @Test
  void aBacklogIsNotCommittedInSmallPieces() throws Exception {
    try (Observatory observatory = new Observatory(folder)) {
      observatory.publish(0, GALAXIES);
      SlowCommits clients = new SlowCommits();
      try (KafkaStreams streams =
          new KafkaStreams(
              ClassifierTopology.of(
                  Topics.DEFAULT,
                  new InstantClassifier(),
                  MessageFormat.JSON,
                  LedgerSettings.DEFAULT,
                  new Transactions(ClassifierMetrics.noop(), 1),
                  ClassifierMetrics.noop(),
                  Optional.empty()),
              settings(observatory),
              clients)) {
        streams.start();
        observatory.awaitCommitted(GALAXIES, PATIENCE);
      }
      observatory.requireOneOutcomeEach(GALAXIES);
      assertThat(clients.commits.get()).isLessThan(GALAXIES / GALAXIES_IN_A_COMMIT);
    }
  }

  private Properties settings(Observatory observatory) {
    Properties settings = new Properties();
    settings.put(StreamsConfig.APPLICATION_ID_CONFIG, "slow-commits");
    settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, observatory.broker.bootstrapServers());
    settings.put(StreamsConfig.STATE_DIR_CONFIG, folder.resolve("state").toString());
    settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    settings.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, "1000");
    settings.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, "0");
    return settings;
  }

  /** Has each outcome at once: a failure, which is an outcome as any other. */
  private static final class InstantClassifier implements ImageClassifier {

    @Override
    public Optional<CompletableFuture<Outcome>> submit(ImageOrigin origin) {
      return Optional.of(
          CompletableFuture.completedFuture(
              new Outcome.Failed(
                  Stage.FETCH, FailureKind.TRANSIENT, 1, new IOException("The host is away."))));
    }
  }

  private static final class SlowCommits extends DefaultKafkaClientSupplier {

    final AtomicInteger commits = new AtomicInteger();

    @Override
    public Producer<byte[], byte[]> getProducer(Map<String, Object> config) {
      return new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer()) {
        @Override
        public void commitTransaction() {
          LockSupport.parkNanos(A_COMMIT.toNanos());
          commits.incrementAndGet();
          super.commitTransaction();
        }
      };
    }
  }
}
