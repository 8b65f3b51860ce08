package dev.tuningfork.trainer.metrics;

import dev.tuningfork.tree.Answer;
import java.util.List;
import java.util.OptionalDouble;

/**
 * How far a model's joint probability of an answer is from the share of all volunteers who gave it.
 *
 * @param answer to a question
 * @param galaxies of which the share is known, at least 1
 * @param meanSquare of the difference
 * @param scatter the mean square that would be left if the model knew the share of infinitely many
 *     volunteers: each galaxy had only so many, so their share differs from that one by chance. For
 *     a share p of n volunteers it is p (1 − p) ÷ (n − 1), the unbiased estimate of a binomial
 *     share's variance
 * @param votes the mean share of volunteers
 * @param probability the mean joint probability
 */
public record AnswerError(
    Answer answer,
    int galaxies,
    double meanSquare,
    double scatter,
    double votes,
    double probability) {

  /**
   * How many volunteers there were where a table does not tell: as many as classified a galaxy of
   * Galaxy Zoo 2 (Willett et al. 2013 give 44 as the median).
   */
  static final double USUAL_VOLUNTEERS = 44;

  /** The sum of squared differences. */
  public double sumOfSquares() {
    return galaxies * meanSquare;
  }

  /** The root mean square over several answers; empty for none. */
  static OptionalDouble rmse(List<AnswerError> errors) {
    return root(errors, errors.stream().mapToDouble(AnswerError::sumOfSquares).sum());
  }

  /** What of that is the scatter of volunteers; empty for no answers. */
  static OptionalDouble scatter(List<AnswerError> errors) {
    return root(errors, errors.stream().mapToDouble(e -> e.galaxies() * e.scatter()).sum());
  }

  private static OptionalDouble root(List<AnswerError> errors, double sum) {
    long cells = errors.stream().mapToLong(AnswerError::galaxies).sum();
    return cells == 0 ? OptionalDouble.empty() : OptionalDouble.of(Math.sqrt(sum / cells));
  }
}
