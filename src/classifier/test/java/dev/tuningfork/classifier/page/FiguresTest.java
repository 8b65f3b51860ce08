package dev.tuningfork.classifier.page;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tuningfork.classifier.message.FailureKind;
import dev.tuningfork.classifier.message.Stage;
import dev.tuningfork.classifier.metrics.ClassifierMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.Map;
import java.util.TreeMap;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

class FiguresTest {

  private final ClassifierMetrics metrics =
      new ClassifierMetrics(new PrometheusMeterRegistry(PrometheusConfig.DEFAULT));

  @Test
  void countersAreExactAndPercentilesAreOfTheLastSeconds() {
    Figures figures = new Figures();
    for (int i = 0; i < 1_000; i++) {
      metrics.classified(3_000);
    }
    figures.next(metrics.read(), 0, true);
    for (int i = 1; i <= 900; i++) {
      metrics.classified(i % 90);
    }
    metrics.gaveUp(Stage.FETCH, FailureKind.TRANSIENT, 40);
    Map<String, Object> now = figures.next(metrics.read(), 7, true);

    assertThat(now)
        .containsEntry("morphologies", 1_900L)
        .containsEntry("deadLetters", 1L)
        .containsEntry("lag", 7L)
        .containsEntry("ready", true);
    assertThat(((Map<?, ?>) now.get("deadLettersByStage")).get("fetch")).isEqualTo(1L);
    assertThat((Double) now.get("p50")).isCloseTo(45, Percentage.withPercentage(10));
    assertThat((Double) now.get("p99")).isBetween(80.0, 100.0);
  }

  @Test
  void whereThereWasNothingThereIsNoPercentile() {
    Map<String, Object> now = new Figures().next(metrics.read(), -1, false);

    assertThat(now).containsEntry("p50", null).containsEntry("lag", null);
    assertThat(Figures.percentile(new TreeMap<>(), 0.5)).isNull();
  }
}
