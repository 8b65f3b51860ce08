package dev.tuningfork.classifier;

import dev.tuningfork.classifier.batch.BatcherSettings;
import dev.tuningfork.classifier.fetch.FetchLimits;
import dev.tuningfork.classifier.fetch.FetchPolicy;
import dev.tuningfork.classifier.fetch.FetchSettings;
import dev.tuningfork.classifier.fetch.Retries;
import dev.tuningfork.classifier.fetch.S3Settings;
import dev.tuningfork.classifier.registry.RegistrySettings;
import dev.tuningfork.classifier.rollout.RolloutSettings;
import dev.tuningfork.classifier.service.ConnectionLimits;
import dev.tuningfork.classifier.service.PageSettings;
import dev.tuningfork.classifier.service.ServiceSettings;
import dev.tuningfork.classifier.stream.LedgerSettings;
import dev.tuningfork.classifier.stream.Topics;
import dev.tuningfork.image.ImageLimits;
import dev.tuningfork.model.Form;
import dev.tuningfork.model.ForwardPasses;
import dev.tuningfork.model.ModelBundle;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * All there is to set about a classifier. What it starts from is safe: it fetches from nowhere and
 * creates no topic.
 *
 * @param messages in which form answers are written, and where the schemas of Avro are
 * @param creation how topics that are missing are created; empty: they are not, and the start is
 *     refused
 * @param service where it answers over HTTP; nowhere from the start, but where settings are {@link
 *     #read}, on this machine's loopback address
 * @param logFormat for the program that sets up the log; the classifier itself only writes to it
 * @param logLevel likewise: the least severe lines of the classifier's own that are written
 * @param kafka settings of Kafka Streams and of its clients, by Kafka's own names
 */
public record ClassifierSettings(
    Group group,
    Topics topics,
    Optional<TopicCreation> creation,
    Messages messages,
    ModelChoice model,
    Pipeline pipeline,
    ServiceSettings service,
    LogFormat logFormat,
    LogLevel logLevel,
    Map<String, String> kafka) {

  /**
   * The instances that share the work.
   *
   * @param applicationId names the consumer group, the transactions and the ledger's changelog
   * @param threads stream threads of one instance; one keeps up with some thousand galaxies a
   *     second
   */
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

  /**
   * How a missing topic is created.
   *
   * @param replicationFactor −1 for the broker's default
   */
  public record TopicCreation(int partitions, short replicationFactor) {
    public TopicCreation {
      if (partitions < 1 || replicationFactor == 0 || replicationFactor < -1) {
        throw new IllegalArgumentException(
            "A topic needs at least 1 partition and 1 replica (or -1 for the broker's default), not "
                + partitions
                + " and "
                + replicationFactor
                + ".");
      }
    }
  }

  /**
   * Which model answers.
   *
   * @param name one that the product ships, or the path of a bundle
   * @param device where it runs: {@code auto}, {@code cpu}, {@code gpu} or {@code gpu:1}
   * @param views how many orientations of each image it looks at: 1 or 8
   * @param rollout how it is exchanged while the classifier runs
   */
  public record ModelChoice(String name, String device, int views, RolloutSettings rollout) {}

  /** The way of one galaxy: how much it may cost there, and how many are on it. */
  public record Pipeline(
      ImageLimits image, BatcherSettings batch, LedgerSettings ledger, FetchSettings fetch) {}

  /** What a classifier starts from; it lacks only where Kafka is. */
  public static final ClassifierSettings DEFAULT =
      new ClassifierSettings(
          new Group("tuning-fork", GroupProtocol.AUTO, 1),
          Topics.DEFAULT,
          Optional.empty(),
          new Messages(Serialization.JSON, Optional.empty()),
          new ModelChoice(ModelBundle.DEFAULT, "auto", 1, RolloutSettings.NONE),
          new Pipeline(
              ImageLimits.DEFAULT,
              new BatcherSettings(
                  1024,
                  64,
                  Runtime.getRuntime().availableProcessors(),
                  ForwardPasses.BY_DEVICE,
                  32),
              LedgerSettings.DEFAULT,
              FetchSettings.of(FetchPolicy.NOTHING)),
          ServiceSettings.OFF,
          LogFormat.TEXT,
          LogLevel.INFO,
          Map.of());

  /**
   * @throws SettingsException where a setting of Kafka's is unknown or would break the promise that
   *     nothing is lost
   */
  public ClassifierSettings {
    kafka = Map.copyOf(kafka);
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
    SettingValues values = SettingValues.of(file, environment);
    ClassifierSettings settings =
        new ClassifierSettings(
            new Group(
                values.text("application-id", DEFAULT.group.applicationId()),
                values.choice("group-protocol", DEFAULT.group.protocol()),
                values.integer("threads", DEFAULT.group.threads())),
            new Topics(
                values.text("input.topic", DEFAULT.topics.input()),
                values.text("output.topic", DEFAULT.topics.output()),
                values.text("dead-letter.topic", DEFAULT.topics.deadLetters())),
            section("topics", () -> creation(values)),
            new Messages(
                values.choice("serialization", DEFAULT.messages.serialization()),
                section("registry", () -> registry(values))),
            new ModelChoice(
                values.text("model", DEFAULT.model.name()),
                values.text("model.device", DEFAULT.model.device()),
                values
                    .parsed("model.views", "1 or 8", ClassifierSettings::views)
                    .orElse(DEFAULT.model.views()),
                section("model", () -> rollout(values))),
            new Pipeline(
                section("image", () -> image(values)),
                section("batch", () -> batch(values)),
                section("ledger", () -> ledger(values)),
                section("fetch", () -> fetch(values))),
            section("service", () -> service(values)),
            values.choice("log.format", DEFAULT.logFormat),
            values.choice("log.level", DEFAULT.logLevel),
            StreamsSettings.withSecrets(values.below("kafka.")));
    values.refuseTheRest();
    return settings;
  }

  /** How the forward passes of whichever model serves are done. */
  public ForwardPasses forwardPasses() {
    return new ForwardPasses(
        Form.AUTO, pipeline.batch.batch(), model.views(), pipeline.batch.passes());
  }

  /** The same with one of Kafka's settings, by Kafka's own name, such as bootstrap.servers. */
  public ClassifierSettings withKafka(String name, String value) {
    Map<String, String> more = new TreeMap<>(kafka);
    more.put(name, value);
    return new ClassifierSettings(
        group, topics, creation, messages, model, pipeline, service, logFormat, logLevel, more);
  }

  public ClassifierSettings withTopics(Topics other) {
    return new ClassifierSettings(
        group, other, creation, messages, model, pipeline, service, logFormat, logLevel, kafka);
  }

  public ClassifierSettings withCreation(TopicCreation other) {
    return new ClassifierSettings(
        group,
        topics,
        Optional.of(other),
        messages,
        model,
        pipeline,
        service,
        logFormat,
        logLevel,
        kafka);
  }

  public ClassifierSettings withMessages(Messages other) {
    return new ClassifierSettings(
        group, topics, creation, other, model, pipeline, service, logFormat, logLevel, kafka);
  }

  public ClassifierSettings withModel(ModelChoice other) {
    return new ClassifierSettings(
        group, topics, creation, messages, other, pipeline, service, logFormat, logLevel, kafka);
  }

  public ClassifierSettings withService(ServiceSettings other) {
    return new ClassifierSettings(
        group, topics, creation, messages, model, pipeline, other, logFormat, logLevel, kafka);
  }

  public ClassifierSettings withLedger(LedgerSettings other) {
    return withPipeline(new Pipeline(pipeline.image, pipeline.batch, other, pipeline.fetch));
  }

  public ClassifierSettings withFetch(FetchSettings other) {
    return withPipeline(new Pipeline(pipeline.image, pipeline.batch, pipeline.ledger, other));
  }

  private ClassifierSettings withPipeline(Pipeline other) {
    return new ClassifierSettings(
        group, topics, creation, messages, model, other, service, logFormat, logLevel, kafka);
  }

  /**
   * Leaves out what Kafka's settings, the registry's and those of fetching hold: some are secrets.
   */
  @Override
  public String toString() {
    return "ClassifierSettings[group=%s, topics=%s, model=%s, image=%s, batch=%s, ledger=%s, service=%s, kafka=%s]"
        .formatted(
            group,
            topics,
            model,
            pipeline.image,
            pipeline.batch,
            pipeline.ledger,
            service,
            kafka.keySet());
  }

  private static Integer views(String text) {
    return switch (text) {
      case "1" -> 1;
      case "8" -> 8;
      default -> throw new IllegalArgumentException(text);
    };
  }

  private static Optional<RegistrySettings> registry(SettingValues values) {
    Optional<URI> url = values.parsed("registry.url", "a URI", URI::create);
    Optional<String> user = values.text("registry.username");
    Optional<String> password = values.secret("registry.password");
    Optional<String> token = values.secret("registry.token");
    Optional<Path> authorities = values.text("registry.authorities").map(Path::of);
    boolean register = values.flag("registry.register", true);
    if (user.isPresent() != password.isPresent() || (user.isPresent() && token.isPresent())) {
      throw new SettingsException(
          "The settings registry.username and registry.password go together, and not with"
              + " registry.token.");
    }
    if (url.isEmpty() && (user.isPresent() || token.isPresent() || authorities.isPresent())) {
      throw new SettingsException("registry.* is set, but registry.url is missing.");
    }
    Optional<RegistrySettings.Credentials> credentials =
        user.isPresent()
            ? Optional.of(new RegistrySettings.UserPassword(user.get(), password.orElseThrow()))
            : token.map(RegistrySettings.Token::new);
    return url.map(place -> new RegistrySettings(place, credentials, authorities, register));
  }

  private static Optional<TopicCreation> creation(SettingValues values) {
    boolean create = values.flag("topics.create", false);
    int partitions = values.integer("topics.partitions", 4);
    int replicas = values.integer("topics.replication-factor", -1);
    TopicCreation creation = new TopicCreation(partitions, (short) replicas);
    return create ? Optional.of(creation) : Optional.empty();
  }

  private static RolloutSettings rollout(SettingValues values) {
    RolloutSettings base = RolloutSettings.NONE;
    return new RolloutSettings(
        values.flag("model.watch", base.watch()),
        values.duration("model.poll", base.poll()),
        values.text("model.shadow"),
        values
            .parsed("model.shadow-share", "a number above 0 and at most 1", Double::valueOf)
            .orElse(base.shadowShare()));
  }

  private static ImageLimits image(SettingValues values) {
    return new ImageLimits(
        values.number("image.largest-pixels", DEFAULT.pipeline.image.pixels()),
        values.bytes("image.largest-bytes", DEFAULT.pipeline.image.bytes()));
  }

  private static BatcherSettings batch(SettingValues values) {
    return new BatcherSettings(
        values.integer("batch.queue", DEFAULT.pipeline.batch.queue()),
        values.integer("batch.held-up", DEFAULT.pipeline.batch.heldUp()),
        values.bytes("batch.queue-bytes", DEFAULT.pipeline.batch.queueBytes()),
        values.duration("batch.slow-after", DEFAULT.pipeline.batch.slowAfter()),
        values.integer("batch.fetchers", DEFAULT.pipeline.batch.fetchers()),
        values.integer("batch.decoders", DEFAULT.pipeline.batch.decoders()),
        values.integer("batch.passes", DEFAULT.pipeline.batch.passes()),
        values.integer("batch.size", DEFAULT.pipeline.batch.batch()));
  }

  private static LedgerSettings ledger(SettingValues values) {
    LedgerSettings base = DEFAULT.pipeline.ledger;
    return new LedgerSettings(
        values.integer("ledger.window", base.window()),
        values.bytes("ledger.window-bytes", base.windowBytes()),
        values.integer("ledger.overshoot", base.overshoot()),
        values.duration("ledger.room-wait", base.roomWait()),
        values.duration("ledger.patience", base.patience()),
        values.duration("ledger.drain-every", base.drainEvery()),
        values.duration("ledger.prompt-commit", base.promptCommit()),
        Math.toIntExact(values.bytes("ledger.largest-record", base.largestRecord())));
  }

  private static FetchSettings fetch(SettingValues values) {
    FetchPolicy policy =
        new FetchPolicy(
            Set.copyOf(values.list("fetch.schemes")),
            values.list("fetch.hosts"),
            values.list("fetch.networks"),
            values.list("fetch.folders").stream().map(Path::of).toList(),
            Set.copyOf(values.list("fetch.buckets")));
    FetchLimits limits = DEFAULT.pipeline.fetch.limits();
    Retries retries = DEFAULT.pipeline.fetch.retries();
    return new FetchSettings(
        policy,
        new FetchLimits(
            values.bytes("fetch.largest-bytes", limits.bytes()),
            values.duration("fetch.connect-time", limits.connectTime()),
            values.duration("fetch.attempt-time", limits.attemptTime()),
            values.duration("fetch.total-time", limits.totalTime()),
            values.integer("fetch.redirects", limits.redirects()),
            values.integer("fetch.connections-per-host", limits.connectionsPerHost())),
        new Retries(
            values.integer("fetch.attempts", retries.attempts()),
            values.duration("fetch.first-pause", retries.firstPause()),
            values.duration("fetch.longest-pause", retries.longestPause())),
        s3(values),
        values.text("fetch.user-agent", DEFAULT.pipeline.fetch.userAgent()));
  }

  private static ServiceSettings service(SettingValues values) {
    ServiceSettings base = ServiceSettings.LOOPBACK;
    return new ServiceSettings(
        values
            .parsed("service.address", ServiceSettings.FORMS, ServiceSettings::parse)
            .orElse(base.address()),
        values.flag("service.morphologies", base.morphologies()),
        values.bytes("service.morphologies-memory", base.morphologiesMemory()),
        values.bytes("service.morphologies-disk", base.morphologiesDisk()),
        page(values),
        values
            .parsed("service.probe-address", ServiceSettings.FORMS, ServiceSettings::parse)
            .orElse(base.probes()),
        values.list("service.hosts"),
        connections(values, base.connections()));
  }

  private static ConnectionLimits connections(SettingValues values, ConnectionLimits base) {
    int all = values.integer("service.connections", base.connections());
    return new ConnectionLimits(
        all,
        values.integer("service.connections-per-client", Math.max(1, all / 2)),
        values.duration("service.request-time", base.requestTime()),
        values.duration("service.idle-time", base.idleTime()),
        values.duration("service.answer-time", base.answerTime()));
  }

  private static PageSettings page(SettingValues values) {
    PageSettings base = PageSettings.DEFAULT;
    return new PageSettings(
        values.flag("page.show", base.show()),
        values.flag("page.replay", base.replay()),
        values.list("page.hosts"),
        values.integer("page.cards", base.cards()),
        values.integer("page.clients", base.clients()),
        values.integer("page.galaxies", base.galaxies()),
        values.bytes("page.memory", base.memory()));
  }

  private static S3Settings s3(SettingValues values) {
    Optional<String> id = values.secret("fetch.s3.access-key-id");
    Optional<String> secret = values.secret("fetch.s3.secret-access-key");
    boolean anonymous = values.flag("fetch.s3.anonymous", false);
    if (id.isPresent() != secret.isPresent() || (anonymous && id.isPresent())) {
      throw new SettingsException(
          "The settings fetch.s3.access-key-id and fetch.s3.secret-access-key go together, and not"
              + " with fetch.s3.anonymous.");
    }
    S3Settings.Credentials credentials =
        anonymous
            ? new S3Settings.Credentials.Anonymous()
            : id.isPresent()
                ? new S3Settings.Credentials.KeyPair(id.get(), secret.orElseThrow())
                : new S3Settings.Credentials.FromEnvironment();
    return new S3Settings(
        values.parsed("fetch.s3.endpoint", "a URI", URI::create).orElse(null),
        values.text("fetch.s3.region").orElse(null),
        values.flag("fetch.s3.path-style", false),
        credentials);
  }

  /** Names the section of a value that a record refuses. */
  private static <T> T section(String name, Supplier<T> settings) {
    try {
      return settings.get();
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new SettingsException(
          "The settings below " + name + " do not fit together: " + e.getMessage(), e);
    }
  }
}
