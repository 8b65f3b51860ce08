package dev.tuningfork.classifier;

import dev.tuningfork.classifier.batch.BatcherSettings;
import dev.tuningfork.classifier.fetch.FetchLimits;
import dev.tuningfork.classifier.fetch.FetchPolicy;
import dev.tuningfork.classifier.fetch.FetchSettings;
import dev.tuningfork.classifier.fetch.Retries;
import dev.tuningfork.classifier.fetch.S3Settings;
import dev.tuningfork.classifier.fetch.TileSettings;
import dev.tuningfork.classifier.registry.RegistrySettings;
import dev.tuningfork.classifier.rollout.RolloutSettings;
import dev.tuningfork.classifier.service.ConnectionLimits;
import dev.tuningfork.classifier.service.PageSettings;
import dev.tuningfork.classifier.service.ServiceSettings;
import dev.tuningfork.classifier.setting.Section;
import dev.tuningfork.classifier.setting.Setting;
import dev.tuningfork.classifier.setting.SettingTexts;
import dev.tuningfork.classifier.setting.SettingType;
import dev.tuningfork.classifier.setting.SettingValues;
import dev.tuningfork.classifier.setting.SettingsException;
import dev.tuningfork.classifier.stream.LedgerSettings;
import dev.tuningfork.classifier.stream.SurveySettings;
import dev.tuningfork.classifier.stream.SurveyTopics;
import dev.tuningfork.classifier.stream.Topics;
import dev.tuningfork.image.ImageLimits;
import dev.tuningfork.model.Form;
import dev.tuningfork.model.ForwardPasses;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a classifier. What it starts from is safe: it fetches from nowhere and creates no
 * topic. Immutable.
 */
public final class ClassifierSettings {

  private static final Section GROUP = new Section("", "Consumer group");

  /**
   * The name of the consumer group, and the prefix of the transactions and of the internal topics.
   * Another name starts from the beginning of the topic.
   */
  public static final Setting<String> APPLICATION_ID = GROUP.text("application-id", "tuning-fork");

  /**
   * How partitions are assigned to instances. {@code streams}: by the broker, so that a crashed
   * member's partitions are reassigned within seconds (Kafka 4.2 or later). {@code classic}: by a
   * member, after a crash only when the session times out. {@code auto}: {@code streams} if the
   * broker offers it.
   */
  public static final Setting<GroupProtocol> GROUP_PROTOCOL =
      GROUP.choice("group-protocol", GroupProtocol.AUTO);

  /**
   * Stream threads of one instance, at least 1. One thread keeps up with some thousand galaxies per
   * second.
   */
  public static final Setting<Integer> THREADS = GROUP.count("threads", 1, "threads");

  private static final Section MESSAGES = new Section("", "Messages");

  /**
   * The format of morphologies. References are always read as JSON, and as Avro if {@code
   * registry.url} is set.
   */
  public static final Setting<Serialization> SERIALIZATION =
      MESSAGES.choice("serialization", Serialization.JSON);

  private static final Section IMAGE = new Section("image", "Images");

  /** The most pixels (width × height) of an image. A larger image becomes a dead letter. */
  public static final Setting<Long> LARGEST_PIXELS =
      IMAGE.setting(
          "largest-pixels",
          new SettingType<>("number of pixels", "a whole number", Long::valueOf, String::valueOf),
          ImageLimits.DEFAULT.pixels());

  /**
   * The largest image file, and the largest uncompressed form of a FITS file. A larger one becomes
   * a dead letter.
   */
  public static final Setting<Long> LARGEST_BYTES =
      IMAGE.bytes("largest-bytes", ImageLimits.DEFAULT.bytes());

  private static final Section LOG = new Section("log", "Log");

  /** {@code text} for people, or {@code json} for one JSON object per line. */
  public static final Setting<LogFormat> LOG_FORMAT = LOG.choice("format", LogFormat.TEXT);

  /**
   * The least severe lines of Tuning Fork itself that are logged. Libraries log from {@code warn}
   * on.
   */
  public static final Setting<LogLevel> LOG_LEVEL = LOG.choice("level", LogLevel.INFO);

  /** All settings, in the order of the reference. */
  static final List<Section> SECTIONS =
      List.of(
          GROUP,
          Topics.SECTION,
          TopicCreation.SECTION,
          MESSAGES,
          RegistrySettings.SECTION,
          ModelChoice.SECTION,
          RolloutSettings.SECTION,
          IMAGE,
          FetchPolicy.SECTION,
          FetchLimits.SECTION,
          Retries.SECTION,
          FetchSettings.SECTION,
          S3Settings.SECTION,
          TileSettings.SECTION,
          BatcherSettings.SECTION,
          LedgerSettings.SECTION,
          SurveySettings.SECTION,
          ServiceSettings.SECTION,
          ConnectionLimits.SECTION,
          PageSettings.SECTION,
          LOG);

  /** The instances that share the work. */
  public record Group(String applicationId, GroupProtocol protocol, int threads) {
    /**
     * @throws SettingsException where there would be no thread
     */
    public Group {
      if (threads < 1) {
        throw new SettingsException("The setting threads must be at least 1, not " + threads + ".");
      }
    }
  }

  /** How the members of the group share the partitions. */
  public enum GroupProtocol {
    /** As {@code streams} where the broker offers it, else as {@code classic}. */
    AUTO,
    /** The broker assigns (KIP-1071): the partitions of a crashed member come back at once. */
    STREAMS,
    /** One member assigns: a crashed member's partitions come back when its session expires. */
    CLASSIC
  }

  /** In which form answers are written. */
  public enum Serialization {
    JSON,
    AVRO
  }

  /**
   * The messages.
   *
   * @param serialization in which form answers are written; references are read in both
   * @param registry where the schemas of Avro are; empty: no Avro is read
   */
  public record Messages(Serialization serialization, Optional<RegistrySettings> registry) {
    /**
     * @throws SettingsException where Avro is to be written and there is no registry
     */
    public Messages {
      if (serialization == Serialization.AVRO && registry.isEmpty()) {
        throw new SettingsException("serialization is avro, so registry.url must be set.");
      }
    }
  }

  /** The path of one galaxy: how much it may cost there, and how many are on it. */
  public record Pipeline(
      ImageLimits image,
      BatcherSettings batch,
      LedgerSettings ledger,
      SurveySettings survey,
      FetchSettings fetch) {}

  /** What a classifier starts from, without HTTP; it lacks only where Kafka is. */
  public static final ClassifierSettings DEFAULT =
      new ClassifierSettings(
          SettingValues.NONE.with(ServiceSettings.ADDRESS, Optional.empty()), Map.of());

  private final SettingValues values;
  private final Group group;
  private final Topics topics;
  private final Optional<TopicCreation> creation;
  private final Messages messages;
  private final ModelChoice model;
  private final Pipeline pipeline;
  private final ServiceSettings service;
  private final Map<String, String> kafka;

  /**
   * @throws SettingsException where settings do not fit together, or one of Kafka's is unknown or
   *     would break the promise that nothing is lost
   */
  private ClassifierSettings(SettingValues values, Map<String, String> kafka) {
    this.values = values;
    group = new Group(values.get(APPLICATION_ID), values.get(GROUP_PROTOCOL), values.get(THREADS));
    topics = Topics.of(values);
    creation = TopicCreation.of(values);
    messages = new Messages(values.get(SERIALIZATION), RegistrySettings.of(values));
    model = ModelChoice.of(values);
    pipeline =
        new Pipeline(
            IMAGE.check(
                () -> new ImageLimits(values.get(LARGEST_PIXELS), values.get(LARGEST_BYTES))),
            BatcherSettings.of(values),
            LedgerSettings.of(values),
            SurveySettings.of(values),
            FetchSettings.of(values));
    service = ServiceSettings.of(values);
    this.kafka = Map.copyOf(kafka);
    StreamsSettings.check(kafka);
  }

  /**
   * Reads settings.
   *
   * @param file a {@code .properties}, {@code .yaml} or {@code .yml} file; null for none
   * @param environment variables that begin with {@code TUNING_FORK_} win over the file
   * @throws SettingsException with a sentence that names the setting that is unknown or wrong
   */
  public static ClassifierSettings read(@Nullable Path file, Map<String, String> environment) {
    SettingTexts texts = SettingTexts.of(file, environment);
    SettingValues values = texts.values(all());
    Map<String, String> kafka = StreamsSettings.withSecrets(texts.below("kafka."));
    texts.refuseTheRest();
    return new ClassifierSettings(values, kafka);
  }

  static List<Setting<?>> all() {
    return SECTIONS.stream().<Setting<?>>flatMap(section -> section.settings().stream()).toList();
  }

  <T> T get(Setting<T> setting) {
    return values.get(setting);
  }

  /**
   * The same with another value.
   *
   * @throws SettingsException where it does not fit the others
   */
  public <T> ClassifierSettings with(Setting<T> setting, T value) {
    return new ClassifierSettings(values.with(setting, value), kafka);
  }

  /** The same with one of Kafka's settings, by Kafka's own name, such as bootstrap.servers. */
  public ClassifierSettings withKafka(String name, String value) {
    Map<String, String> more = new TreeMap<>(kafka);
    more.put(name, value);
    return new ClassifierSettings(values, more);
  }

  /** The same, reading files below these folders and fetching from nowhere else. */
  public ClassifierSettings withFolders(List<Path> folders) {
    return with(FetchPolicy.SCHEMES, List.of("file")).with(FetchPolicy.FOLDERS, folders);
  }

  public Group group() {
    return group;
  }

  public Topics topics() {
    return topics;
  }

  /** The topics of survey images; empty where none are read. */
  public Optional<SurveyTopics> surveyTopics() {
    SurveySettings survey = pipeline.survey();
    return survey
        .topic()
        .map(topic -> SurveyTopics.of(topic, survey.outcomes(), group.applicationId()));
  }

  /** How topics that are missing are created; empty: they are not, and the start is refused. */
  public Optional<TopicCreation> creation() {
    return creation;
  }

  public Messages messages() {
    return messages;
  }

  public ModelChoice model() {
    return model;
  }

  public Pipeline pipeline() {
    return pipeline;
  }

  public ServiceSettings service() {
    return service;
  }

  /** For the program that sets up the log; the classifier itself only writes to it. */
  public LogFormat logFormat() {
    return values.get(LOG_FORMAT);
  }

  /** The level of this product's own messages, likewise. */
  public LogLevel logLevel() {
    return values.get(LOG_LEVEL);
  }

  /** Settings of Kafka Streams and of its clients, by Kafka's own names. */
  public Map<String, String> kafka() {
    return kafka;
  }

  /** How the forward passes of whichever model serves are done. */
  public ForwardPasses forwardPasses() {
    return new ForwardPasses(
        Form.AUTO, pipeline.batch.batch(), model.views(), pipeline.batch.passes());
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ClassifierSettings that && effective().equals(that.effective());
  }

  @Override
  public int hashCode() {
    return effective().hashCode();
  }

  /** What /info shows: without secrets. */
  @Override
  public String toString() {
    return "ClassifierSettings" + ShownSettings.of(this);
  }

  private List<Object> effective() {
    return Stream.concat(all().stream().<Object>map(values::get), Stream.of(kafka)).toList();
  }
}
