package dev.tuningfork.trainer.report;

import dev.tuningfork.image.InputSpec;
import dev.tuningfork.model.ModelDescription;
import dev.tuningfork.trainer.data.HeldOutSplit;
import dev.tuningfork.trainer.evaluate.Evaluation;
import dev.tuningfork.trainer.metrics.IntervalWidths;
import dev.tuningfork.trainer.metrics.Metrics;
import dev.tuningfork.trainer.metrics.QuestionMetric;
import dev.tuningfork.trainer.metrics.QuestionMetrics;
import dev.tuningfork.tree.DecisionTree;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The page that tells a reader what a model was made from and how far to trust it.
 *
 * @param description the model
 * @param sources where the galaxies came from
 * @param split which galaxies were held out
 * @param settings how it was trained, a line each
 * @param trained by question's id, about how many of the training galaxies at least half of the
 *     volunteers were asked it
 * @param evaluation on the held-out galaxies
 * @param widths how the width of the model's intervals was fitted; empty for a model without them
 */
public record ModelCard(
    ModelDescription description,
    List<Source> sources,
    HeldOutSplit split,
    List<String> settings,
    Map<String, Integer> trained,
    Evaluation evaluation,
    Optional<IntervalWidths> widths) {

  /** The name of the card's file in a bundle. */
  public static final String FILE = "MODEL_CARD.md";

  /** A question that fewer training galaxies had asked than this rests on little. */
  public static final int LITTLE = 2000;

  /**
   * Where galaxies came from.
   *
   * @param description such as {@code images of kaggle/images with training_solutions.csv}
   * @param training how many of them the model learnt from
   * @param heldOut how many it was judged on
   * @param remark such as {@code a biased choice, so judged on none}; may be empty
   */
  public record Source(String description, int training, int heldOut, String remark) {}

  public ModelCard {
    sources = List.copyOf(sources);
    settings = List.copyOf(settings);
    trained = Map.copyOf(trained);
  }

  /** Markdown. */
  public String text() {
    Page page = new Page();
    DecisionTree tree = description.tree();
    boolean wholeTree = description.questions().size() == tree.questions().size();
    page.line("# %s %s", description.name(), description.version());
    page.line("");
    page.line(
        "The network `%s` (%,d weights, %,d million multiply-adds an image) answers %s of the %s tree (%s) from one image of a galaxy.",
        description.architecture(),
        description.network().parameters(),
        Math.round(description.network().multiplyAdds() / 1e6),
        wholeTree ? "every question" : String.join(", ", description.questions()),
        tree.name(),
        tree.source());
    page.line("For each question it gives the share of volunteers who would give each answer.");
    page.line("");
    data(page);
    settings(page);
    figures(page);
    limits(page);
    return page.text.toString();
  }

  private void data(Page page) {
    page.text.append(
        """
        ## Data

        | galaxies | learnt from | judged on | |
        |---|---:|---:|---|
        """);
    for (Source source : sources) {
      page.line(
          "| %s | %,d | %,d | %s |",
          source.description(), source.training(), source.heldOut(), source.remark());
    }
    page.line("");
    page.line(
        "A galaxy is held out by the SHA-256 of \"%s\" and its id: %.0f %% of the sets that are judged on.",
        split.salt(), 100 * split.share());
    page.text.append(
        """
        Labels are the vote fractions of Galaxy Zoo volunteers on pictures of the SDSS;
        credit Galaxy Zoo and SDSS wherever a figure from this model is shown.

        """);
  }

  private void settings(Page page) {
    InputSpec input = description.input();
    page.line("## Settings");
    page.line("");
    page.line(
        "- input: %s, %d×%d pixels, preprocessing `%s`",
        input.channels().name().toLowerCase(Locale.ROOT), input.size(), input.size(), input.id());
    settings.forEach(setting -> page.line("- %s", setting));
    description
        .bfloat16Error()
        .ifPresent(
            error ->
                page.line(
                    "- bfloat16: on the held-out galaxies its probabilities differ from those in float32 by %.4f at most",
                    error));
    description
        .bfloat16Untried()
        .ifPresent(
            reason ->
                page.line("- bfloat16: not tried, so the form `auto` does not use it. %s", reason));
    page.line("");
  }

  private void figures(Page page) {
    Metrics figures = evaluation.metrics();
    page.line(
        "## On %,d held-out galaxies, from %s of each",
        evaluation.galaxies().size(), MetricsTable.views(evaluation.views()));
    page.line("");
    views(page);
    List<QuestionMetric> columns = QuestionMetric.columns(figures.questions(), false);
    for (QuestionMetric column : columns) {
      page.line("- *%s*: %s", capitalised(column.header()), column.meaning());
    }
    page.line("");
    table(page, figures.questions(), columns);
    if (figures.within().whole() > 0) {
      page.line(
          "Of all shares of votes, %s lie within the model's 90 %% interval.", figures.within());
      widths.ifPresent(
          fitted ->
              page.line(
                  "How wide the intervals are was fitted on these very galaxies, one number a question: fitted on one half of them, they hold %s of the shares of the other half.",
                  fitted.crossFitted()));
      page.line("");
    }
    if (figures.followed().whole() > 0) {
      page.line(
          "Of %,d galaxies that a class's rule on the votes holds for, the same rule is the nearest to the model's answers for %s.",
          figures.nearest().whole(), figures.nearest());
      page.line(
          "To the letter, every threshold kept, the class follows for %s of them, and for %s of all %,d galaxies with a class, those that no rule holds for included.",
          figures.followedOfNamed(), figures.followed(), figures.followed().whole());
      page.line("");
    }
  }

  private void views(Page page) {
    if (evaluation.metrics().rmse().isPresent()) {
      page.line(
          "RMSE over Kaggle's 37 columns: **%s**; without the quirk of their question 6: %s. Giving every galaxy the mean of these very galaxies: %s.",
          MetricsTable.number("%.4f", evaluation.metrics().rmse()),
          MetricsTable.number("%.4f", evaluation.metrics().rmseOfTree()),
          MetricsTable.number("%.4f", evaluation.metrics().rmseOfMean()));
      page.line("");
    }
    if (evaluation.other().isEmpty()) {
      return;
    }
    QuestionMetrics first = evaluation.metrics().questions().getFirst();
    page.line("| | RMSE | %s | F1 | ECE |", first.question().key());
    page.line("|---|---:|---:|---:|---:|");
    for (int views : List.of(1, Evaluation.ALL_VIEWS)) {
      Metrics figures = evaluation.metrics(views).orElseThrow();
      QuestionMetrics question = figures.question(first.question().id());
      page.line(
          "| %s | %s | %s | %s | %s |",
          MetricsTable.views(views),
          MetricsTable.number("%.4f", figures.rmse()),
          question.all().accuracy(),
          MetricsTable.number("%.2f", question.all().macroF1()),
          MetricsTable.number("%.3f", question.calibration().error()));
    }
    page.line("");
  }

  private void table(Page page, List<QuestionMetrics> questions, List<QuestionMetric> columns) {
    page.line(
        "| question | %s | asked in training |",
        columns.stream().map(QuestionMetric::header).collect(Collectors.joining(" | ")));
    page.line("|---|%s", "---:|".repeat(columns.size() + 1));
    for (QuestionMetrics question : questions) {
      page.line(
          "| %s `%s` | %s | %,d |",
          question.question().id(),
          question.question().key(),
          columns.stream()
              .map(column -> column.cellWithCount(question))
              .collect(Collectors.joining(" | ")),
          trained.getOrDefault(question.question().id(), 0));
    }
    page.line("");
  }

  private static String capitalised(String header) {
    return header.substring(0, 1).toUpperCase(Locale.ROOT) + header.substring(1);
  }

  private void limits(Page page) {
    page.line("## What to keep in mind");
    page.line("");
    List<String> little =
        evaluation.questions().stream()
            .filter(question -> trained.getOrDefault(question.id(), 0) < LITTLE)
            .map(
                question ->
                    "%s (%s, %,d galaxies)"
                        .formatted(
                            question.id(), question.key(), trained.getOrDefault(question.id(), 0)))
            .toList();
    page.line(
        little.isEmpty()
            ? "- Every question was asked about at least %,d training galaxies."
            : "- **Little to learn from** (asked about fewer than %,d training galaxies): "
                + String.join(", ", little)
                + ". Do not rest a study on these answers.",
        LITTLE);
    page.text.append(
        """
        - A question's answers mean something only where it is asked: look at its asked probability first.
        - It saw pictures of bright nearby galaxies from one survey; on other surveys, depths and scales these figures do not hold.
        - Probabilities are shares of votes, not chances of being right: what six in ten call smooth is smooth by majority for certain.
        """);
  }

  /** Markdown that grows line by line. */
  private static final class Page {

    private final StringBuilder text = new StringBuilder();

    @SuppressWarnings("AnnotateFormatMethod") // its annotation would be one more dependency
    void line(String format, Object... values) {
      text.append(format.formatted(values)).append('\n');
    }
  }
}
