package dev.tuningfork.benchmark.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

/** What follows from measured figures, checked by hand. */
class ScaleTest {

  private static final Machine HERE =
      new Machine(2, "a processor", List.of(), List.of(), 8, "a system", "25");

  private static Figure figure(String suite, String name, double value) {
    return new Figure(suite, name, "", Spread.of(List.of(value)), "");
  }

  private static Report report(Figure... figures) {
    return new Report(HERE, "fast 1.0.0", "cpu", false, List.of(figures), List.of());
  }

  @Test
  void tenMillionInTenHoursAtAHundredACore() {
    Report report =
        report(
            figure("instances", "one on one core", 100),
            figure("stream", "image", 10_000),
            figure("stream", "reference", 100),
            figure("stream", "morphology", 2_000));

    List<String> page = Scale.of(report).markdown(report);

    // 277.8 galaxies/s are 2.78 cores busy, 6 planned at half load, 2 instances, 4 partitions;
    // 1e7 × (100 + 2,000) bytes × 3 replicas are 63 GB
    assertThat(page)
        .contains(
            "| Rubin, a night's mean: 10⁷ alerts in 10 h | 278 | 2.78 | 6 | 2 | 4 | 2.78 | 0.556 | 20.0 | 63.0 |")
        .contains("| 16 | 1.74 h | 174 h |");
  }

  @Test
  void aFigureThatWasNotMeasuredIsNamed() {
    assertThatThrownBy(() -> Scale.of(report(figure("stream", "image", 1))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("instances/one on one core");
  }
}
