package dev.tuningfork.benchmark.suite;

import dev.tuningfork.benchmark.faults.FaultRun;
import java.util.List;

/**
 * Brokers, instances and hosts fail while references pass; what came out is counted. Fails where
 * one is lost, doubled or wrong.
 */
final class FaultSuite {

  private static final int FOR_A_ROUND = 5_000;
  private static final int FEWEST_ROUNDS = 2;

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
            wanted.references(),
            wanted.seed(),
            wanted.carried(),
            Math.max(FEWEST_ROUNDS, wanted.references() / FOR_A_ROUND));
    FaultRun.Result result =
        new FaultRun(
                workload.folder("faults"),
                workload.images(),
                workload.bundle(),
                order,
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
}
