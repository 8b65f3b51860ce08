package dev.tuningfork.trainer.metrics;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;

/**
 * Whether a model's probabilities mean what they say: its most probable answers, sorted by their
 * probability into bins of equal width, beside how volunteers answered (a reliability diagram; Guo
 * et al. 2017). A galaxy weighs as much as the share of volunteers who were asked the question.
 *
 * <p>The model says which share of volunteers would give an answer, so it is <em>votes</em> that a
 * calibrated model's probabilities are equal to. How often the answer is also that of most
 * volunteers is another thing: a galaxy that 6 in 10 call smooth is smooth by majority for certain.
 *
 * @param bins those that hold a galaxy, by probability
 */
public record Calibration(List<Bin> bins) {

  /** As many as Guo et al. 2017 take. */
  public static final int BINS = 15;

  /**
   * The galaxies whose most probable answer has a probability within the bin.
   *
   * @param from the least probability
   * @param to the greatest
   * @param galaxies how many there are
   * @param weight the sum of the shares of volunteers who were asked
   * @param probability the mean of the most probable answers' probabilities
   * @param votes the mean share of volunteers who gave that answer
   * @param majority how often that answer is the one that most volunteers gave
   */
  public record Bin(
      double from,
      double to,
      int galaxies,
      double weight,
      double probability,
      double votes,
      double majority) {}

  public Calibration {
    bins = List.copyOf(bins);
  }

  static Calibration of(List<Comparison> comparisons) {
    List<List<Comparison>> sorted = new ArrayList<>();
    for (int b = 0; b < BINS; b++) {
      sorted.add(new ArrayList<>());
    }
    for (Comparison comparison : comparisons) {
      double probability = comparison.answers()[comparison.answered()];
      sorted.get(Math.min((int) (probability * BINS), BINS - 1)).add(comparison);
    }
    List<Bin> bins = new ArrayList<>();
    for (int b = 0; b < BINS; b++) {
      if (!sorted.get(b).isEmpty()) {
        bins.add(bin(b, sorted.get(b)));
      }
    }
    return new Calibration(bins);
  }

  private static Bin bin(int place, List<Comparison> within) {
    double weight = within.stream().mapToDouble(Comparison::asked).sum();
    return new Bin(
        (double) place / BINS,
        (place + 1.0) / BINS,
        within.size(),
        weight,
        mean(within, weight, c -> c.answers()[c.answered()]),
        mean(within, weight, c -> c.votes()[c.answered()]),
        mean(within, weight, c -> c.answered() == c.voted() ? 1 : 0));
  }

  private static double mean(
      List<Comparison> within, double weight, ToDoubleFunction<Comparison> value) {
    return within.stream().mapToDouble(c -> c.asked() * value.applyAsDouble(c)).sum() / weight;
  }

  /**
   * The expected calibration error: how far, on average, the probability of the most probable
   * answer is from the share of volunteers who gave it. Empty where there is no galaxy.
   */
  public OptionalDouble error() {
    return error(bin -> bin.votes() - bin.probability());
  }

  /**
   * The same against how often the answer is that of most volunteers, which is what the figure
   * means for a classifier of certain labels. A model of vote fractions is not meant to keep this
   * low.
   */
  public OptionalDouble errorOfMajority() {
    return error(bin -> bin.majority() - bin.probability());
  }

  private OptionalDouble error(ToDoubleFunction<Bin> gap) {
    double weight = bins.stream().mapToDouble(Bin::weight).sum();
    return bins.isEmpty()
        ? OptionalDouble.empty()
        : OptionalDouble.of(
            bins.stream().mapToDouble(bin -> bin.weight() * Math.abs(gap.applyAsDouble(bin))).sum()
                / weight);
  }
}
