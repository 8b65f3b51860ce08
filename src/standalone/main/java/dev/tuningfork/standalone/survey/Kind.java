package dev.tuningfork.standalone.survey;

import java.util.Locale;
import java.util.Map;

/** The kinds of objects that a mock survey observes. */
public enum Kind {
  SMOOTH(0.36),
  EDGE_ON(0.61 * 0.22),
  DISK(0.61 * 0.78),
  STAR(0.03),
  /** A galaxy whose image file broke off on its way. */
  DAMAGED(0);

  /** Rough shares of the real sample, with the rare ones made less rare. */
  public static final Map<Kind, Double> USUAL =
      Map.of(
          SMOOTH,
          SMOOTH.share,
          EDGE_ON,
          EDGE_ON.share,
          DISK,
          DISK.share,
          STAR,
          STAR.share,
          DAMAGED,
          DAMAGED.share);

  private final double share;

  Kind(double share) {
    this.share = share;
  }

  /** Such as {@code edge-on}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
