package dev.tuningfork.trainer.data;

import java.util.List;
import java.util.stream.Collectors;

/** What becomes of training where something is wrong with the data. */
public enum Strictness {
  /** What cannot be used is left out, counted and listed. */
  SKIP,
  /** The first problems end it, before anything is trained or written. */
  STOP;

  private static final int LISTED = 10;

  /**
   * Ends it where that is asked for.
   *
   * @throws IllegalArgumentException if this is {@link #STOP} and there are problems; it lists the
   *     first of them
   */
  public void check(List<Problem> problems) {
    if (this == STOP && !problems.isEmpty()) {
      throw new IllegalArgumentException(
          problems.stream()
              .limit(LISTED)
              .map(Problem::sentence)
              .collect(
                  Collectors.joining(
                      " ",
                      problems.size() == 1
                          ? "The data has a problem: "
                          : "The data has %,d problems: ".formatted(problems.size()),
                      problems.size() > LISTED
                          ? " … and %,d more.".formatted(problems.size() - LISTED)
                          : "")));
    }
  }
}
