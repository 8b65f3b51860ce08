package dev.tuningfork.trainer.metrics;

import dev.tuningfork.tree.Interval;
import java.util.List;
import java.util.OptionalDouble;

/**
 * What volunteers and a model said to one question about one galaxy.
 *
 * @param asked the share of volunteers who were asked, above 0
 * @param votes the share of each answer among them
 * @param answers the probability of each answer by the model, given that the question is asked
 * @param intervals within which each answer's share of votes lies, by the model, with a probability
 *     of 90 %; empty for a model that gives none
 * @param logLikelihood of the counted votes by the model; empty where either has no counts
 */
@SuppressWarnings("ArrayRecordComponent") // lives within one computation, and is never compared
public record Comparison(
    double asked,
    double[] votes,
    double[] answers,
    List<Interval> intervals,
    OptionalDouble logLikelihood) {

  /** The ends of intervals have four digits, so a vote fraction on an end may be just beyond it. */
  private static final double ROUNDING = 0.5e-4;

  /** The answer that most volunteers gave; the first one of equals. */
  public int voted() {
    return largest(votes);
  }

  /** The answer that the model holds for most probable; the first one of equals. */
  public int answered() {
    return largest(answers);
  }

  /** Whether at least half of the volunteers were asked. */
  public boolean reached() {
    return asked >= QuestionMetrics.ASKED;
  }

  /** Whether the question was reached and volunteers agree. */
  public boolean agreed() {
    return reached() && votes[voted()] > QuestionMetrics.AGREED;
  }

  /** The answers whose share of votes lies within the model's interval, among all that have one. */
  public Share within() {
    int within = 0;
    for (int a = 0; a < intervals.size(); a++) {
      Interval interval = intervals.get(a);
      boolean inside =
          votes[a] >= interval.lower90() - ROUNDING && votes[a] <= interval.upper90() + ROUNDING;
      within += inside ? 1 : 0;
    }
    return new Share(within, intervals.size());
  }

  /** The place of the greatest value; the first one of equals. */
  public static int largest(double[] values) {
    int best = 0;
    for (int i = 1; i < values.length; i++) {
      if (values[i] > values[best]) {
        best = i;
      }
    }
    return best;
  }
}
