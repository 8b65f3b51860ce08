package dev.tuningfork.classifier;

import dev.tuningfork.classifier.setting.SettingsException;
import dev.tuningfork.classifier.stream.SurveyTopics;
import dev.tuningfork.classifier.stream.Topics;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.streams.StreamsConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Prepares the cluster for the start of a classifier: the topics exist and are served, and it is
 * known which group protocol the broker offers.
 */
final class ClusterSetup {

  private static final Logger LOG = LoggerFactory.getLogger(ClusterSetup.class);
  private static final Duration AT_MOST = Duration.ofSeconds(30);

  private final Admin admin;
  private final ClassifierSettings settings;

  private ClusterSetup(Admin admin, ClassifierSettings settings) {
    this.admin = admin;
    this.settings = settings;
  }

  /**
   * Creates the topics that are missing, where the settings allow that.
   *
   * @return whether the broker assigns the partitions (KIP-1071)
   * @throws UnreachableException where Kafka does not answer
   * @throws SettingsException where Kafka refuses, or a topic is missing
   */
  static boolean prepare(ClassifierSettings settings) {
    StreamsConfig config = new StreamsConfig(StreamsSettings.of(settings, false));
    Admin admin = Admin.create(config.getAdminConfigs(settings.group().applicationId() + "-start"));
    try {
      return new ClusterSetup(admin, settings).prepare();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RetriableException) {
        throw unanswered(settings, e);
      }
      throw new SettingsException("Kafka rejected a request at the start: " + e.getMessage(), e);
    } catch (TimeoutException e) {
      throw unanswered(settings, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SettingsException("The start was interrupted.", e);
    } finally {
      // what Kafka has not answered by now is not waited for a second time
      admin.close(Duration.ZERO);
    }
  }

  private static UnreachableException unanswered(ClassifierSettings settings, Exception cause) {
    return new UnreachableException(
        "Kafka did not answer at %s in time. Is kafka.bootstrap.servers right?"
            .formatted(settings.kafka().get(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG)),
        cause);
  }

  /** Those topics of a classifier that the cluster does not have. */
  static List<String> missing(Admin admin, ClassifierSettings settings, Duration atMost)
      throws ExecutionException, InterruptedException, TimeoutException {
    Set<String> existing = admin.listTopics().names().get(atMost.toNanos(), TimeUnit.NANOSECONDS);
    return topics(settings).stream().filter(topic -> !existing.contains(topic)).toList();
  }

  /** All that are the operator's: those that are internal are always created. */
  private static List<String> topics(ClassifierSettings settings) {
    Topics topics = settings.topics();
    return Stream.concat(
            Stream.of(topics.input(), topics.output(), topics.deadLetters()),
            settings.surveyTopics().stream()
                .flatMap(survey -> Stream.of(survey.input(), survey.outcomes())))
        .distinct()
        .toList();
  }

  private boolean prepare() throws ExecutionException, InterruptedException, TimeoutException {
    List<String> missing = missing(admin, settings, AT_MOST);
    if (!missing.isEmpty()) {
      create(missing);
    }
    awaitTopics();
    if (settings.surveyTopics().isPresent()) {
      createInternal(settings.surveyTopics().get());
    }
    OutcomeRetention.look(admin, settings);
    return switch (settings.group().protocol()) {
      case STREAMS -> true;
      case CLASSIC -> false;
      case AUTO -> offersStreamsProtocol();
    };
  }

  private void create(List<String> topics)
      throws ExecutionException, InterruptedException, TimeoutException {
    TopicCreation creation =
        settings
            .creation()
            .orElseThrow(
                () ->
                    new SettingsException(
                        "Kafka has no topic %s. Create it, or set topics.create to true."
                            .formatted(String.join(" and no topic ", topics))));
    String largest =
        String.valueOf(Math.max(1_048_588, settings.pipeline().ledger().largestMessage()));
    Map<String, String> config = new HashMap<>(OutcomeRetention.FOR_NEW_TOPICS);
    config.put(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, largest);
    List<NewTopic> wanted =
        topics.stream()
            .map(
                topic ->
                    new NewTopic(topic, creation.partitions(), creation.replicationFactor())
                        .configs(isOfOutcomes(topic) ? compacted(config) : config))
            .toList();
    createMissing(wanted);
  }

  private boolean isOfOutcomes(String topic) {
    return settings.surveyTopics().filter(survey -> survey.outcomes().equals(topic)).isPresent();
  }

  private static Map<String, String> compacted(Map<String, String> config) {
    Map<String, String> more = new HashMap<>(config);
    more.put(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_COMPACT);
    return more;
  }

  private void createMissing(List<NewTopic> wanted)
      throws ExecutionException, InterruptedException, TimeoutException {
    List<String> created = NewTopics.createMissing(admin, wanted, AT_MOST);
    if (!created.isEmpty()) {
      LOG.info("Created the topics {}.", String.join(", ", created));
    }
  }

  /**
   * Creates the topics between survey images and the ledger, as Kafka Streams creates its own, and
   * checks their partitions. They are kept by size and not by time, so that a classifier may stand
   * still for months: what is not read yet is bounded by {@code survey-images.ahead}, and is far
   * smaller.
   */
  private void createInternal(SurveyTopics survey)
      throws ExecutionException, InterruptedException, TimeoutException {
    Map<String, Integer> partitions = partitions(settings.topics().input(), survey.input());
    int ofInput = partitions.getOrDefault(settings.topics().input(), 1);
    int ofSurvey = partitions.getOrDefault(survey.input(), 1);
    short replicas = settings.creation().map(TopicCreation::replicationFactor).orElse((short) -1);
    Map<String, String> config =
        Map.of(
            TopicConfig.RETENTION_MS_CONFIG, "-1",
            TopicConfig.RETENTION_BYTES_CONFIG, String.valueOf(1L << 30),
            TopicConfig.SEGMENT_BYTES_CONFIG, String.valueOf(64 << 20),
            TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG, "LogAppendTime",
            TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
                String.valueOf(Math.max(1_048_588, settings.pipeline().ledger().largestMessage())));
    createMissing(
        List.of(
            new NewTopic(survey.galaxies(), ofInput, replicas).configs(config),
            new NewTopic(survey.progress(), ofSurvey, replicas).configs(config)));
    NewTopics.await(admin, List.of(survey.galaxies(), survey.progress()), AT_MOST);
    Map<String, Integer> internal = partitions(survey.galaxies(), survey.progress());
    require(survey.galaxies(), internal, ofInput, settings.topics().input());
    require(survey.progress(), internal, ofSurvey, survey.input());
  }

  private Map<String, Integer> partitions(String... topics)
      throws ExecutionException, InterruptedException, TimeoutException {
    Map<String, Integer> partitions = new HashMap<>();
    admin
        .describeTopics(List.of(topics))
        .allTopicNames()
        .get(AT_MOST.toNanos(), TimeUnit.NANOSECONDS)
        .forEach((name, topic) -> partitions.put(name, topic.partitions().size()));
    return partitions;
  }

  private static void require(
      String topic, Map<String, Integer> partitions, int due, String sameAs) {
    int has = partitions.getOrDefault(topic, 0);
    if (has != due) {
      throw new SettingsException(
          "The topic %s has %d partitions and must have as many as %s, which has %d. Add partitions to the one that has fewer (kafka-topics.sh --alter --partitions %d)."
              .formatted(topic, has, sameAs, due, Math.max(has, due)));
    }
  }

  /**
   * Waits until all topics are served: another instance, or an operator, may have created them this
   * moment ({@link NewTopics}). A partition that stays without a leader does not stop the start,
   * because the others can be worked on.
   */
  private void awaitTopics() throws ExecutionException, InterruptedException {
    List<String> names = topics(settings);
    try {
      NewTopics.await(admin, names, AT_MOST);
    } catch (TimeoutException e) {
      LOG.warn(
          "After {} s, some partitions of {} have no leader. The classifier starts anyway; records in those partitions wait.",
          AT_MOST.toSeconds(),
          String.join(", ", names));
    }
  }

  private boolean offersStreamsProtocol()
      throws ExecutionException, InterruptedException, TimeoutException {
    var features =
        admin.describeFeatures().featureMetadata().get(AT_MOST.toNanos(), TimeUnit.NANOSECONDS);
    var streamsVersion = features.finalizedFeatures().get("streams.version");
    return streamsVersion != null && streamsVersion.maxVersionLevel() >= 1;
  }
}
