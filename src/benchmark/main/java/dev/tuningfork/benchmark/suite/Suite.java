package dev.tuningfork.benchmark.suite;

import java.util.Map;

/**
 * A part of the benchmark, which can be chosen by its name.
 *
 * @param name one word
 * @param description what is measured, in one line
 * @param from the shortest form that has it
 * @param environment the variables that the process needs that measures it
 */
public record Suite(
    String name, String description, Form from, Map<String, String> environment, Measure measure) {

  /** How much of the benchmark is run where no part is chosen. */
  public enum Form {
    /** In the short form too. */
    QUICK,
    /** Only in the full form. */
    FULL,
    /** In no form: it takes long, and what it shows is no speed. */
    NAMED
  }

  /**
   * Measures; what cannot be measured here is reported as left out, and nothing else fails for it.
   */
  @FunctionalInterface
  public interface Measure {
    void of(Workload workload, Tally tally) throws Exception;
  }

  Suite(String name, String description, Form from, Measure measure) {
    this(name, description, from, Map.of(), measure);
  }
}
