package dev.tuningfork.classifier;

import dev.tuningfork.classifier.setting.SettingTexts;
import dev.tuningfork.classifier.setting.SettingsException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.streams.StreamsConfig;

/** The settings of Kafka Streams: those that nothing lost depends on, and those of the operator. */
final class StreamsSettings {

  /** What the classifier sets itself, and the reason why users cannot change it. */
  static final Map<String, String> RESERVED =
      Map.of(
          StreamsConfig.APPLICATION_ID_CONFIG, "set application-id instead",
          StreamsConfig.NUM_STREAM_THREADS_CONFIG, "set threads instead",
          StreamsConfig.GROUP_PROTOCOL_CONFIG, "set group-protocol instead",
          StreamsConfig.ERRORS_DEAD_LETTER_QUEUE_TOPIC_NAME_CONFIG, "set dead-letter.topic instead",
          StreamsConfig.PROCESSING_GUARANTEE_CONFIG,
              "only exactly_once_v2 loses nothing and doubles nothing",
          StreamsConfig.PROCESSING_EXCEPTION_HANDLER_CLASS_CONFIG,
              "a record that is skipped would be lost",
          StreamsConfig.PRODUCTION_EXCEPTION_HANDLER_CLASS_CONFIG,
              "a record that is skipped would be lost",
          StreamsConfig.DESERIALIZATION_EXCEPTION_HANDLER_CLASS_CONFIG,
              "a record that is skipped would be lost");

  private static final List<String> PREFIXES =
      List.of(
          StreamsConfig.MAIN_CONSUMER_PREFIX,
          StreamsConfig.RESTORE_CONSUMER_PREFIX,
          StreamsConfig.GLOBAL_CONSUMER_PREFIX,
          StreamsConfig.CONSUMER_PREFIX,
          StreamsConfig.PRODUCER_PREFIX,
          StreamsConfig.ADMIN_CLIENT_PREFIX);

  /** What internal topics are created with, and where secrets are read (KIP-297): names go on. */
  private static final List<String> OPEN_ENDED =
      List.of(StreamsConfig.TOPIC_PREFIX, AbstractConfig.CONFIG_PROVIDERS_CONFIG + ".");

  private static final String TRANSACTION_TIMEOUT =
      StreamsConfig.producerPrefix(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG);

  /**
   * Kafka warns each time that its settings are read without this, though there is no global table.
   * The constant of this name is deprecated, since true is to become the only value.
   */
  private static final String GLOBAL_HANDLER = "processing.exception.handler.global.enabled";

  private static final Set<String> NAMES = names();
  private static final Set<String> SECRETS = secrets();

  private StreamsSettings() {}

  /**
   * @throws SettingsException where Kafka knows no such setting, or the classifier sets it itself
   */
  static void check(Map<String, String> kafka) {
    kafka
        .keySet()
        .forEach(
            name -> {
              String reason = RESERVED.get(name);
              if (reason != null) {
                throw new SettingsException(
                    "The setting kafka." + name + " cannot be set: " + reason + ".");
              }
              String plain = withoutPrefix(name);
              if (OPEN_ENDED.stream().noneMatch(name::startsWith) && !NAMES.contains(plain)) {
                throw SettingsException.unknown(
                    "kafka." + name.substring(0, name.length() - plain.length()), plain, NAMES);
              }
            });
  }

  /**
   * @param streamsProtocol whether the broker assigns the partitions (KIP-1071)
   * @throws SettingsException where Kafka refuses a value
   */
  static Properties of(ClassifierSettings settings, boolean streamsProtocol) {
    Properties properties = new Properties();
    // an answer of a classifier that is behind is visible to readers of committed records after at
    // most this; one that keeps up asks for commits
    properties.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, "1000");
    // what an idle classifier adds to the time of an answer
    properties.put(StreamsConfig.POLL_MS_CONFIG, "10");
    // the transaction of a killed member blocks every read_committed reader and the member
    // that takes over, until it times out: so it is no longer than a busy member needs
    properties.put(TRANSACTION_TIMEOUT, "20000");
    // a broker whose machine lost power closes no connection: what waits for it is sent again after
    // this time. Its partitions have other leaders 9 s after it fell silent, so the second time
    // finds them; and a transaction is still open then. With Kafka's 30 s it was not: each such
    // death cost 30 to 40 s, and with this it costs 12 to 14
    properties.put(StreamsConfig.REQUEST_TIMEOUT_MS_CONFIG, "7000");
    // the admin client knows leaders from its last call, and notices that one is silent only when
    // the whole call times out, by Kafka's default after a minute. A task that is restored asks it
    // for the end of its changelog, and asks again after this time
    properties.put(
        StreamsConfig.adminClientPrefix(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG), "8000");
    // consumers have this time too, for a whole response: Kafka's 50 MiB would need a link of
    // 60 Mbit/s, and on a slower one the same response would be asked for again for ever
    properties.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, String.valueOf(4 << 20));
    properties.put(
        StreamsConfig.producerPrefix(ProducerConfig.MAX_REQUEST_SIZE_CONFIG),
        String.valueOf(Math.max(1 << 20, settings.pipeline().ledger().largestMessage())));
    // Kafka's own sizes are those of one packet of the loopback, which is dropped where the last is
    // not yet read, and sent again after 200 ms; the operating system has sizes that grow
    properties.put(StreamsConfig.RECEIVE_BUFFER_CONFIG, "-1");
    properties.put(StreamsConfig.SEND_BUFFER_CONFIG, "-1");
    // readers see nothing before the commit: until then larger requests cost the broker less, but
    // what waits too long makes the commit wait
    properties.put(StreamsConfig.producerPrefix(ProducerConfig.LINGER_MS_CONFIG), "10");
    properties.put(StreamsConfig.producerPrefix(ProducerConfig.BATCH_SIZE_CONFIG), "131072");
    // what is sent before the markers of the last transaction are written has to be sent again
    // (KAFKA-20000), so soon; it is less soon each time
    properties.put(StreamsConfig.producerPrefix(ProducerConfig.RETRY_BACKOFF_MS_CONFIG), "5");
    properties.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, "0");
    // read and not yet processed, of each partition: a thousand, Kafka's default, would be a
    // gigabyte where records are images
    properties.put(StreamsConfig.BUFFERED_RECORDS_PER_PARTITION_CONFIG, "32");
    properties.put(StreamsConfig.ENSURE_EXPLICIT_INTERNAL_RESOURCE_NAMING_CONFIG, "true");
    properties.put(GLOBAL_HANDLER, "true");
    properties.putAll(settings.kafka());
    properties.put(StreamsConfig.APPLICATION_ID_CONFIG, settings.group().applicationId());
    properties.put(
        StreamsConfig.NUM_STREAM_THREADS_CONFIG, String.valueOf(settings.group().threads()));
    properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    properties.put(StreamsConfig.GROUP_PROTOCOL_CONFIG, streamsProtocol ? "streams" : "classic");
    requireTimeForPatience(settings, properties);
    return properties;
  }

  /**
   * For an application beside the classifier that only reads: where Kafka is, and whatever else the
   * operator sets.
   *
   * @param suffix of its identifier, which names its group and its folder
   */
  static Properties beside(ClassifierSettings settings, String suffix) {
    Properties properties = new Properties();
    properties.put(StreamsConfig.RECEIVE_BUFFER_CONFIG, "-1");
    properties.putAll(settings.kafka());
    properties.put(StreamsConfig.APPLICATION_ID_CONFIG, settings.group().applicationId() + suffix);
    properties.put(StreamsConfig.ENSURE_EXPLICIT_INTERNAL_RESOURCE_NAMING_CONFIG, "true");
    properties.put(GLOBAL_HANDLER, "true");
    return properties;
  }

  /** A transaction that times out while its task waits for room would be rolled back for ever. */
  private static void requireTimeForPatience(ClassifierSettings settings, Properties properties) {
    String timeout =
        properties.getProperty(
            ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, properties.getProperty(TRANSACTION_TIMEOUT));
    long patience = settings.pipeline().ledger().patience().toMillis();
    if (timeout.matches("\\d{1,9}") && Long.parseLong(timeout) < 2 * patience) {
      throw new SettingsException(
          "The setting kafka.%s is %s ms, and must be at least twice ledger.patience, which is %d ms."
              .formatted(TRANSACTION_TIMEOUT, timeout, patience));
    }
  }

  /**
   * Replaces each secret that is named with {@code -file} by the text of its file. In an
   * environment variable the hyphen is a dot.
   *
   * @throws SettingsException where a file cannot be read, or a secret is set in both ways
   */
  static Map<String, String> withSecrets(Map<String, String> kafka) {
    Map<String, String> read = new TreeMap<>();
    kafka.forEach(
        (name, value) -> {
          String secret = name.replaceFirst("[-.]file$", "");
          if (secret.equals(name) || !SECRETS.contains(withoutPrefix(secret))) {
            read.put(name, value);
            return;
          }
          if (kafka.containsKey(secret)) {
            throw new SettingsException(
                "Both kafka.%s and kafka.%s-file are set: set only one of them."
                    .formatted(secret, secret));
          }
          read.put(secret, SettingTexts.secret("kafka." + secret, Path.of(value.strip())));
        });
    return read;
  }

  static String withoutPrefix(String name) {
    return PREFIXES.stream()
        .filter(name::startsWith)
        .findFirst()
        .map(prefix -> name.substring(prefix.length()))
        .orElse(name);
  }

  /** What Kafka itself takes for a secret. */
  private static Set<String> secrets() {
    return Stream.of(
            StreamsConfig.configDef(),
            ConsumerConfig.configDef(),
            ProducerConfig.configDef(),
            AdminClientConfig.configDef())
        .flatMap(definition -> definition.configKeys().values().stream())
        .filter(key -> key.type == ConfigDef.Type.PASSWORD)
        .map(key -> key.name)
        .collect(Collectors.toUnmodifiableSet());
  }

  private static Set<String> names() {
    Set<String> names = new TreeSet<>(StreamsConfig.configDef().names());
    names.addAll(ConsumerConfig.configNames());
    names.addAll(ProducerConfig.configNames());
    names.addAll(AdminClientConfig.configNames());
    return names;
  }
}
