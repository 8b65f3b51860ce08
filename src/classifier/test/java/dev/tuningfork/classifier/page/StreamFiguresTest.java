package dev.tuningfork.classifier.page;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tuningfork.classifier.message.FailureKind;
import dev.tuningfork.classifier.message.Stage;
import dev.tuningfork.classifier.metrics.ClassifierMetrics;
import dev.tuningfork.classifier.service.ServiceJson;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.TreeMap;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

class StreamFiguresTest {

  private final ClassifierMetrics metrics =
      new ClassifierMetrics(new PrometheusMeterRegistry(PrometheusConfig.DEFAULT));

  @Test
  void countersAreExactAndPercentilesAreOfTheLastSeconds() {
    StreamFigures figures = new StreamFigures();
    for (int i = 0; i < 1_000; i++) {
      metrics.classified(3_000);
    }
    figures.next(metrics.read(), 0, true);
    for (int i = 1; i <= 900; i++) {
      metrics.classified(i % 90);
    }
    metrics.deadLettered(Stage.FETCH, FailureKind.TRANSIENT, 40);
    StreamFigures.Snapshot now = figures.next(metrics.read(), 7, true);

    assertThat(now.morphologies()).isEqualTo(1_900);
    assertThat(now.deadLetters()).isEqualTo(1);
    assertThat(now.lag()).isEqualTo(7);
    assertThat(now.ready()).isTrue();
    assertThat(now.p50()).isCloseTo(45, Percentage.withPercentage(10));
    assertThat(now.p99()).isBetween(80.0, 100.0);
  }

  @Test
  void anEmptyHistogramHasNoPercentile() {
    StreamFigures.Snapshot now = new StreamFigures().next(metrics.read(), -1, false);

    assertThat(now.p50()).isNull();
    assertThat(now.lag()).isNull();
    assertThat(StreamFigures.percentile(new TreeMap<>(), 0.5)).isNull();
  }

  @Test
  void aClientGetsTheStreamsFiguresAndItsOwnInOneObject() {
    String json =
        ServiceJson.write(
            new StreamFigures.OfClient(new StreamFigures().next(metrics.read(), -1, false), 3, 2));

    assertThat(json)
        .contains("\"morphologies\":0", "\"ready\":false", "\"matched\":3", "\"dropped\":2")
        .doesNotContain("stream", "lag", "p50");
  }
}
