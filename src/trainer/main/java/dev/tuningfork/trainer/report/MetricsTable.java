package dev.tuningfork.trainer.report;

import dev.tuningfork.trainer.evaluate.Evaluation;
import dev.tuningfork.trainer.metrics.Metrics;
import dev.tuningfork.trainer.metrics.QuestionMetric;
import dev.tuningfork.trainer.metrics.QuestionMetrics;
import dev.tuningfork.tree.JointColumns;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/** An evaluation as text, at most 100 columns wide. */
public final class MetricsTable {

  private static final int WIDTH = 98;

  private static final String ERRORS =
      "RMSE: over the joint probabilities of the question's answers. scatter: the part of it that no model can be without, because each galaxy has only so many volunteers (44 where the labels do not tell). share: of the sum of all squared errors.";

  private MetricsTable() {}

  /** Lines, without a line end behind the last. */
  public static String of(Evaluation evaluation) {
    List<QuestionMetrics> questions = evaluation.metrics().questions();
    List<QuestionMetric> columns = QuestionMetric.columns(questions, false);
    List<List<String>> rows = new ArrayList<>();
    rows.add(header(columns));
    questions.forEach(question -> rows.add(row(question, columns)));
    List<String> lines = new ArrayList<>();
    lines.add(
        "%s %s on %,d galaxies, from %s of each"
            .formatted(
                evaluation.model().name(),
                evaluation.model().version(),
                evaluation.galaxies().size(),
                views(evaluation.views())));
    lines.add("");
    lines.addAll(aligned(rows));
    lines.add("");
    columns.forEach(column -> lines.addAll(wrapped(column.header() + ": " + column.meaning())));
    if (evaluation.metrics().rmse().isPresent()) {
      lines.add("");
      lines.addAll(aligned(errors(evaluation.metrics())));
      lines.add("");
      lines.addAll(wrapped(ERRORS));
    }
    lines.add("");
    summary(evaluation).forEach(line -> lines.addAll(wrapped(line)));
    return String.join("\n", lines);
  }

  private static List<String> header(List<QuestionMetric> columns) {
    List<String> cells = new ArrayList<>(List.of("question"));
    for (QuestionMetric column : columns) {
      cells.add(column.header());
      column.share().ifPresent(counted -> cells.add(""));
    }
    return cells;
  }

  private static List<String> row(QuestionMetrics question, List<QuestionMetric> columns) {
    List<String> cells = new ArrayList<>();
    cells.add(question.question().id() + " " + question.question().key());
    for (QuestionMetric column : columns) {
      cells.add(column.cell(question));
      column.galaxies(question).ifPresent(count -> cells.add("%,d".formatted(count)));
    }
    return cells;
  }

  /** Where the error is: the RMSE of each question, and its part in that of all. */
  private static List<List<String>> errors(Metrics metrics) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("where the error is", "RMSE", "scatter", "share"));
    for (QuestionMetrics question : metrics.questions()) {
      rows.add(
          List.of(
              question.question().id() + " " + question.question().key(),
              number("%.3f", question.rmse()),
              number("%.3f", question.scatter()),
              percent(metrics.shareOfError(question))));
    }
    rows.add(
        List.of(
            "all questions",
            number("%.3f", metrics.rmse()),
            number("%.3f", metrics.scatter()),
            percent(OptionalDouble.of(1))));
    return rows;
  }

  private static String percent(OptionalDouble share) {
    return share.isPresent() ? "%.0f %%".formatted(100 * share.getAsDouble()) : "–";
  }

  /** Sentences about all questions together. */
  static List<String> summary(Evaluation evaluation) {
    Metrics metrics = evaluation.metrics();
    List<String> lines = new ArrayList<>();
    if (metrics.rmse().isPresent()) {
      lines.add(rmse(evaluation, "%s"));
    }
    String others = views(evaluation.views() == 1 ? Evaluation.ALL_VIEWS : 1);
    evaluation
        .other()
        .map(other -> "From %s of each galaxy instead: %s.".formatted(others, inShort(other)))
        .ifPresent(lines::add);
    if (metrics.within().whole() > 0) {
      lines.add(
          "Shares of votes within the model's 90 %% interval: %s.".formatted(metrics.within()));
    }
    metrics
        .logLikelihood()
        .ifPresent(
            mean ->
                lines.add(
                    "Log-likelihood of a galaxy's counted votes, all questions together: %.3f."
                        .formatted(mean)));
    metrics
        .turning()
        .map(
            moves ->
                "When the image turns, a joint probability moves by %.3f on average."
                    .formatted(moves.change()))
        .ifPresent(lines::add);
    if (metrics.followed().whole() > 0) {
      lines.add(classes(metrics));
    }
    lines.add(speed(evaluation.speed()));
    if (!evaluation.leftOut().isEmpty()) {
      lines.add(
          "%,d galaxies were left out because their images cannot be used."
              .formatted(evaluation.leftOut().size()));
    }
    return lines;
  }

  /**
   * @param emphasis a format for the first figure
   */
  static String rmse(Evaluation evaluation, String emphasis) {
    Metrics metrics = evaluation.metrics();
    JointColumns columns = JointColumns.of(evaluation.tree());
    String withoutQuirk =
        columns.hasQuirk()
            ? " (%s without the quirk of Kaggle's question 6)"
                .formatted(number("%.4f", metrics.rmseOfTree()))
            : "";
    return "RMSE over %s: %s%s. The mean of these galaxies as the answer for every galaxy: %s."
        .formatted(
            columns,
            emphasis.formatted(number("%.4f", metrics.rmse())),
            withoutQuirk,
            number("%.4f", metrics.rmseOfMean()));
  }

  private static String classes(Metrics metrics) {
    String nearest =
        metrics.nearestClasses().entrySet().stream()
            .map(
                entry ->
                    "%s %s of %,d"
                        .formatted(entry.getKey(), entry.getValue(), entry.getValue().whole()))
            .collect(Collectors.joining(", "));
    return "The votes for %,d galaxies satisfy the rule of a class. The model's answers are closest to the same rule for %s of them (%s). If every threshold is applied strictly, they give the class for %s of them, and for %s of all %,d galaxies with a class."
        .formatted(
            metrics.nearest().whole(),
            metrics.nearest(),
            nearest,
            metrics.followedOfNamed(),
            metrics.followed(),
            metrics.followed().whole());
  }

  private static String inShort(Metrics figures) {
    QuestionMetrics first = figures.questions().getFirst();
    String accuracy = "%s of %s right".formatted(first.all().accuracy(), first.question().key());
    return figures.rmse().isPresent()
        ? "RMSE %s, %s".formatted(number("%.4f", figures.rmse()), accuracy)
        : accuracy;
  }

  private static String speed(Evaluation.Speed speed) {
    String oneView =
        "The network alone, on %s, classifies about %,.0f galaxies per second from one view"
            .formatted(speed.device(), speed.oneView());
    return speed.eightViews() == 0
        ? oneView + "."
        : oneView + " and %,.0f from eight.".formatted(speed.eightViews());
  }

  static String views(int count) {
    return count == 1 ? "one view" : "eight views";
  }

  static String number(String format, OptionalDouble value) {
    return value.isPresent() ? format.formatted(value.getAsDouble()) : "–";
  }

  /** The first column to the left, all others to the right. */
  private static List<String> aligned(List<List<String>> rows) {
    int columns = rows.getFirst().size();
    int[] widths = new int[columns];
    for (List<String> row : rows) {
      for (int c = 0; c < columns; c++) {
        widths[c] = Math.max(widths[c], row.get(c).length());
      }
    }
    List<String> lines = new ArrayList<>();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder(row.getFirst());
      line.append(" ".repeat(widths[0] - line.length()));
      for (int c = 1; c < columns; c++) {
        String cell = row.get(c);
        line.append("  ").append(" ".repeat(widths[c] - cell.length())).append(cell);
      }
      lines.add(line.toString().stripTrailing());
    }
    return lines;
  }

  private static List<String> wrapped(String text) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    for (String word : text.split(" ", -1)) {
      if (!line.isEmpty() && line.length() + 1 + word.length() > WIDTH) {
        lines.add(line.toString());
        line.setLength(0);
      }
      line.append(line.isEmpty() ? "" : " ").append(word);
    }
    lines.add(line.toString());
    return lines;
  }
}
