package dev.tuningfork.trainer.metrics;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;

/**
 * A number that says how well a model answers a question. {@link #ALL} is the one list of them:
 * {@code model.json}, the model card, the table of {@code evaluate} and its report follow from it,
 * so a new metric is one entry there.
 *
 * @param name in {@code model.json}
 * @param value of one question; empty where it is not known
 * @param shown which tables have it as a column
 * @param header of the column, at most ten characters
 * @param format of the column, as {@link String#format} takes it, of a share in per cent
 * @param meaning of the column, a sentence
 * @param share the galaxies that it counts, for a metric that tells their number
 */
public record QuestionMetric(
    String name,
    Function<QuestionMetrics, OptionalDouble> value,
    Shown shown,
    String header,
    String format,
    String meaning,
    Optional<Function<QuestionMetrics, Share>> share) {

  /** Which tables show a metric. */
  public enum Shown {
    /** All of them, with a dash where it is not known. */
    ALWAYS,
    /** Those of evaluations in which it is known of some question. */
    WHERE_KNOWN,
    /** The report, which has room for it. */
    IN_REPORT,
    /** None: only {@code model.json} has it. */
    NEVER
  }

  private static final String PERCENT = "%.1f %%";

  /** All metrics, in the order of the columns. */
  public static final List<QuestionMetric> ALL =
      List.of(
          accuracy(
              "accuracy",
              question -> question.all().accuracy(),
              "all",
              "How often the most probable answer is the one that most volunteers gave, and the number of galaxies."),
          accuracy(
              "accuracyAsked",
              question -> question.reached().accuracy(),
              "asked",
              "The same where at least half of the volunteers were asked the question."),
          accuracy(
              "accuracyAgreed",
              question -> question.agreed().accuracy(),
              "agreed",
              "The same where, in addition, more than 80 % of them gave the same answer."),
          hidden("f1", question -> question.all().macroF1()),
          shown(
              "f1Asked",
              question -> question.reached().macroF1(),
              Shown.ALWAYS,
              "F1",
              "%.2f",
              "The mean, over the answers, of the harmonic mean of precision and recall; where asked."),
          shown(
              "calibrationError",
              question -> question.calibration().error(),
              Shown.ALWAYS,
              "ECE",
              "%.3f",
              "Expected calibration error: the mean distance of the most probable answer's probability from the share of volunteers who gave it."),
          hidden("calibrationErrorOfMajority", q -> q.calibration().errorOfMajority()),
          hidden("within90", question -> question.within().value()),
          shown(
              "within90Asked",
              question -> question.reachedWithin().value(),
              Shown.WHERE_KNOWN,
              "in 90 %",
              PERCENT,
              "The vote fractions within the model's 90 % interval; where asked. 90 % is right: with more the intervals are too wide, with less too narrow."),
          shown(
              "logLikelihood",
              QuestionMetrics::logLikelihood,
              Shown.WHERE_KNOWN,
              "log L",
              "%.2f",
              "The natural logarithm of the probability that the model gives the counted votes, the mean over galaxies: the higher, the better. It depends on the number of votes, so compare models on the same table."),
          shown(
              "rmse",
              QuestionMetrics::rmse,
              Shown.IN_REPORT,
              "RMSE",
              "%.3f",
              "Root mean square error over the joint probabilities of the question's answers."),
          shown(
              "volunteersScatter",
              QuestionMetrics::scatter,
              Shown.IN_REPORT,
              "scatter",
              "%.3f",
              "The part of the RMSE that no model can be without: each galaxy has only so many volunteers, so their shares scatter (binomial; 44 volunteers where the labels do not tell)."),
          shown(
              "turning",
              question -> question.turning().stream().mapToDouble(Judged.Move::change).findFirst(),
              Shown.WHERE_KNOWN,
              "turning",
              "%.3f",
              "The mean change of a joint probability when the image is turned by right angles and mirrored."),
          hidden(
              "turningOtherAnswer",
              question ->
                  question.turning().map(Judged.Move::otherAnswer).orElse(Share.NONE).value()));

  private static QuestionMetric accuracy(
      String name, Function<QuestionMetrics, Share> share, String header, String meaning) {
    return new QuestionMetric(
        name,
        question -> share.apply(question).value(),
        Shown.ALWAYS,
        header,
        PERCENT,
        meaning,
        Optional.of(share));
  }

  private static QuestionMetric shown(
      String name,
      Function<QuestionMetrics, OptionalDouble> value,
      Shown shown,
      String header,
      String format,
      String meaning) {
    return new QuestionMetric(name, value, shown, header, format, meaning, Optional.empty());
  }

  private static QuestionMetric hidden(
      String name, Function<QuestionMetrics, OptionalDouble> value) {
    return shown(name, value, Shown.NEVER, "", "", "");
  }

  /**
   * The metrics that a table of these questions has as columns.
   *
   * @param report whether the table has room for those that only the report shows
   */
  public static List<QuestionMetric> columns(List<QuestionMetrics> questions, boolean report) {
    return ALL.stream().filter(metric -> metric.isColumn(questions, report)).toList();
  }

  private boolean isColumn(List<QuestionMetrics> questions, boolean report) {
    return switch (shown) {
      case ALWAYS -> true;
      case WHERE_KNOWN -> questions.stream().anyMatch(q -> value.apply(q).isPresent());
      case IN_REPORT -> report;
      case NEVER -> false;
    };
  }

  /** The number of galaxies that it is of, for a metric that tells it. */
  public Optional<Integer> galaxies(QuestionMetrics question) {
    return share.map(counted -> counted.apply(question).whole());
  }

  /** The number in figures, or a dash where it is not known. */
  public String cell(QuestionMetrics question) {
    OptionalDouble known = value.apply(question);
    return known.isEmpty()
        ? "–"
        : format.formatted((format.equals(PERCENT) ? 100 : 1) * known.getAsDouble());
  }

  /** The same with the number of galaxies, for a metric that tells it: {@code 98.4 % (1,234)}. */
  public String cellWithCount(QuestionMetrics question) {
    int galaxies = galaxies(question).orElse(0);
    return galaxies == 0 ? cell(question) : "%s (%,d)".formatted(cell(question), galaxies);
  }
}
