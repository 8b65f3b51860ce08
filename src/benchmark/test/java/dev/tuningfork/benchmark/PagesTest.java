package dev.tuningfork.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tuningfork.benchmark.report.Page;
import dev.tuningfork.benchmark.report.Report;
import dev.tuningfork.benchmark.report.Scale;
import dev.tuningfork.benchmark.report.Table;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** No figure in the documentation was typed: each stands in the report that lies beside it. */
class PagesTest {

  private static final Path DOCS = Path.of("..", "..", "docs");

  /** What the pages say as long as no report lies beside them. */
  private static final List<String> NOTHING = List.of("Not measured yet.");

  @Test
  void theTablesAreThoseOfTheReport() throws Exception {
    Path page = DOCS.resolve(PagesCommand.BENCHMARKS);

    assertThat(new Page(page).with(report().map(Table::markdown).orElse(NOTHING)))
        .as("written anew by ./tuning-fork benchmark docs --from docs/benchmarks.json")
        .isEqualTo(Files.readAllLines(page));
  }

  @Test
  void thePageOnScaleFollowsFromTheReport() throws Exception {
    Path page = DOCS.resolve(PagesCommand.SCALE);

    assertThat(
            new Page(page)
                .with(report().map(report -> Scale.of(report).markdown(report)).orElse(NOTHING)))
        .as("written anew by ./tuning-fork benchmark docs --from docs/benchmarks.json")
        .isEqualTo(Files.readAllLines(page));
  }

  @Test
  void theFiguresInTheReadmeAreThoseOfTheReport() throws Exception {
    String readme = Files.readString(DOCS.resolveSibling("README.md"));
    Optional<Report> report = report();
    assumeTrue(report.isPresent(), "Skipped: nothing was measured yet.");

    for (String rate :
        List.of("predictor/fast served", "predictor/accurate served", "stream/pipeline")) {
      assertThat(readme).as(rate).contains("| %,.0f |".formatted(median(report.get(), rate)));
    }
    assertThat(readme)
        .contains(
            "%.0f ms, %.0f ms"
                .formatted(
                    median(report.get(), "latency/50 % p50"),
                    median(report.get(), "latency/50 % p99")))
        .contains(
            "%.1f times as fast as the best"
                .formatted(
                    median(report.get(), "stream/pipeline")
                        / median(report.get(), "stream/Python best")));
  }

  private static double median(Report report, String figure) {
    return report.figure(figure).orElseThrow().spread().median();
  }

  private static Optional<Report> report() throws Exception {
    Path file = DOCS.resolve("benchmarks.json");
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    Report report = Report.read(file);
    assertThat(report.quick()).as("the short form's figures are not for the pages").isFalse();
    return Optional.of(report);
  }
}
