package dev.tuningfork.benchmark.report;

/**
 * One thing that was measured.
 *
 * @param suite the part of the benchmark that it belongs to
 * @param name unique within its suite
 * @param unit such as {@code images/s} or {@code ms}
 * @param description what exactly it is, in one line
 */
public record Figure(String suite, String name, String unit, Spread spread, String description) {

  /** Its name among those of all suites. */
  public String key() {
    return suite + "/" + name;
  }
}
