package dev.tuningfork.benchmark;

import dev.tuningfork.benchmark.report.Page;
import dev.tuningfork.benchmark.report.Picture;
import dev.tuningfork.benchmark.report.Report;
import dev.tuningfork.benchmark.report.Scale;
import dev.tuningfork.benchmark.report.Table;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;

/** Writes the figures of a report into the pages of the documentation. */
@Command(
    name = "docs",
    mixinStandardHelpOptions = true,
    description =
        "Writes a report's figures into benchmarks.md and scale.md, and draws benchmarks.png.")
final class PagesCommand implements Callable<Integer> {

  static final String BENCHMARKS = "benchmarks.md";
  static final String SCALE = "scale.md";

  @Option(
      names = "--from",
      paramLabel = "FILE.json",
      required = true,
      description = "A JSON file written by the full form with --json.")
  private Path json = Path.of("");

  @Option(
      names = "--docs",
      paramLabel = "FOLDER",
      defaultValue = "docs",
      description = "The folder of the pages (${DEFAULT-VALUE}).")
  private Path docs = Path.of("docs");

  @Override
  public Integer call() throws Exception {
    Report report = Report.read(json);
    new Page(docs.resolve(BENCHMARKS)).write(Table.markdown(report));
    new Page(docs.resolve(SCALE)).write(Scale.of(report).markdown(report));
    Picture.write(report, docs.resolve("benchmarks.png"));
    return ExitCode.OK;
  }
}
