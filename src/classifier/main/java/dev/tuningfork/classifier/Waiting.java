package dev.tuningfork.classifier;

import dev.tuningfork.classifier.metrics.ClassifierMetrics;
import dev.tuningfork.classifier.service.Health;
import dev.tuningfork.classifier.service.MorphologyEndpoint;
import dev.tuningfork.classifier.service.ServiceServer;
import dev.tuningfork.classifier.service.SurveyImagesEndpoint;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The wait for services that do not answer yet. Meanwhile the process has health and metrics, so
 * that nobody restarts it: it has started and lives, and is not ready.
 *
 * <p>Used by one thread; requests are answered by others.
 */
final class Waiting implements Health, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Waiting.class);

  /** Between two attempts, of which most take half a minute themselves. */
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private static final Duration BETWEEN_LINES = Duration.ofSeconds(25);

  private final String model;
  private final long since = System.nanoTime();
  private final MorphologyEndpoint morphologies = new MorphologyEndpoint(Optional.empty());
  private @Nullable ServiceServer server;
  private volatile String sentence;
  private long lastLine;

  private Waiting(String model, String sentence) {
    this.model = model;
    this.sentence = sentence;
  }

  /**
   * Prepares what a start needs of other services, for as long as it takes.
   *
   * @param model which one is loaded, and where
   * @throws dev.tuningfork.classifier.setting.SettingsException where a service refuses
   */
  static Dependencies until(ClassifierSettings settings, String model) throws InterruptedException {
    try {
      return Dependencies.prepare(settings);
    } catch (UnreachableException first) {
      try (Waiting waiting = new Waiting(model, String.valueOf(first.getMessage()))) {
        return waiting.until(settings);
      }
    }
  }

  private Dependencies until(ClassifierSettings settings) throws InterruptedException {
    log();
    if (settings.service().address().isPresent()) {
      server = serve(settings);
    }
    while (true) {
      Thread.sleep(PAUSE);
      try {
        Dependencies found = Dependencies.prepare(settings);
        LOG.info(
            "All services answer, after {} s.",
            Duration.ofNanos(System.nanoTime() - since).toSeconds());
        return found;
      } catch (UnreachableException again) {
        sentence = String.valueOf(again.getMessage());
        if (System.nanoTime() - lastLine >= BETWEEN_LINES.toNanos()) {
          log();
        }
      }
    }
  }

  private void log() {
    LOG.warn("{} The classifier waits.", sentence);
    lastLine = System.nanoTime();
  }

  private ServiceServer serve(ClassifierSettings settings) {
    var registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    new ClassifierMetrics(registry).watchHealth(() -> live().up(), () -> ready().up());
    return Endpoints.listen(
        settings.service(),
        new ServiceServer.Contents(
            this,
            registry::scrape,
            this::info,
            "There is no topology yet: the classifier waits for other services.\n",
            morphologies,
            new SurveyImagesEndpoint(Optional.empty()),
            Optional.empty()));
  }

  private Map<String, ?> info() {
    Map<String, Object> info = new LinkedHashMap<>();
    info.put("model", model);
    info.put("waitingFor", sentence);
    return info;
  }

  @Override
  public Report started() {
    return Report.of(ClassifierHealth.loaded(model));
  }

  @Override
  public Report ready() {
    return Report.of(
        ClassifierHealth.loaded(model),
        new Check("partitions", false, sentence + " The classifier waits."));
  }

  @Override
  public Report live() {
    return Report.of(
        ClassifierHealth.loaded(model), new Check("classifier", true, "It has not failed."));
  }

  @Override
  public void close() {
    if (server != null) {
      server.close();
    }
    morphologies.close();
  }
}
