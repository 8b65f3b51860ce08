package dev.tuningfork.classifier;

import dev.tuningfork.classifier.stream.Topics;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the topics of outcomes keep them all, however old their references are.
 *
 * <p>An outcome carries the time of its reference, so that consumers see one time for both. Kafka
 * deletes records by their time: a topic with {@code CreateTime} and a retention deletes the
 * answers to a replayed archive within minutes. With {@code LogAppendTime}, the broker replaces the
 * time by that of the writing, and the retention counts from there. So topics are {@linkplain
 * #FOR_NEW_TOPICS created} with it, and topics that exist otherwise are warned of.
 */
final class OutcomeRetention {

  /** The input too: references of an archive must still be there when they are read. */
  static final Map<String, String> FOR_NEW_TOPICS =
      Map.of(TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG, "LogAppendTime");

  private static final Logger LOG = LoggerFactory.getLogger(OutcomeRetention.class);
  private static final long SECONDS = 10;
  private static final long DAY_MILLIS = TimeUnit.DAYS.toMillis(1);

  private OutcomeRetention() {}

  /** Logs a warning for each topic of outcomes that would delete or refuse some. Never throws. */
  static void look(Admin admin, ClassifierSettings classifier) throws InterruptedException {
    SequencedMap<String, Set<String>> inputs = inputs(classifier);
    List<ConfigResource> topics =
        Stream.concat(
                inputs.keySet().stream(), inputs.values().stream().flatMap(Collection::stream))
            .distinct()
            .map(OutcomeRetention::resource)
            .toList();
    var settings = admin.describeConfigs(topics).values();
    try {
      for (String topic : inputs.keySet()) {
        List<Config> ofInputs = new ArrayList<>();
        for (String input : inputs.getOrDefault(topic, Set.of())) {
          ofInputs.add(get(settings, input));
        }
        Config outcome = get(settings, topic);
        ofInputs.stream()
            .flatMap(input -> warning(topic, outcome, input).stream())
            .findFirst()
            .ifPresent(LOG::warn);
        if (topic.equals(classifier.topics().deadLetters())) {
          compactionWarning(topic, outcome).ifPresent(LOG::warn);
        }
      }
    } catch (ExecutionException | TimeoutException e) {
      LOG.info(
          "Cannot check whether {} keep the outcomes of old references, because Kafka does not show their settings (the DescribeConfigs permission is needed): {}",
          String.join(", ", inputs.keySet()),
          e.getMessage());
    }
  }

  /** The topics of outcomes, each with the topics that its outcomes have their times from. */
  private static SequencedMap<String, Set<String>> inputs(ClassifierSettings settings) {
    Topics topics = settings.topics();
    SequencedMap<String, Set<String>> inputs = new LinkedHashMap<>();
    inputs.put(topics.output(), Set.of(topics.input()));
    Set<String> failing = new LinkedHashSet<>(Set.of(topics.input()));
    inputs.put(topics.deadLetters(), failing);
    settings
        .surveyTopics()
        .ifPresent(
            survey -> {
              failing.add(survey.input());
              inputs.put(survey.outcomes(), Set.of(survey.input()));
            });
    return inputs;
  }

  private static ConfigResource resource(String topic) {
    return new ConfigResource(ConfigResource.Type.TOPIC, topic);
  }

  private static Config get(Map<ConfigResource, KafkaFuture<Config>> settings, String topic)
      throws InterruptedException, ExecutionException, TimeoutException {
    return Objects.requireNonNull(settings.get(resource(topic))).get(SECONDS, TimeUnit.SECONDS);
  }

  /** A sentence that names the remedy; empty where the topic keeps every outcome. */
  static Optional<String> warning(String topic, Config outcome, Config input) {
    if (isByAppending(outcome)) {
      return Optional.empty();
    }
    long taken = millis(outcome, TopicConfig.MESSAGE_TIMESTAMP_BEFORE_MAX_MS_CONFIG);
    long kept = retention(outcome);
    long least = Math.min(taken, kept);
    boolean referencesMayBeOlder = !isByAppending(input) || retention(input) > least;
    if (least == Long.MAX_VALUE || !referencesMayBeOlder) {
      return Optional.empty();
    }
    return Optional.of(
        "The topic %s %s references older than %s. Set message.timestamp.type=LogAppendTime on it: kafka-configs.sh --alter --topic %s --add-config message.timestamp.type=LogAppendTime."
            .formatted(
                topic,
                taken < kept
                    ? "rejects outcomes (which stops the classifier) of"
                    : "soon deletes the outcomes of",
                inWords(least),
                topic));
  }

  /** The same for a topic of dead letters: each counts, whatever its key. */
  static Optional<String> compactionWarning(String topic, Config deadLetters) {
    return value(deadLetters, TopicConfig.CLEANUP_POLICY_CONFIG)
            .contains(TopicConfig.CLEANUP_POLICY_COMPACT)
        ? Optional.of(
            "The topic of dead letters %s is compacted: it rejects dead letters without a key (which stops the classifier), and keeps one of each key. Set cleanup.policy=delete on it: kafka-configs.sh --alter --topic %s --add-config cleanup.policy=delete."
                .formatted(topic, topic))
        : Optional.empty();
  }

  private static boolean isByAppending(Config topic) {
    return "LogAppendTime".equals(value(topic, TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG));
  }

  /** How long a record is kept, milliseconds. */
  private static long retention(Config topic) {
    return value(topic, TopicConfig.CLEANUP_POLICY_CONFIG)
            .contains(TopicConfig.CLEANUP_POLICY_DELETE)
        ? millis(topic, TopicConfig.RETENTION_MS_CONFIG)
        : Long.MAX_VALUE;
  }

  /** Without a limit where a broker does not know the setting, or it is −1. */
  private static long millis(Config topic, String name) {
    String value = value(topic, name);
    return value.matches("\\d{1,18}") ? Long.parseLong(value) : Long.MAX_VALUE;
  }

  private static String value(Config topic, String name) {
    ConfigEntry entry = topic.get(name);
    return entry == null || entry.value() == null ? "" : entry.value();
  }

  private static String inWords(long millis) {
    return millis >= DAY_MILLIS
        ? "%.3g days".formatted((double) millis / DAY_MILLIS)
        : millis + " ms";
  }
}
