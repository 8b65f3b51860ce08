package dev.tuningfork.classifier.stream;

import static dev.tuningfork.classifier.stream.ExpansionProcessor.GALAXIES;
import static dev.tuningfork.classifier.stream.ExpansionProcessor.OUTCOMES;
import static dev.tuningfork.classifier.stream.LedgerProcessor.DEAD_LETTERS;
import static dev.tuningfork.classifier.stream.LedgerProcessor.LEDGER;
import static dev.tuningfork.classifier.stream.LedgerProcessor.MORPHOLOGIES;
import static dev.tuningfork.classifier.stream.LedgerProcessor.PROGRESS;

import dev.tuningfork.classifier.batch.ImageClassifier;
import dev.tuningfork.classifier.message.MessageFormat;
import dev.tuningfork.classifier.metrics.ClassifierMetrics;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.AutoOffsetReset;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.TimestampExtractor;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.state.KeyValueBytesStoreSupplier;
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
 *
 * <p>With survey images, their galaxies are references too. They come from a second part, which
 * learns what became of them:
 *
 * <pre>{@code
 * survey images ─► expand ─► (survey galaxies) ─► classify ─► (survey progress) ─► expand
 *                    └─► survey outcomes, dead letters
 * }</pre>
 *
 * <p>Without them, the topology and the names of its internal topics are those of a classifier that
 * knows no survey images. With them, these names stay the same, so that ledgers are kept.
 */
public final class ClassifierTopology {

  /** Producers of other makes may send a record without a time, which must not stop the stream. */
  private static final TimestampExtractor TIME_OF_RECORD =
      (record, streamTime) ->
          record.timestamp() < 0 ? System.currentTimeMillis() : record.timestamp();

  private static final ByteArraySerializer BYTES = new ByteArraySerializer();

  private ClassifierTopology() {}

  /**
   * Names the nodes and ties them together.
   *
   * @param classifier shared by all tasks; not closed by them
   * @param format in which references are read and morphologies written
   * @param transactions those of the stream threads that run this topology: it supplies their
   *     clients
   * @param survey empty where no survey images are read
   */
  public static Topology of(
      Topics topics,
      ImageClassifier classifier,
      MessageFormat format,
      LedgerSettings settings,
      Transactions transactions,
      ClassifierMetrics metrics,
      Optional<SurveyImages> survey) {
    OpenTasks tasks = new OpenTasks();
    String[] inputs =
        Stream.concat(Stream.of(topics.input()), survey.map(of -> of.topics().galaxies()).stream())
            .toArray(String[]::new);
    Topology topology =
        source(new Topology(), "references", inputs)
            .addProcessor(
                "classify",
                supplier(
                    () ->
                        new LedgerProcessor(
                            classifier, format, settings, tasks, transactions, metrics, survey),
                    Set.of(ledger(settings))),
                "references")
            .addSink(MORPHOLOGIES, topics.output(), BYTES, BYTES, "classify")
            .addSink(DEAD_LETTERS, topics.deadLetters(), BYTES, BYTES, "classify");
    survey.ifPresent(of -> add(topology, of, topics, format, settings, transactions, metrics));
    return topology;
  }

  private static void add(
      Topology topology,
      SurveyImages survey,
      Topics topics,
      MessageFormat format,
      LedgerSettings settings,
      Transactions transactions,
      ClassifierMetrics metrics) {
    SurveyTopics own = survey.topics();
    topology.addSink(
        PROGRESS,
        own.progress(),
        Publication.SERIALIZER,
        Progress.SERIALIZER,
        Publication.PARTITIONER,
        "classify");
    source(topology, "survey-images", own.input(), own.progress())
        .addProcessor(
            "expand",
            supplier(
                () -> new ExpansionProcessor(survey, format, settings, transactions, metrics),
                Set.of(messages(settings), expansions(settings))),
            "survey-images")
        .addSink(
            GALAXIES, own.galaxies(), GalaxyKey.SERIALIZER, BYTES, GalaxyKey.PARTITIONER, "expand")
        .addSink(OUTCOMES, own.outcomes(), BYTES, BYTES, "expand")
        .addSink(ExpansionProcessor.DEAD_LETTERS, topics.deadLetters(), BYTES, BYTES, "expand");
  }

  private static Topology source(Topology topology, String name, String... topics) {
    var bytes = new ByteArrayDeserializer();
    return topology.addSource(
        AutoOffsetReset.earliest(), name, TIME_OF_RECORD, bytes, bytes, topics);
  }

  private static ProcessorSupplier<byte[], byte[], Object, Object> supplier(
      Supplier<Processor<byte[], byte[], Object, Object>> processor, Set<StoreBuilder<?>> stores) {
    return new ProcessorSupplier<>() {
      @Override
      public Processor<byte[], byte[], Object, Object> get() {
        return processor.get();
      }

      @Override
      public Set<StoreBuilder<?>> stores() {
        return stores;
      }
    };
  }

  /**
   * In memory, with a changelog that compacts in good time: each galaxy leaves a record and a
   * tombstone behind, and a restore must not read a day of them. Tombstones stay for ten minutes,
   * which is how far a standby may lag.
   */
  private static StoreBuilder<?> ledger(LedgerSettings settings) {
    return store(Stores.inMemoryKeyValueStore(LEDGER), LedgerEntry.SERDE, settings);
  }

  /** On disk: a backlog of survey images that list their galaxies themselves is large. */
  private static StoreBuilder<?> messages(LedgerSettings settings) {
    return store(
        Stores.persistentKeyValueStore(ExpansionProcessor.MESSAGES), LedgerEntry.SERDE, settings);
  }

  private static StoreBuilder<?> expansions(LedgerSettings settings) {
    return store(
        Stores.inMemoryKeyValueStore(ExpansionProcessor.EXPANSIONS), Expansion.SERDE, settings);
  }

  private static <V> StoreBuilder<?> store(
      KeyValueBytesStoreSupplier store, Serde<V> values, LedgerSettings settings) {
    return Stores.keyValueStoreBuilder(store, Serdes.Long(), values)
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
