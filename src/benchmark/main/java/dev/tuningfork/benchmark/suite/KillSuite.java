package dev.tuningfork.benchmark.suite;

import dev.tuningfork.benchmark.faults.SurveyKills;

/** One large survey image, while its instances are killed. Fails where one outcome is not right. */
final class KillSuite {

  static final Suite SUITE =
      new Suite(
          "kills",
          "two instances are killed again and again while they list and classify one survey image",
          Suite.Form.NAMED,
          KillSuite::measure);

  private static void measure(Workload workload, Tally tally) throws Exception {
    SurveyKills.Order order =
        workload.plan().quick()
            ? new SurveyKills.Order(2_048, 300, 4)
            : new SurveyKills.Order(8_192, 2_000, 10);
    SurveyKills.Result result =
        new SurveyKills(workload.folder("kills"), workload.bundle(), order, tally::say).run();
    result.report().forEach(tally::say);
    tally.add(
        "lost, doubled or wrong",
        "galaxies",
        "of %,d of a survey image of %,d² pixels, %d kills"
            .formatted(order.galaxies(), order.side(), order.kills()),
        result.flaws());
    if (result.flaws() > 0) {
      throw new IllegalStateException(
          "Kills lost something: " + String.join(System.lineSeparator(), result.report()));
    }
  }
}
