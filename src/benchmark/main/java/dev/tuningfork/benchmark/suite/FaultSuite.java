package dev.tuningfork.benchmark.suite;

import dev.tuningfork.benchmark.faults.FaultRun;
import dev.tuningfork.benchmark.python.Python;
import dev.tuningfork.benchmark.python.Python.Unavailable;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * Brokers, instances and hosts fail while references pass; what came out is counted. Fails where
 * one is lost, doubled or wrong.
 */
final class FaultSuite {

  static final Suite SUITE =
      new Suite(
          "faults",
          "three brokers and three instances fail again and again; lost, doubled and wrong are counted",
          Suite.Form.NAMED,
          FaultSuite::measure);

  private static void measure(Workload workload, Tally tally) throws Exception {
    Plan.Faults wanted = workload.plan().faults();
    FaultRun.Order order =
        new FaultRun.Order(
            wanted.references(), wanted.seed(), wanted.carried(), wanted.rounds(), wanted.round());
    FaultRun.Result result =
        new FaultRun(
                workload.folder("faults"),
                workload.images(),
                workload.bundle(),
                order,
                python(workload, tally),
                tally::say,
                tally::now)
            .run();
    result.report().forEach(tally::say);
    List<Double> memory = result.residentMebibytes();
    int quarter = memory.size() / 4;
    memory
        .subList(quarter, 2 * quarter)
        .forEach(
            mebibytes ->
                tally.addQuietly(
                    "process, second quarter",
                    "MiB",
                    "resident, the instance that is never killed",
                    mebibytes));
    memory
        .subList(3 * quarter, memory.size())
        .forEach(
            mebibytes ->
                tally.addQuietly(
                    "process, last quarter",
                    "MiB",
                    "resident, the instance that is never killed",
                    mebibytes));
    tally.add(
        "lost, doubled or wrong",
        "references",
        "of %,d under faults with the seed %d%s"
            .formatted(
                wanted.references(), wanted.seed(), wanted.carried() ? ", carried images" : ""),
        result.flaws());
    if (result.flaws() > 0) {
      throw new IllegalStateException(
          "The fault run failed: " + String.join(System.lineSeparator(), result.report()));
    }
  }

  /** What counts in the end, besides Kafka's consumer in Java. */
  private static Optional<Python> python(Workload workload, Tally tally) throws IOException {
    try {
      return Optional.of(workload.python(Python.Kit.COUNT));
    } catch (Unavailable reason) {
      tally.say("Only Kafka's consumer in Java counts. " + reason.getMessage() + ".");
      return Optional.empty();
    }
  }
}
