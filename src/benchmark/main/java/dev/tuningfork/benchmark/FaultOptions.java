package dev.tuningfork.benchmark;

import dev.tuningfork.benchmark.suite.Plan;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What the fault run publishes, and how its faults are spread. */
final class FaultOptions {

  @Option(
      names = "--seed",
      paramLabel = "S",
      description = "Seed of the fault schedule: the same seed gives the same schedule.")
  private @Nullable Long seed;

  @Option(
      names = "--carried",
      description = "In the fault run, put images into the records instead of references.")
  private boolean carried;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      description = "Number of rounds of the fault run. Default: one for each 5,000 references.")
  private @Nullable Integer rounds;

  @Option(
      names = "--round",
      paramLabel = "SECONDS",
      description =
          "How long a round of the fault run lasts (27). Instances start more slowly on a slow machine.")
  private @Nullable Integer round;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec = CommandSpec.create();

  /**
   * What is asked for.
   *
   * @param base what applies where nothing is given
   * @param references how many are published
   */
  Plan.Faults plan(Plan.Faults base, int references) {
    return new Plan.Faults(
        references,
        seed == null ? base.seed() : seed,
        carried,
        Benchmark.atLeast(spec, "--rounds", 1, rounds, Plan.Faults.rounds(references)),
        Duration.ofSeconds(
            Benchmark.atLeast(spec, "--round", 1, round, (int) base.round().toSeconds())));
  }
}
