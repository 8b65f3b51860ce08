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
 * The page that describes how a model was made and how far to trust it.
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
   * @param training the number of galaxies that the model was trained on
   * @param heldOut the number of galaxies that it was evaluated on
   * @param remark such as {@code a biased selection, for training only}; may be empty
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
    page.line(
        "# %s %s", Markup.markdown(description.name()), Markup.markdown(description.version()));
    page.line("");
    page.line(
        "The network `%s` (%,d weights, %,d million multiply-adds per image) answers %s of the %s"
            + " tree (%s) from one image of a galaxy.",
        description.architecture(),
        description.network().parameters(),
        Math.round(description.network().multiplyAdds() / 1e6),
        wholeTree ? "every question" : String.join(", ", description.questions()),
        Markup.markdown(tree.name()),
        Markup.markdown(tree.source()));
    page.line("For each question it predicts the vote fraction of each answer.");
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

        | galaxies | for training | held out | note |
        |---|---:|---:|---|
        """);
    for (Source source : sources) {
      page.line(
          "| %s | %,d | %,d | %s |",
          Markup.markdown(source.description()),
          source.training(),
          source.heldOut(),
          Markup.markdown(source.remark()));
    }
    page.line("");
    page.line(
        "Whether a galaxy is held out depends on the SHA-256 of \"%s\" and its id: %.0f %% of each"
            + " set that is used for evaluation.",
        split.salt(), 100 * split.share());
    page.text.append(
        isGalaxyZoo2()
            ? """
            The labels are vote fractions of Galaxy Zoo volunteers, for images of the SDSS.
            Credit Galaxy Zoo and SDSS wherever you show results of this model.

            """
            : """
            The labels are answers to the questions of this tree, from the tables above.
            Credit those who made them, and the survey of the images, wherever you show results of this model.

            """);
  }

  private void settings(Page page) {
    InputSpec input = description.input();
    page.line("## Settings");
    page.line("");
    page.line(
        "- input: %s, %d×%d pixels, preprocessing `%s`",
        input.channels().name().toLowerCase(Locale.ROOT), input.size(), input.size(), input.id());
    if (input.recipe() != null) {
      page.line("- pictures of flux: recipe `%s`", input.recipe());
    }
    settings.forEach(setting -> page.line("- %s", Markup.markdown(setting)));
    description
        .bfloat16Error()
        .ifPresent(
            error ->
                page.line(
                    "- bfloat16: on the held-out galaxies its probabilities differ from those in"
                        + " float32 by %.4f at most",
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
      page.line("The model's 90 %% intervals contain %s of all vote fractions.", figures.within());
      widths.ifPresent(
          fitted ->
              page.line(
                  "The widths of the intervals were fitted on the same galaxies, with one factor"
                      + " per question. Fitted on one half of them, the intervals contain %s of the"
                      + " vote fractions of the other half.",
                  fitted.crossFitted()));
      page.line("");
    }
    if (figures.followed().whole() > 0) {
      page.line(
          "The votes for %,d galaxies satisfy the rule of a class. The model's answers are closest"
              + " to the same rule for %s of them.",
          figures.nearest().whole(), figures.nearest());
      page.line(
          "If every threshold is applied strictly, the model's answers give the class for %s of"
              + " them, and for %s of all %,d galaxies with a class, including those whose votes"
              + " satisfy no rule.",
          figures.followedOfNamed(), figures.followed(), figures.followed().whole());
      page.line("");
    }
  }

  private void views(Page page) {
    if (evaluation.metrics().rmse().isPresent()) {
      page.line("%s", MetricsTable.rmse(evaluation, "**%s**"));
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

  private boolean isGalaxyZoo2() {
    return description.tree().equals(DecisionTree.galaxyZoo2());
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
            ? "- Every question was asked for at least %,d training galaxies."
            : "- **Little training data** (asked for fewer than %,d training galaxies): "
                + String.join(", ", little)
                + ". Do not base a study on these answers.",
        LITTLE);
    page.line(
        "- The model was trained on %s. The figures above do not apply to other surveys, depths and"
            + " pixel scales.",
        isGalaxyZoo2()
            ? "images of bright nearby galaxies from one survey"
            : "the images of the data sets above");
    page.text.append(
        """
        - The answers to a question only matter for galaxies that reach the question: check its asked probability first.
        - Probabilities are predicted vote fractions, not the chance that an answer is right. If six in ten volunteers call a galaxy smooth, its majority answer is smooth, without doubt.
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
