package dev.tuningfork.trainer.evaluate;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/** An evaluation as text, at most 100 columns wide. */
public final class FiguresTable {

  private static final int WIDTH = 98;

  private FiguresTable() {}

  /** Lines, without a line end behind the last. */
  public static String of(Evaluation evaluation) {
    boolean intervals = evaluation.figures().within().whole() > 0;
    List<List<String>> rows = new ArrayList<>();
    rows.add(header(intervals, evaluation.turning().isPresent()));
    for (QuestionFigures question : evaluation.figures().questions()) {
      rows.add(row(question, intervals, evaluation.turning()));
    }
    List<String> lines = new ArrayList<>();
    lines.add(
        String.format(
            Locale.ROOT,
            "%s %s on %,d galaxies, from %s of each",
            evaluation.model().name(),
            evaluation.model().version(),
            evaluation.galaxies().size(),
            views(evaluation.views())));
    lines.add("");
    lines.addAll(aligned(rows));
    lines.add("");
    lines.addAll(
        wrapped(
            "Accuracy over all galaxies, over those whose question at least half of the volunteers"
                + " were asked, and over those of these on which more than 80 % agree, each with the"
                + " number of galaxies. F1: mean over the answers, where asked. ECE: how far"
                + " probabilities are from shares of votes."
                + (intervals ? " In 90 %: shares of votes within the model's 90 % interval." : "")
                + (evaluation.turning().isPresent()
                    ? " Turning: how far joint probabilities move when the image turns."
                    : "")));
    lines.add("");
    summary(evaluation).forEach(line -> lines.addAll(wrapped(line)));
    return String.join("\n", lines);
  }

  private static List<String> header(boolean intervals, boolean turning) {
    List<String> cells = new ArrayList<>(List.of("question", "all", "", "asked", "", "agreed", ""));
    cells.addAll(List.of("F1", "ECE"));
    if (intervals) {
      cells.add("in 90 %");
    }
    if (turning) {
      cells.add("turning");
    }
    return cells;
  }

  private static List<String> row(
      QuestionFigures figures, boolean intervals, Optional<Turning> turning) {
    List<String> cells = new ArrayList<>();
    cells.add(figures.question().id() + " " + figures.question().key());
    for (Confusion confusion : List.of(figures.all(), figures.reached(), figures.agreed())) {
      cells.add(confusion.accuracy().toString());
      cells.add(String.format(Locale.ROOT, "%,d", confusion.accuracy().whole()));
    }
    cells.add(number("%.2f", figures.reached().macroF1()));
    cells.add(number("%.3f", figures.calibration().error()));
    if (intervals) {
      cells.add(figures.reachedWithin().toString());
    }
    turning.ifPresent(
        moves ->
            cells.add(
                String.format(Locale.ROOT, "%.3f", moves.of(figures.question().id()).change())));
    return cells;
  }

  /** What there is to say about all questions together, a sentence or two each. */
  static List<String> summary(Evaluation evaluation) {
    List<String> lines = new ArrayList<>();
    Figures figures = evaluation.figures();
    if (figures.rmse().isPresent()) {
      lines.add(
          "RMSE over Kaggle's 37 columns: %s; without the quirk of their question 6: %s. Giving every galaxy the mean of these galaxies: %s."
              .formatted(
                  number("%.4f", figures.rmse()),
                  number("%.4f", figures.rmseOfTree()),
                  number("%.4f", figures.rmseOfMean())));
    }
    evaluation
        .other()
        .ifPresent(
            other ->
                lines.add(
                    "From %s of each galaxy instead: %s."
                        .formatted(
                            views(evaluation.views() == 1 ? Evaluation.ALL_VIEWS : 1),
                            inShort(other))));
    if (figures.within().whole() > 0) {
      lines.add(
          "Shares of votes within the model's 90 %% interval: %s.".formatted(figures.within()));
    }
    evaluation
        .turning()
        .ifPresent(
            moves ->
                lines.add(
                    String.format(
                        Locale.ROOT,
                        "When the image turns, a joint probability moves by %.3f on average.",
                        moves.change())));
    if (figures.followed().whole() > 0) {
      lines.add(
          String.format(
              Locale.ROOT,
              "Of %,d galaxies that a class's rule on the votes holds for, the same rule is the nearest to the model's answers for %s (%s). To the letter the class follows for %s of them, and for %s of all %,d that have a class.",
              figures.nearest().whole(),
              figures.nearest(),
              figures.nearestClasses().entrySet().stream()
                  .map(
                      entry ->
                          String.format(
                              Locale.ROOT,
                              "%s %s of %,d",
                              entry.getKey(),
                              entry.getValue(),
                              entry.getValue().whole()))
                  .collect(Collectors.joining(", ")),
              figures.followedOfNamed(),
              figures.followed(),
              figures.followed().whole()));
    }
    lines.add(speed(evaluation.speed()));
    if (!evaluation.leftOut().isEmpty()) {
      lines.add(
          String.format(
              Locale.ROOT,
              "%,d galaxies were left out because their images cannot be used.",
              evaluation.leftOut().size()));
    }
    return lines;
  }

  private static String inShort(Figures figures) {
    QuestionFigures first = figures.questions().getFirst();
    String accuracy = "%s of %s right".formatted(first.all().accuracy(), first.question().key());
    return figures.rmse().isPresent()
        ? "RMSE %s, %s".formatted(number("%.4f", figures.rmse()), accuracy)
        : accuracy;
  }

  private static String speed(Evaluation.Speed speed) {
    String oneView =
        String.format(
            Locale.ROOT,
            "The network alone, on %s, answers about %,.0f galaxies a second from one view",
            speed.device(),
            speed.oneView());
    return speed.eightViews() == 0
        ? oneView + "."
        : oneView + String.format(Locale.ROOT, " and %,.0f from eight.", speed.eightViews());
  }

  static String views(int count) {
    return count == 1 ? "one view" : "eight views";
  }

  static String number(String format, OptionalDouble value) {
    return value.isPresent() ? String.format(Locale.ROOT, format, value.getAsDouble()) : "–";
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
