package dev.tuningfork.trainer.data;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Which of a table's columns are the votes. Tables often have several of these side by side. */
public enum LabelKind {
  /** How many volunteers gave an answer. */
  COUNT("vote counts"),
  /** The same, with inconsistent volunteers counting less (Willett et al. 2013, section 3.2). */
  WEIGHT("weighted vote counts"),
  /** The share of an answer among those who were asked its question. */
  FRACTION("vote fractions"),
  /** The same of weighted votes. */
  WEIGHTED_FRACTION("weighted vote fractions"),
  /** Shares as if all galaxies were near (Hart et al. 2016). */
  DEBIASED("debiased vote fractions");

  private final String words;

  LabelKind(String words) {
    this.words = words;
  }

  /**
   * The kind of this name, such as {@code weighted-fraction}.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static LabelKind named(String name) {
    return Arrays.stream(values())
        .filter(kind -> kind.option().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "There is no kind of labels '%s'; there are %s."
                        .formatted(name, options(List.of(values())))));
  }

  static String options(List<LabelKind> kinds) {
    return String.join(", ", kinds.stream().map(LabelKind::option).toList());
  }

  /** As the command line has it: {@code weighted-fraction}. */
  String option() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** What a column of Galaxy Zoo 2's table ends with: {@code weighted_fraction}. */
  String suffix() {
    return name().toLowerCase(Locale.ROOT);
  }

  boolean counted() {
    return this == COUNT || this == WEIGHT;
  }

  @Override
  public String toString() {
    return words;
  }
}
