package dev.tuningfork.benchmark.suite;

import java.util.Map;

/** A part of the benchmark, which can be chosen by its name. */
public interface Suite {

  /** One word. */
  String name();

  /** What is measured, in one line. */
  String description();

  /** Whether the short form has it too where no part is chosen. */
  boolean quick();

  /** Whether it is left out unless it is named: it takes long, and what it shows is no speed. */
  default boolean onlyByName() {
    return false;
  }

  /** What has to be in the environment of the process that measures it. */
  default Map<String, String> environment() {
    return Map.of();
  }

  /** Measures; what cannot be measured here is told as left out, and nothing else fails for it. */
  void measure(Workload workload, Tally tally) throws Exception;
}
