package dev.tuningfork.classifier;

import dev.tuningfork.classifier.batch.Answerer;
import dev.tuningfork.classifier.batch.Batcher;
import dev.tuningfork.classifier.batch.Sampler;
import dev.tuningfork.classifier.expand.GalaxyLists;
import dev.tuningfork.classifier.fetch.SurveyImageFetcher;
import dev.tuningfork.classifier.metrics.ClassifierMetrics;
import dev.tuningfork.classifier.page.LiveFeed;
import dev.tuningfork.classifier.page.SteeredSurvey;
import dev.tuningfork.classifier.progress.Sky;
import dev.tuningfork.classifier.progress.SurveyBoard;
import dev.tuningfork.classifier.registry.SchemaRegistry;
import dev.tuningfork.classifier.rollout.Shadow;
import dev.tuningfork.classifier.service.ServiceSettings;
import dev.tuningfork.classifier.setting.SettingsException;
import dev.tuningfork.classifier.stream.ClassifierTopology;
import dev.tuningfork.classifier.stream.SurveyImages;
import dev.tuningfork.classifier.stream.SurveySettings;
import dev.tuningfork.classifier.stream.SurveyTopics;
import dev.tuningfork.classifier.stream.Transactions;
import dev.tuningfork.image.ImageLimits;
import dev.tuningfork.image.Preprocessor;
import dev.tuningfork.model.MorphologyModel;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running classifier: the topology on Kafka Streams, the batcher, the fetcher, and the service
 * endpoints, if the settings enable them.
 *
 * <p>It ends in one of two ways: it is closed, or it fails. A stream thread that dies is replaced
 * ({@link ThreadDeathPolicy}). The classifier fails where threads keep dying, the model is broken,
 * or memory runs out. Nothing is lost then: what is in flight is in the ledger, and is classified
 * again after a restart. Safe for use by many threads at once.
 */
public final class ClassifierApplication implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ClassifierApplication.class);
  private static final Duration CLOSING = Duration.ofSeconds(30);

  /** The state of a classifier. */
  public enum State {
    /** Partitions are assigned and ledgers restored; also after another member came or went. */
    STARTING,
    RUNNING,
    CLOSED,
    /** It has stopped unexpectedly; {@link #failure} says why. */
    FAILED
  }

  private final Optional<SchemaRegistry> registry;
  private final Optional<LiveFeed> feed;
  private final SurveyImageFetcher fetcher;
  private final Batcher batcher;
  private final Models models;
  private final KafkaStreams streams;
  private final ClassifierMetrics metrics;
  private final SurveyBoard board;
  private final RestoreProgress restoring = new RestoreProgress();
  private final Optional<Endpoints> endpoints;
  private final CountDownLatch ranOrEnded = new CountDownLatch(1);
  private final CountDownLatch ended = new CountDownLatch(1);
  private final ThreadDeathPolicy threadDeaths = new ThreadDeathPolicy(InstantSource.system());
  private volatile @Nullable Throwable failure;
  private volatile boolean hasRun;
  private volatile boolean closed;

  private ClassifierApplication(
      ClassifierSettings settings,
      MorphologyModel model,
      Optional<SteeredSurvey> survey,
      Dependencies found) {
    registry = found.registry();
    ImageLimits limits = settings.pipeline().image();
    ServiceSettings service = settings.service();
    Optional<PrometheusMeterRegistry> measures =
        service.address().map(_ -> new PrometheusMeterRegistry(PrometheusConfig.DEFAULT));
    metrics = measures.map(ClassifierMetrics::new).orElseGet(ClassifierMetrics::noop);
    feed = feed(service, metrics, survey);
    board = new SurveyBoard(feed.isPresent() ? Sky.ofPage() : Sky.none());
    fetcher = new SurveyImageFetcher(settings.pipeline().fetch());
    Shadow shadow = new Shadow(settings.model().rollout().shadowShare(), limits, metrics);
    batcher =
        new Batcher(
            settings.pipeline().batch(),
            fetcher,
            input -> Batcher.Preparation.by(new Preprocessor(input, limits)),
            model,
            this::fail,
            metrics,
            shadow,
            feed.<Sampler>map(page -> page).orElse(Sampler.NONE));
    models = new Models(settings, batcher, shadow, metrics);
    Transactions transactions = new Transactions(metrics, service.page().galaxies() + Sky.AT_ONCE);
    Topology topology =
        ClassifierTopology.of(
            settings.topics(),
            batcher,
            found.format(),
            settings.pipeline().ledger(),
            transactions,
            metrics,
            settings.surveyTopics().map(sky -> surveyImages(settings.pipeline(), sky)));
    streams =
        new KafkaStreams(
            topology, StreamsSettings.of(settings, found.streamsProtocol()), transactions);
    listen();
    endpoints =
        measures.map(
            told ->
                new Endpoints(
                    settings,
                    models,
                    found.format(),
                    topology.describe().toString(),
                    told,
                    metrics,
                    feed,
                    board));
  }

  private static Optional<LiveFeed> feed(
      ServiceSettings service, ClassifierMetrics metrics, Optional<SteeredSurvey> survey) {
    return service.address().isPresent() && service.page().show()
        ? Optional.of(new LiveFeed(service.page(), metrics, survey))
        : Optional.empty();
  }

  private void listen() {
    streams.setUncaughtExceptionHandler(this::onThreadDeath);
    streams.setGlobalStateRestoreListener(restoring);
    streams.setStateListener(
        (now, before) -> {
          if (now == KafkaStreams.State.RUNNING) {
            hasRun = true;
            ranOrEnded.countDown();
            LOG.info("Running with {}.", assignment());
          } else if (now.hasCompletedShutdown()) {
            ended.countDown();
            ranOrEnded.countDown();
          }
        });
  }

  private SurveyImages surveyImages(ClassifierSettings.Pipeline settings, SurveyTopics topics) {
    SurveySettings own = settings.survey();
    Path scratch = settings.fetch().tiles().folder();
    int largest = settings.ledger().largestReference();
    GalaxyLists lists = new GalaxyLists(fetcher, scratch, own.piece(), largest);
    return new SurveyImages(topics, lists, own, board);
  }

  /**
   * Starts a classifier; {@link #awaitRunning} waits until it has its partitions.
   *
   * @param model used by this classifier alone, and to be closed by the caller after it. Where
   *     another model takes its place, it is closed before, and closing it again does nothing
   * @throws SettingsException where Kafka or the schema registry cannot be reached, a topic is
   *     missing, Kafka refuses a setting, or the service's address cannot be listened on
   */
  public static ClassifierApplication start(ClassifierSettings settings, MorphologyModel model) {
    return start(settings, model, Optional.empty());
  }

  /** The same with a page that also steers a survey. */
  public static ClassifierApplication start(
      ClassifierSettings settings, MorphologyModel model, Optional<SteeredSurvey> survey) {
    try {
      return started(settings, model, survey, Dependencies.prepare(settings));
    } catch (UnreachableException e) {
      throw new SettingsException(String.valueOf(e.getMessage()), e);
    }
  }

  /**
   * The same, but where Kafka or the schema registry does not answer, waits until it does, however
   * long that takes. Meanwhile the service has health and metrics: the process lives, and is not
   * ready.
   *
   * @throws InterruptedException where it is interrupted while it waits
   */
  public static ClassifierApplication startWhenReachable(
      ClassifierSettings settings, MorphologyModel model) throws InterruptedException {
    Dependencies found = Waiting.until(settings, Answerer.of(model).inWords());
    return started(settings, model, Optional.empty(), found);
  }

  private static ClassifierApplication started(
      ClassifierSettings settings,
      MorphologyModel model,
      Optional<SteeredSurvey> survey,
      Dependencies found) {
    try {
      ClassifierApplication application = new ClassifierApplication(settings, model, survey, found);
      application.open();
      return application;
    } catch (RuntimeException e) {
      found.registry().ifPresent(SchemaRegistry::close);
      throw Dependencies.told(e);
    }
  }

  private void open() {
    try {
      endpoints.ifPresent(
          service -> service.open(new ClassifierHealth(this::look), streams, batcher, fetcher));
      streams.start();
      models.open(() -> endpoints.ifPresent(Endpoints::exchanged));
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  public State state() {
    if (failure != null) {
      return State.FAILED;
    } else if (closed) {
      return State.CLOSED;
    } else {
      return streams.state() == KafkaStreams.State.RUNNING ? State.RUNNING : State.STARTING;
    }
  }

  /** Why it failed; empty where it did not. */
  public Optional<Throwable> failure() {
    return Optional.ofNullable(failure);
  }

  /**
   * Waits until it has run for the first time.
   *
   * @return false if it did not within this time, or ended before
   */
  public boolean awaitRunning(Duration atMost) throws InterruptedException {
    return ranOrEnded.await(atMost.toMillis(), TimeUnit.MILLISECONDS) && hasRun;
  }

  /** Waits until it is closed or has failed. */
  public void awaitEnd() throws InterruptedException {
    ended.await();
  }

  /** How many batches the model has answered since the start. */
  public long batches() {
    return batcher.batches();
  }

  /** The port of the service endpoints, where there are some. */
  public OptionalInt servicePort() {
    return endpoints.map(service -> OptionalInt.of(service.port())).orElse(OptionalInt.empty());
  }

  /** Kafka Streams' own measures, and those of the ledger (group stream-tuning-fork-metrics). */
  public Map<MetricName, ? extends Metric> metrics() {
    return streams.metrics();
  }

  /**
   * Stops taking references, commits, leaves the group so that other members take over at once, and
   * drops what is in flight: the ledger holds it for them.
   */
  @Override
  public void close() {
    boolean first = !closed;
    long begun = System.nanoTime();
    closed = true;
    if (first) {
      LOG.info("Stopping. The ledger keeps the galaxies in flight for the next member.");
    }
    endpoints.ifPresent(Endpoints::closeMorphologies);
    boolean inTime =
        streams.close(
            CloseOptions.timeout(CLOSING)
                .withGroupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP));
    if (!inTime) {
      LOG.warn("The stream threads did not stop within {} s.", CLOSING.toSeconds());
    }
    models.close();
    batcher.close();
    fetcher.close();
    registry.ifPresent(SchemaRegistry::close);
    endpoints.ifPresent(Endpoints::close);
    ended.countDown();
    if (first) {
      LOG.info("Stopped after {} s.", "%.1f".formatted((System.nanoTime() - begun) / 1e9));
    }
  }

  /** The partitions of the input topic that are this member's. */
  private String assignment() {
    String partitions =
        streams.metadataForLocalThreads().stream()
            .flatMap(thread -> thread.activeTasks().stream())
            .flatMap(task -> task.topicPartitions().stream())
            .sorted(
                Comparator.comparing(TopicPartition::topic)
                    .thenComparingInt(TopicPartition::partition))
            .map(TopicPartition::toString)
            .collect(Collectors.joining(", "));
    return partitions.isEmpty() ? "no partitions: other members have them all" : partitions;
  }

  private ClassifierHealth.Sight look() {
    return new ClassifierHealth.Sight(
        models.serving().inWords(),
        batcher.isAlive(),
        closed,
        failure(),
        streams.state(),
        (int)
            streams.metadataForLocalThreads().stream()
                .filter(thread -> !thread.threadState().equals("DEAD"))
                .count(),
        silence(),
        restoring.ledgers(),
        restoring.records());
  }

  /** Seconds since any of the stream threads sent a heartbeat; negative before the first one. */
  private double silence() {
    return streams.metrics().entrySet().stream()
        .filter(metric -> metric.getKey().name().equals("last-heartbeat-seconds-ago"))
        .map(metric -> metric.getValue().metricValue())
        .filter(Number.class::isInstance)
        .mapToDouble(seconds -> ((Number) seconds).doubleValue())
        .filter(seconds -> seconds >= 0)
        .min()
        .orElse(-1);
  }

  private StreamThreadExceptionResponse onThreadDeath(Throwable cause) {
    metrics.streamThreadDied();
    if (threadDeaths.mayReplace(cause)) {
      LOG.error("A stream thread died and is replaced; the ledger has its galaxies.", cause);
      return StreamThreadExceptionResponse.REPLACE_THREAD;
    }
    LOG.error("Stream threads keep dying. The classifier stops.", cause);
    failure = cause;
    return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
  }

  private void fail(Throwable cause) {
    LOG.error(
        "The classifier stops. Nothing is lost: the galaxies in flight are in the ledger, and are"
            + " classified again after a restart. {}",
        cause.getMessage(),
        cause);
    failure = cause;
    // not on this thread, which close() waits for
    Thread.ofPlatform().name("tuning-fork-give-up").start(() -> streams.close(CLOSING));
  }
}
