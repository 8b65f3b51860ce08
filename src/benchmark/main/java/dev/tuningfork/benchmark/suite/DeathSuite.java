package dev.tuningfork.benchmark.suite;

import dev.tuningfork.benchmark.faults.Deaths;

/** How long answers stop after the death of one of three brokers, and of one of two instances. */
final class DeathSuite {

  private static final int DEATHS_A_RUN = 2;

  static final Suite SUITE =
      new Suite(
          "deaths",
          "how long answers stop when one broker or one instance dies, %d of each for each of --runs"
              .formatted(DEATHS_A_RUN),
          Suite.Form.NAMED,
          DeathSuite::measure);

  private static void measure(Workload workload, Tally tally) throws Exception {
    new Deaths(workload.folder("deaths"), workload.images(), workload.bundle(), tally::now)
        .measure(
            DEATHS_A_RUN * workload.plan().runs(),
            gap -> add(tally, "broker dies", gap),
            gap -> add(tally, "broker freezes", gap),
            gap -> add(tally, "instance dies", gap));
  }

  private static void add(Tally tally, String what, Deaths.Gap gap) {
    tally.add(
        what + ", next answer",
        "s",
        "at half load, until a reference that is published later has a committed answer",
        gap.next());
    tally.add(
        what + ", all partitions",
        "s",
        "the same, until each of four partitions has such an answer",
        gap.all());
  }
}
