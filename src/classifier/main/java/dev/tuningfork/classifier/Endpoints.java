package dev.tuningfork.classifier;

import dev.tuningfork.classifier.batch.Answerer;
import dev.tuningfork.classifier.batch.Batcher;
import dev.tuningfork.classifier.fetch.SurveyImageFetcher;
import dev.tuningfork.classifier.message.MessageFormat;
import dev.tuningfork.classifier.metrics.ClassifierMetrics;
import dev.tuningfork.classifier.metrics.ResidentMemory;
import dev.tuningfork.classifier.page.LiveFeed;
import dev.tuningfork.classifier.page.LivePage;
import dev.tuningfork.classifier.page.PageDeadLetters;
import dev.tuningfork.classifier.progress.SurveyBoard;
import dev.tuningfork.classifier.service.Health;
import dev.tuningfork.classifier.service.LatestMorphologies;
import dev.tuningfork.classifier.service.MorphologyEndpoint;
import dev.tuningfork.classifier.service.ServiceServer;
import dev.tuningfork.classifier.service.ServiceSettings;
import dev.tuningfork.classifier.service.SurveyImagesEndpoint;
import dev.tuningfork.classifier.setting.SettingsException;
import dev.tuningfork.model.DeviceSetting;
import dev.tuningfork.model.Forms;
import dev.tuningfork.model.ModelException;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.kafka.KafkaStreamsMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.stream.Stream;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.state.HostInfo;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one classifier shows of itself over HTTP: ties the service's parts to it. Opened once, and
 * closed after the classifier, so that it tells how that ends.
 */
final class Endpoints implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Endpoints.class);
  private static final String MORPHOLOGIES = "-morphologies";

  /** How soon a metric of a task or a client is shown that Kafka has made since the start. */
  private static final Duration KAFKA_METRICS_REFRESH = Duration.ofSeconds(10);

  private final ClassifierSettings settings;
  private final String version;
  private final Models models;
  private final String startedAt = Instant.now().truncatedTo(ChronoUnit.MILLIS).toString();
  private final String topology;
  private final PrometheusMeterRegistry registry;
  private final ClassifierMetrics metrics;
  private final Optional<LatestMorphologies> latest;
  private final MorphologyEndpoint morphologies;
  private final Optional<LiveFeed> feed;
  private final SurveyBoard board;
  private final Deque<AutoCloseable> binders = new ArrayDeque<>();
  private @Nullable ServiceServer server;

  Endpoints(
      ClassifierSettings settings,
      Models models,
      MessageFormat format,
      String topology,
      PrometheusMeterRegistry registry,
      ClassifierMetrics metrics,
      Optional<LiveFeed> feed,
      SurveyBoard board) {
    this.settings = settings;
    this.models = models;
    this.topology = topology;
    this.registry = registry;
    this.metrics = metrics;
    this.feed = feed;
    this.board = board;
    version =
        Objects.requireNonNullElse(
            Endpoints.class.getPackage().getImplementationVersion(), "in development");
    latest =
        settings.service().morphologies()
            ? Optional.of(
                new LatestMorphologies(settings.topics().output(), format, settings.service()))
            : Optional.empty();
    morphologies = new MorphologyEndpoint(latest);
  }

  /**
   * @throws SettingsException where the address cannot be listened on
   */
  void open(Health health, KafkaStreams streams, Batcher batcher, SurveyImageFetcher fetcher) {
    measure(health, streams, batcher);
    new SurveyMetrics(settings.surveyTopics().map(_ -> board), fetcher::tileFigures)
        .bindTo(registry);
    InetSocketAddress address = settings.service().address().orElseThrow();
    ServiceSettings service = advertised().map(own -> known(own.host())).orElse(settings).service();
    server =
        listen(
            service,
            new ServiceServer.Contents(
                health,
                registry::scrape,
                this::info,
                topology,
                morphologies,
                new SurveyImagesEndpoint(settings.surveyTopics().map(_ -> board)),
                feed.map(
                    live ->
                        new LivePage(
                            live,
                            new PageDeadLetters(
                                KafkaClients.consumer(settings),
                                KafkaClients.producer(settings),
                                settings.topics(),
                                settings.service().page().replay()),
                            service.page().withHosts(service.names()),
                            address.getHostString(),
                            fetcher,
                            settings.pipeline().image(),
                            new LivePage.Surroundings(
                                version,
                                models::serving,
                                morphologies::latest,
                                board.sky(),
                                () -> lag(streams),
                                () -> health.ready().up())))));
    LOG.info("Health, metrics and more at http://{}:{}/.", address.getHostString(), port());
    listening()
        .probePort()
        .ifPresent(port -> LOG.info("Health and metrics are also on port {}.", port));
    latest.ifPresent(
        table -> table.start(StreamsSettings.beside(settings, MORPHOLOGIES), self(address)));
  }

  /**
   * @throws SettingsException where the address cannot be listened on
   */
  static ServiceServer listen(ServiceSettings service, ServiceServer.Contents contents) {
    try {
      return new ServiceServer(service, contents);
    } catch (ServiceServer.AddressException e) {
      throw new SettingsException(
          "The service cannot listen on %s:%d: %s. Set %s to another address, or to none."
              .formatted(
                  e.address().getHostString(), e.address().getPort(), e.getMessage(), e.setting()),
          e);
    }
  }

  int port() {
    return listening().port();
  }

  private ServiceServer listening() {
    return Objects.requireNonNull(server, "not open");
  }

  /** The latest morphologies are somebody else's from now on. */
  void closeMorphologies() {
    latest.ifPresent(LatestMorphologies::close);
  }

  @Override
  public void close() {
    feed.ifPresent(LiveFeed::close);
    if (server != null) {
      server.close();
    }
    morphologies.close();
    binders.forEach(Endpoints::close);
    registry.close();
  }

  private void measure(Health health, KafkaStreams streams, Batcher batcher) {
    metrics.watchPrepared(batcher::prepared);
    metrics.watchHealth(() -> health.live().up(), () -> health.ready().up());
    describe();
    models.measure();
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
    new ResidentMemory().bindTo(registry);
    JvmGcMetrics collections = new JvmGcMetrics();
    binders.add(collections);
    collections.bindTo(registry);
    ScheduledExecutorService scheduler =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("kafka-metrics").factory());
    KafkaStreamsMetrics kafka =
        new KafkaStreamsMetrics(streams, List.of(), scheduler, KAFKA_METRICS_REFRESH);
    binders.add(kafka);
    binders.add(scheduler);
    kafka.bindTo(registry);
  }

  /** Another model answers from now on. */
  void exchanged() {
    describe();
    feed.ifPresent(LiveFeed::exchanged);
  }

  private void describe() {
    Answerer model = models.serving();
    metrics.describe(
        "version",
        version,
        "model",
        model.identity().name(),
        "model_version",
        model.identity().version(),
        "model_sha256",
        model.identity().sha256(),
        "tree",
        model.tree().id(),
        "device",
        model.device());
  }

  private Map<String, Object> info() {
    Answerer model = models.serving();
    Map<String, Object> info = new LinkedHashMap<>();
    info.put("version", version);
    info.put("startedAt", startedAt);
    info.put("model", model.identity());
    models.shadow().ifPresent(shadow -> info.put("shadow", shadow));
    models.refusal().ifPresent(refused -> info.put("refusedModel", refused));
    info.put("tree", Map.of("id", model.tree().id(), "version", model.tree().version()));
    info.put("preprocessing", model.preprocessing());
    info.put("device", model.device());
    info.put("forms", forms());
    info.put("topics", topics());
    info.put("settings", ShownSettings.of(settings));
    return info;
  }

  private Map<String, String> topics() {
    Map<String, String> topics = new LinkedHashMap<>();
    topics.put("input", settings.topics().input());
    topics.put("output", settings.topics().output());
    topics.put("deadLetters", settings.topics().deadLetters());
    settings.topics().surveyImages().ifPresent(name -> topics.put("surveyImages", name));
    return topics;
  }

  /** Each form with whether it works where the model computes, and why not. */
  private Map<String, String> forms() {
    try {
      return Forms.on(DeviceSetting.parse(settings.model().device())).told();
    } catch (ModelException e) {
      throw new IllegalStateException("The serving model's device is not available.", e);
    }
  }

  /** Where the other instances find this one: what the operator says, or where it listens. */
  private HostInfo self(InetSocketAddress address) {
    Optional<HostInfo> advertised = advertised();
    if (advertised.isPresent()) {
      return advertised.get();
    }
    String host = address.getHostString();
    try {
      boolean any = InetAddress.getByName(host).isAnyLocalAddress();
      return new HostInfo(any ? InetAddress.getLocalHost().getHostAddress() : host, port());
    } catch (UnknownHostException e) {
      throw new SettingsException(
          "This machine does not know its own address, so set kafka.application.server to the host"
              + " and port under which the other instances reach it.",
          e);
    }
  }

  /** The settings, with one more name under which the service is known. */
  private ClassifierSettings known(String host) {
    List<String> hosts = settings.service().hosts();
    return settings.with(
        ServiceSettings.HOSTS, Stream.concat(hosts.stream(), Stream.of(host)).toList());
  }

  /** What the operator says where the other instances find this one. */
  private Optional<HostInfo> advertised() {
    return Optional.ofNullable(settings.kafka().get(StreamsConfig.APPLICATION_SERVER_CONFIG))
        .map(HostInfo::buildFromEndpoint);
  }

  /** How many references are published and not yet taken; negative where that is not known. */
  private long lag(KafkaStreams streams) {
    long lag = -1;
    for (Metric metric : streams.metrics().values()) {
      MetricName name = metric.metricName();
      if (name.name().equals("records-lag")
          && settings.topics().input().equals(name.tags().get("topic"))
          && metric.metricValue() instanceof Double records
          && records >= 0) {
        lag = Math.max(0, lag) + records.longValue();
      }
    }
    return lag;
  }

  private static void close(AutoCloseable binder) {
    try {
      binder.close();
    } catch (Exception e) {
      LOG.warn("The metrics were not closed cleanly.", e);
    }
  }
}
