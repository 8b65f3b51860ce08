package dev.tuningfork.trainer.metrics;

import java.util.OptionalDouble;

/**
 * A part of a number of things that were counted.
 *
 * @param part 0 to {@code whole}
 * @param whole how many there were
 */
public record Share(int part, int whole) {

  public static final Share NONE = new Share(0, 0);

  public Share {
    if (part < 0 || part > whole) {
      throw new IllegalArgumentException("%d of %d is not a share.".formatted(part, whole));
    }
  }

  /** 0 to 1; empty where there was nothing to count. */
  public OptionalDouble value() {
    return whole == 0 ? OptionalDouble.empty() : OptionalDouble.of((double) part / whole);
  }

  /** Both counted together. */
  public Share plus(Share other) {
    return new Share(part + other.part, whole + other.whole);
  }

  /** Such as {@code 98.4 %}, or a dash where there was nothing to count. */
  @Override
  public String toString() {
    return whole == 0 ? "–" : "%.1f %%".formatted(100.0 * part / whole);
  }
}
