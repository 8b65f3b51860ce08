package dev.tuningfork.classifier.service;

import java.util.Arrays;
import java.util.List;

/** What the health endpoints ask. Safe for use by many threads at once, and quick. */
public interface Health {

  /** Whether the process has come up; other services have no say in it. */
  Report started();

  /** Whether it can do its work now. */
  Report ready();

  /**
   * Whether a restart would not help. Never a matter of how much work there is, or of other
   * services.
   */
  Report live();

  /**
   * One thing that was looked at.
   *
   * @param reason a sentence, in good times and bad
   */
  record Check(String name, boolean up, String reason) {}

  /** It is up where all its checks are. */
  record Report(List<Check> checks) {
    public Report {
      checks = List.copyOf(checks);
    }

    public static Report of(Check... checks) {
      return new Report(Arrays.asList(checks));
    }

    public boolean up() {
      return checks.stream().allMatch(Check::up);
    }
  }
}
