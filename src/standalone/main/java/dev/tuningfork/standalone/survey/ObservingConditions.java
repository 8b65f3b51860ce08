package dev.tuningfork.standalone.survey;

import java.util.EnumMap;
import java.util.Map;

/**
 * The conditions of a survey: the noise of its sky, and how often it sees each kind of galaxy.
 *
 * @param noise of the sky, as a multiple of the usual: 0 to 20
 * @param kinds the share of each kind, which sum to 1; whole kinds may be missing
 */
public record ObservingConditions(double noise, Map<Kind, Double> kinds) {

  public static final ObservingConditions USUAL = new ObservingConditions(1, Kind.USUAL);

  private static final double LOUDEST = 20;

  /**
   * @throws IllegalArgumentException with a sentence, where a number is out of range
   */
  public ObservingConditions {
    if (!(noise >= 0 && noise <= LOUDEST)) {
      throw new IllegalArgumentException(
          "The noise is 0 to 20 times the usual, not " + noise + ".");
    }
    double sum = kinds.values().stream().mapToDouble(Double::doubleValue).sum();
    if (kinds.values().stream().anyMatch(share -> !(share >= 0)) || !(sum > 0 && sum < 1e9)) {
      throw new IllegalArgumentException(
          "The kinds' weights are 0 or more, and one is more than 0, unlike " + kinds + ".");
    }
    Map<Kind, Double> shares = new EnumMap<>(Kind.class);
    for (Kind kind : Kind.values()) {
      double weight = kinds.getOrDefault(kind, 0.0);
      shares.put(kind, Math.abs(sum - 1) < 1e-9 ? weight : weight / sum);
    }
    kinds = Map.copyOf(shares);
  }

  double share(Kind kind) {
    return kinds.getOrDefault(kind, 0.0);
  }
}
