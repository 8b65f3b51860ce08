package dev.tuningfork.trainer.metrics;

import dev.tuningfork.tree.Question;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SequencedMap;
import java.util.stream.DoubleStream;

/**
 * How well a model answers one question.
 *
 * @param question the question
 * @param comparisons of volunteers and model, for each galaxy of {@code all}
 * @param all every galaxy of which volunteers' answer is known
 * @param reached those of them whose question at least half of the volunteers were asked
 * @param agreed those of these on which more than 0.8 of the volunteers agree
 * @param calibration whether its probabilities mean what they say
 * @param errors of the joint probabilities of the question's answers, where their shares are known;
 *     empty for a model of some questions only
 * @param within the answers, on the galaxies of {@code all}, whose share of votes lies within the
 *     model's 90 % interval; of none for a model that gives no intervals
 * @param reachedWithin the same on the galaxies of {@code reached}
 * @param turning how far the answers move when the image turns; empty where each was looked at once
 */
public record QuestionMetrics(
    Question question,
    List<Comparison> comparisons,
    Confusion all,
    Confusion reached,
    Confusion agreed,
    Calibration calibration,
    List<AnswerError> errors,
    Share within,
    Share reachedWithin,
    Optional<Judged.Move> turning) {

  /** A question is reached where at least this share of volunteers was asked it. */
  public static final double ASKED = 0.5;

  /** Volunteers agree where more than this share gave the same answer. */
  public static final double AGREED = 0.8;

  public QuestionMetrics {
    comparisons = List.copyOf(comparisons);
    errors = List.copyOf(errors);
  }

  static QuestionMetrics of(
      Question question,
      List<Comparison> comparisons,
      List<AnswerError> errors,
      Optional<Judged.Move> turning) {
    int answers = question.answers().size();
    List<Comparison> reached = comparisons.stream().filter(Comparison::reached).toList();
    return new QuestionMetrics(
        question,
        comparisons,
        Confusion.of(answers, comparisons),
        Confusion.of(answers, reached),
        Confusion.of(answers, reached.stream().filter(Comparison::agreed).toList()),
        Calibration.of(comparisons),
        errors,
        within(comparisons),
        within(reached),
        turning);
  }

  private static Share within(List<Comparison> comparisons) {
    return comparisons.stream().map(Comparison::within).reduce(Share.NONE, Share::plus);
  }

  /**
   * The natural logarithm of the probability of the counted votes, the mean over the galaxies of
   * {@code all} whose votes were counted.
   */
  public OptionalDouble logLikelihood() {
    return logLikelihoods().average();
  }

  DoubleStream logLikelihoods() {
    return comparisons.stream().flatMapToDouble(comparison -> comparison.logLikelihood().stream());
  }

  /** Over the joint probabilities of the answers; empty where {@link #errors} are. */
  public OptionalDouble rmse() {
    return AnswerError.rmse(errors);
  }

  /** The part of {@link #rmse()} that is the volunteers' own scatter ({@link AnswerError}). */
  public OptionalDouble scatter() {
    return AnswerError.scatter(errors);
  }

  /** The metrics of {@link QuestionMetric#ALL} that are known, by name. */
  public SequencedMap<String, Double> byName() {
    SequencedMap<String, Double> metrics = new LinkedHashMap<>();
    for (QuestionMetric metric : QuestionMetric.ALL) {
      metric
          .galaxies(this)
          .ifPresent(
              count -> metrics.put(metric.name().replace("accuracy", "galaxies"), (double) count));
      metric.value().apply(this).ifPresent(value -> metrics.put(metric.name(), value));
    }
    return metrics;
  }
}
