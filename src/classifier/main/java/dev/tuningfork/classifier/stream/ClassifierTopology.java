package dev.tuningfork.classifier.stream;

import static dev.tuningfork.classifier.stream.LedgerProcessor.DEAD_LETTERS;
import static dev.tuningfork.classifier.stream.LedgerProcessor.LEDGER;
import static dev.tuningfork.classifier.stream.LedgerProcessor.MORPHOLOGIES;

import dev.tuningfork.classifier.batch.ImageClassifier;
import dev.tuningfork.classifier.message.MessageFormat;
import dev.tuningfork.classifier.metrics.ClassifierMetrics;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.AutoOffsetReset;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.TimestampExtractor;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/**
 * The topology, as a value: references in; morphologies and dead letters out; between them the
 * ledger.
 *
 * <pre>{@code
 * references ─► classify ─┬─► morphologies
 *               (ledger)  └─► dead-letters
 * }</pre>
 */
public final class ClassifierTopology {

  /** Producers of other makes may send a record without a time, which must not stop the stream. */
  private static final TimestampExtractor TIME_OF_RECORD =
      (record, streamTime) ->
          record.timestamp() < 0 ? System.currentTimeMillis() : record.timestamp();

  private ClassifierTopology() {}

  /**
   * Names the nodes and ties them together.
   *
   * @param classifier shared by all tasks; not closed by them
   * @param format in which references are read and morphologies written
   * @param transactions those of the stream threads that run this topology: it supplies their
   *     clients
   */
  public static Topology of(
      Topics topics,
      ImageClassifier classifier,
      MessageFormat format,
      LedgerSettings settings,
      Transactions transactions,
      ClassifierMetrics metrics) {
    OpenTasks tasks = new OpenTasks();
    var bytes = new ByteArrayDeserializer();
    var toBytes = new ByteArraySerializer();
    return new Topology()
        .addSource(
            AutoOffsetReset.earliest(), "references", TIME_OF_RECORD, bytes, bytes, topics.input())
        .addProcessor(
            "classify",
            new ProcessorSupplier<byte[], byte[], byte[], byte[]>() {
              @Override
              public Processor<byte[], byte[], byte[], byte[]> get() {
                return new LedgerProcessor(
                    classifier, format, settings, tasks, transactions, metrics);
              }

              @Override
              public Set<StoreBuilder<?>> stores() {
                return Set.of(ledger(settings));
              }
            },
            "references")
        .addSink(MORPHOLOGIES, topics.output(), toBytes, toBytes, "classify")
        .addSink(DEAD_LETTERS, topics.deadLetters(), toBytes, toBytes, "classify");
  }

  /**
   * In memory, with a changelog that compacts in good time: each galaxy leaves a record and a
   * tombstone behind, and a restore must not read a day of them. Tombstones stay for ten minutes,
   * which is how far a standby may lag.
   */
  private static StoreBuilder<?> ledger(LedgerSettings settings) {
    return Stores.keyValueStoreBuilder(
            Stores.inMemoryKeyValueStore(LEDGER), Serdes.Long(), LedgerEntry.SERDE)
        .withCachingDisabled()
        .withLoggingEnabled(
            Map.of(
                TopicConfig.SEGMENT_BYTES_CONFIG, "16777216",
                TopicConfig.SEGMENT_MS_CONFIG, "600000",
                TopicConfig.MIN_CLEANABLE_DIRTY_RATIO_CONFIG, "0.1",
                TopicConfig.MAX_COMPACTION_LAG_MS_CONFIG, "600000",
                TopicConfig.DELETE_RETENTION_MS_CONFIG, "600000",
                TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG, "LogAppendTime",
                TopicConfig.MAX_MESSAGE_BYTES_CONFIG, "" + settings.largestMessage()));
  }
}
