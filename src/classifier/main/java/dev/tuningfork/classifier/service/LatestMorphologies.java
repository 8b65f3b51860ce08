package dev.tuningfork.classifier.service;

import dev.tuningfork.classifier.message.MessageException;
import dev.tuningfork.classifier.message.MessageFormat;
import dev.tuningfork.classifier.message.SchemaUnavailableException;
import java.time.Duration;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KeyQueryMetadata;
import org.apache.kafka.streams.StoreQueryParameters;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.InvalidStateStoreException;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.state.HostInfo;
import org.apache.kafka.streams.state.QueryableStoreTypes;
import org.apache.kafka.streams.state.Stores;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The latest morphology of each object: the output topic as a table, on disk, a share of its
 * partitions on each instance.
 *
 * <p>It is a Kafka Streams application of its own beside the classifier's, and not a store in the
 * classifier's topology, because
 *
 * <ul>
 *   <li>the output topic is partitioned by the object, while the ledger's task has the partition of
 *       the input, whose key may be another or none;
 *   <li>a store under {@code exactly_once_v2} is thrown away after a crash and restored from its
 *       beginning, and a ledger must not wait for that;
 *   <li>nothing here can hold up, slow down or end the classifier: it has a thread, a group and
 *       offsets of its own, writes to no topic, and may be switched on and off while other
 *       instances run.
 * </ul>
 *
 * <p>It costs one more reader of the output topic and no changelog: the topic itself is what the
 * store is restored from. Where that is compacted, every object is found for ever; where it is not,
 * an instance that comes without a disk finds what the topic's retention has kept. Memory and disk
 * have the limits of {@link RocksDbLimits}. Only committed morphologies are seen, about a second
 * after their commit.
 *
 * <p>The group uses the classic protocol whatever the classifier's uses: under the streams protocol
 * {@link KafkaStreams#queryMetadataForKey} may name a wrong partition while members come and go
 * (KAFKA-20887), and an object would seem unknown.
 *
 * <p>Safe for use by many threads at once, but for {@link #start} and {@link #close}.
 */
public final class LatestMorphologies implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(LatestMorphologies.class);
  private static final String STORE = "latest-morphologies";
  private static final Duration CLOSING = Duration.ofSeconds(10);

  /** What is known of an object. */
  sealed interface Answer {
    /** The message, as JSON. */
    @SuppressWarnings("ArrayRecordComponent") // sent and forgotten, never compared
    record Found(byte[] json) implements Answer {}

    record Unknown() implements Answer {}

    /** The topic holds what is not a morphology. */
    record Unreadable(String reason) implements Answer {}

    /** Another instance holds it. */
    record Elsewhere(HostInfo holder) implements Answer {}

    /** Nobody knows yet. */
    record Later(String reason) implements Answer {}
  }

  private record Running(KafkaStreams streams, HostInfo self) {}

  private final String topic;
  private final MessageFormat format;
  private final RocksDbLimits limits;
  private volatile @Nullable Running running;

  /**
   * @param topic of {@code GalaxyMorphology} messages, keyed by the object's id
   * @param format in which they are read
   */
  public LatestMorphologies(String topic, MessageFormat format, ServiceSettings settings) {
    this.topic = topic;
    this.format = format;
    this.limits = new RocksDbLimits(settings.morphologiesMemory(), settings.morphologiesDisk());
  }

  /**
   * Starts reading; until the stores are restored, {@link #find} says so.
   *
   * @param kafka where Kafka is, and the application's id
   * @param self under which the other instances reach this one
   */
  public void start(Properties kafka, HostInfo self) {
    Properties properties = new Properties();
    properties.putAll(kafka);
    properties.put(StreamsConfig.APPLICATION_SERVER_CONFIG, self.host() + ":" + self.port());
    properties.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, "1");
    properties.put(StreamsConfig.GROUP_PROTOCOL_CONFIG, "classic");
    properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.AT_LEAST_ONCE);
    properties.put(
        StreamsConfig.consumerPrefix(ConsumerConfig.ISOLATION_LEVEL_CONFIG), "read_committed");
    properties.put(
        StreamsConfig.TOPOLOGY_OPTIMIZATION_CONFIG, StreamsConfig.REUSE_KTABLE_SOURCE_TOPICS);
    properties.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, "0");
    properties.put(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, RocksDbLimits.Setter.class);
    properties.put(RocksDbLimits.SETTING, limits);
    KafkaStreams streams = new KafkaStreams(topology(topic, properties), properties);
    streams.setUncaughtExceptionHandler(
        cause -> {
          LOG.error("Reading the latest morphologies failed and is retried.", cause);
          return StreamThreadExceptionResponse.REPLACE_THREAD;
        });
    running = new Running(streams, self);
    streams.start();
  }

  Answer find(String objectId) {
    Running now = running;
    if (now == null) {
      return new Answer.Later("The service is starting; try again.");
    }
    try {
      KeyQueryMetadata place =
          now.streams.queryMetadataForKey(STORE, objectId, Serdes.String().serializer());
      if (place.equals(KeyQueryMetadata.NOT_AVAILABLE)) {
        return new Answer.Later("It is not known yet which instance has this object; try again.");
      } else if (!place.activeHost().equals(now.self)) {
        return new Answer.Elsewhere(place.activeHost());
      }
      byte[] message =
          now.streams
              .store(
                  StoreQueryParameters.fromNameAndType(
                          STORE, QueryableStoreTypes.<String, byte[]>keyValueStore())
                      .withPartition(place.partition()))
              .get(objectId);
      return message == null ? new Answer.Unknown() : new Answer.Found(format.json(message));
    } catch (MessageException e) {
      return new Answer.Unreadable(String.valueOf(e.getMessage()));
    } catch (SchemaUnavailableException e) {
      return new Answer.Later(String.valueOf(e.getMessage()));
    } catch (InvalidStateStoreException | IllegalStateException e) {
      return new Answer.Later("The store of latest morphologies is being restored; try again.");
    }
  }

  @Override
  public void close() {
    Running last = running;
    if (last != null && !last.streams.close(CLOSING)) {
      LOG.warn("The latest morphologies were not closed within {} s.", CLOSING.toSeconds());
    } else {
      limits.close();
    }
  }

  private static Topology topology(String topic, Properties properties) {
    Serde<String> key = Serdes.String();
    Serde<byte[]> value = Serdes.ByteArray();
    StreamsBuilder builder = new StreamsBuilder();
    builder.table(
        topic,
        Consumed.with(key, value).withName("morphologies"),
        Materialized.<String, byte[]>as(Stores.persistentKeyValueStore(STORE))
            .withKeySerde(key)
            .withValueSerde(value)
            .withCachingDisabled());
    return builder.build(properties);
  }
}
