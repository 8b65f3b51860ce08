package dev.tuningfork.trainer.metrics;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.function.ToIntFunction;

/**
 * A number that says how well a model answers a question. {@link #ALL} is the one list of them:
 * {@code model.json}, the model card, the table of {@code evaluate} and its report follow from it,
 * so a new metric is one entry there.
 *
 * @param name in {@code model.json}
 * @param value of one question; empty where it is not known
 * @param galaxies how many galaxies it is of, and the name of that number in {@code model.json};
 *     empty for the metrics that are of the same galaxies as another one
 * @param column how tables show it; empty for one that only {@code model.json} has
 */
public record QuestionMetric(
    String name,
    Function<QuestionMetrics, OptionalDouble> value,
    Optional<Count> galaxies,
    Optional<Column> column) {

  /** A number of galaxies. */
  public record Count(String name, ToIntFunction<QuestionMetrics> of) {}

  /** Which tables show a metric. */
  public enum Shown {
    /** All of them, with a dash where it is not known. */
    ALWAYS,
    /** Those of evaluations in which it is known of some question. */
    WHERE_KNOWN,
    /** The report, which has room for it. */
    IN_REPORT
  }

  /**
   * A column of a table.
   *
   * @param header at most ten characters
   * @param meaning a sentence
   * @param percent whether it is a share, shown in per cent
   * @param digits behind the decimal point
   */
  public record Column(String header, String meaning, boolean percent, int digits, Shown shown) {}

  /** All metrics, in the order of the columns. */
  public static final List<QuestionMetric> ALL =
      List.of(
          accuracy(
              "accuracy",
              "galaxies",
              QuestionMetrics::all,
              "all",
              "How often the most probable answer is the one that most volunteers gave, and the number of galaxies."),
          accuracy(
              "accuracyAsked",
              "galaxiesAsked",
              QuestionMetrics::reached,
              "asked",
              "The same where at least half of the volunteers were asked the question."),
          accuracy(
              "accuracyAgreed",
              "galaxiesAgreed",
              QuestionMetrics::agreed,
              "agreed",
              "The same where, besides, more than 80 % of them gave the same answer."),
          hidden("f1", question -> question.all().macroF1()),
          shown(
              "f1Asked",
              question -> question.reached().macroF1(),
              new Column(
                  "F1",
                  "The mean, over the answers, of the harmonic mean of precision and recall; where asked.",
                  false,
                  2,
                  Shown.ALWAYS)),
          shown(
              "calibrationError",
              question -> question.calibration().error(),
              new Column(
                  "ECE",
                  "Expected calibration error: the mean distance of the most probable answer's probability from the share of volunteers who gave it.",
                  false,
                  3,
                  Shown.ALWAYS)),
          hidden(
              "calibrationErrorOfMajority", question -> question.calibration().errorOfMajority()),
          hidden("within90", question -> question.within().value()),
          shown(
              "within90Asked",
              question -> question.reachedWithin().value(),
              new Column(
                  "in 90 %",
                  "The vote fractions within the model's 90 % interval; where asked. 90 % is right: with more the intervals are too wide, with less too narrow.",
                  true,
                  1,
                  Shown.WHERE_KNOWN)),
          shown(
              "rmse",
              QuestionMetrics::rmse,
              new Column(
                  "RMSE",
                  "Root mean square error over the question's columns of Kaggle.",
                  false,
                  3,
                  Shown.IN_REPORT)),
          shown(
              "turning",
              question -> value(question.turning().map(Judged.Move::change)),
              new Column(
                  "turning",
                  "The mean change of a joint probability when the image is turned by right angles and mirrored.",
                  false,
                  3,
                  Shown.WHERE_KNOWN)),
          hidden(
              "turningOtherAnswer",
              question ->
                  question
                      .turning()
                      .map(move -> move.otherAnswer().value())
                      .orElse(OptionalDouble.empty())));

  private static OptionalDouble value(Optional<Double> value) {
    return value.map(OptionalDouble::of).orElse(OptionalDouble.empty());
  }

  private static QuestionMetric accuracy(
      String name,
      String galaxies,
      Function<QuestionMetrics, Confusion> of,
      String header,
      String meaning) {
    return new QuestionMetric(
        name,
        question -> of.apply(question).accuracy().value(),
        Optional.of(new Count(galaxies, question -> of.apply(question).accuracy().whole())),
        Optional.of(new Column(header, meaning, true, 1, Shown.ALWAYS)));
  }

  private static QuestionMetric shown(
      String name, Function<QuestionMetrics, OptionalDouble> value, Column column) {
    return new QuestionMetric(name, value, Optional.empty(), Optional.of(column));
  }

  private static QuestionMetric hidden(
      String name, Function<QuestionMetrics, OptionalDouble> value) {
    return new QuestionMetric(name, value, Optional.empty(), Optional.empty());
  }

  /**
   * The metrics that a table of these questions has as columns.
   *
   * @param report whether the table has room for those that only the report shows
   */
  public static List<QuestionMetric> columns(List<QuestionMetrics> questions, boolean report) {
    return ALL.stream()
        .filter(
            metric ->
                metric.column().isPresent()
                    && switch (metric.column().get().shown()) {
                      case ALWAYS -> true;
                      case WHERE_KNOWN ->
                          questions.stream().anyMatch(q -> metric.value.apply(q).isPresent());
                      case IN_REPORT -> report;
                    })
        .toList();
  }

  public String header() {
    return column.map(Column::header).orElse(name);
  }

  /** Such as {@code all: How often …}. */
  public String meaning() {
    return column.map(Column::meaning).orElse("");
  }

  /** The number in figures, or a dash where it is not known. */
  public String cell(QuestionMetrics question) {
    OptionalDouble known = value.apply(question);
    if (known.isEmpty() || column.isEmpty()) {
      return "–";
    }
    Column format = column.get();
    return String.format(
        Locale.ROOT,
        "%." + format.digits() + (format.percent() ? "f %%" : "f"),
        (format.percent() ? 100 : 1) * known.getAsDouble());
  }

  /** The same with the number of galaxies, where a metric has its own: {@code 98.4 % (1,234)}. */
  public String cellWithCount(QuestionMetrics question) {
    String cell = cell(question);
    return galaxies.isEmpty() || cell.equals("–")
        ? cell
        : String.format(Locale.ROOT, "%s (%,d)", cell, galaxies.get().of().applyAsInt(question));
  }
}
