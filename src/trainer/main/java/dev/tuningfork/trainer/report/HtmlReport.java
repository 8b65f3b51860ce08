package dev.tuningfork.trainer.report;

import dev.tuningfork.image.Recipe;
import dev.tuningfork.model.ModelDescription;
import dev.tuningfork.trainer.chart.Charts;
import dev.tuningfork.trainer.chart.MistakeSheet;
import dev.tuningfork.trainer.chart.Theme;
import dev.tuningfork.trainer.evaluate.Evaluation;
import dev.tuningfork.trainer.learn.TrainingLog;
import dev.tuningfork.trainer.metrics.Metrics;
import dev.tuningfork.trainer.metrics.Mistake;
import dev.tuningfork.trainer.metrics.QuestionMetric;
import dev.tuningfork.trainer.metrics.QuestionMetrics;
import dev.tuningfork.trainer.metrics.Share;
import dev.tuningfork.tree.JointColumns;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.Function;

/**
 * An evaluation to look at: one HTML file that needs nothing else, with every picture inside, in
 * light and dark as the reader's system is. It is well-formed XML as well.
 */
public final class HtmlReport {

  private static final int MISTAKES = 12;

  private final Evaluation evaluation;
  private final ModelDescription description;
  private final String galaxies;
  private final TrainingLog log;
  private final StringBuilder html = new StringBuilder();

  /**
   * @param galaxies which galaxies the model was asked about, in words, such as {@code "728
   *     galaxies that it was not trained on"}
   * @param log how its training went, as far as is known
   */
  public HtmlReport(
      Evaluation evaluation, ModelDescription description, String galaxies, TrainingLog log) {
    this.evaluation = evaluation;
    this.description = description;
    this.galaxies = galaxies;
    this.log = log;
  }

  /**
   * The pictures by file name, as PNG files hold them, each in the colours for a bright screen: the
   * course of the training where it is known, confusion matrices, reliability diagrams, and the
   * worst mistakes.
   */
  public SequencedMap<String, byte[]> pictures() {
    SequencedMap<String, byte[]> files = new LinkedHashMap<>();
    QuestionMetrics first = evaluation.metrics().questions().getFirst();
    Charts.accuracy(log, first, Theme.LIGHT)
        .ifPresent(picture -> files.put("accuracy.png", Charts.png(picture)));
    Charts.loss(log, Theme.LIGHT).ifPresent(picture -> files.put("loss.png", Charts.png(picture)));
    for (QuestionMetrics question : judged()) {
      String id = question.question().id();
      files.put(
          "calibration-" + id + ".png", Charts.png(Charts.calibration(question, Theme.LIGHT)));
      if (question.reached().accuracy().whole() > 0) {
        files.put("confusion-" + id + ".png", Charts.png(Charts.confusion(question, Theme.LIGHT)));
      }
    }
    List<Mistake> worst = evaluation.worst(MISTAKES);
    if (!worst.isEmpty()) {
      files.put("mistakes.png", Charts.png(MistakeSheet.of(worst, description.input())));
    }
    return files;
  }

  /** The questions of which some galaxy's answer is known. */
  private List<QuestionMetrics> judged() {
    return evaluation.metrics().questions().stream()
        .filter(question -> question.all().accuracy().whole() > 0)
        .toList();
  }

  /** The whole file. */
  public String html() {
    html.setLength(0);
    String name = evaluation.model().name() + " " + evaluation.model().version();
    html.append(
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8"/>
        <meta name="viewport" content="width=device-width, initial-scale=1"/>
        <title>%s</title>
        <style>
        %s</style>
        </head>
        <body>
        <main>
        """
            .formatted(Markup.html(name), style()));
    element("h1", name);
    paragraph(
        "The model's answers about %s, compared with those of Galaxy Zoo's volunteers, from %s of each."
            .formatted(galaxies, MetricsTable.views(evaluation.views())));
    tiles();
    questions();
    training();
    calibration();
    confusion();
    mistakes();
    classes();
    about();
    html.append("</main>\n</body>\n</html>\n");
    return html.toString();
  }

  private void tiles() {
    Metrics figures = evaluation.metrics();
    QuestionMetrics first = figures.questions().getFirst();
    html.append("<ul class=\"tiles\">\n");
    tile(first.all().accuracy().toString(), "of " + first.question().key() + " right");
    tile(first.agreed().accuracy().toString(), "of them correct where more than 80 % agree");
    if (figures.rmse().isPresent()) {
      tile(
          MetricsTable.number("%.4f", figures.rmse()),
          "RMSE over %s (the mean: %s)"
              .formatted(
                  JointColumns.of(evaluation.tree()),
                  MetricsTable.number("%.4f", figures.rmseOfMean())));
    }
    tile(
        MetricsTable.number("%.3f", first.calibration().error()),
        "calibration error of " + first.question().key());
    if (figures.within().whole() > 0) {
      tile(figures.within().toString(), "of vote shares within the 90 % interval");
    }
    if (figures.nearest().whole() > 0) {
      tile(figures.nearest().toString(), "of classes by rule are the nearest to the answers");
    }
    html.append("</ul>\n");
  }

  private void tile(String figure, String meaning) {
    html.append("<li><strong>")
        .append(Markup.html(figure))
        .append("</strong><span>")
        .append(Markup.html(meaning))
        .append("</span></li>\n");
  }

  private void questions() {
    element("h2", "Question by question");
    List<QuestionMetrics> questions = evaluation.metrics().questions();
    List<QuestionMetric> columns = QuestionMetric.columns(questions, true);
    html.append("<div class=\"wide\"><table>\n<thead><tr><th>question</th>");
    columns.forEach(column -> element("th", column.header()));
    html.append("</tr></thead>\n<tbody>\n");
    for (QuestionMetrics question : questions) {
      html.append("<tr><th title=\"%s\">".formatted(Markup.html(question.question().text())))
          .append(Markup.html(question.question().id() + " " + question.question().key()))
          .append("</th>");
      columns.forEach(column -> element("td", column.cellWithCount(question)));
      html.append("</tr>\n");
    }
    html.append("</tbody>\n</table></div>\n");
    html.append("<dl>\n");
    columns.forEach(column -> define(column.header(), column.meaning()));
    html.append("</dl>\n");
    MetricsTable.summary(evaluation).forEach(this::paragraph);
  }

  private void define(String term, String meaning) {
    html.append("<div>");
    element("dt", term);
    element("dd", meaning);
    html.append("</div>\n");
  }

  private void training() {
    if (log.epochs().isEmpty()) {
      return;
    }
    element("h2", "How it was trained");
    html.append("<div class=\"pictures\">\n");
    QuestionMetrics first = evaluation.metrics().questions().getFirst();
    picture(
        "Accuracy of %s against the epoch.".formatted(first.question().key()),
        theme -> Charts.accuracy(log, first, theme));
    picture("Loss against the epoch.", theme -> Charts.loss(log, theme));
    html.append("</div>\n");
  }

  private void calibration() {
    element("h2", "Are the probabilities calibrated?");
    paragraph(
        "Galaxies are sorted by the probability of the model’s most probable answer. The blue line"
            + " is the share of volunteers who gave that answer: on the diagonal, the model’s"
            + " probabilities are shares of votes. The orange line is how often it is the answer of"
            + " most volunteers: it lies above, since a galaxy that six in ten call smooth is"
            + " smooth by majority for certain.");
    html.append("<div class=\"pictures\">\n");
    for (QuestionMetrics question : judged()) {
      picture(
          "Reliability diagram of %s.".formatted(question.question().key()),
          theme -> Optional.of(Charts.calibration(question, theme)));
    }
    html.append("</div>\n");
  }

  private void confusion() {
    element("h2", "Confusion matrices");
    paragraph(
        "Each row holds the galaxies to which most volunteers gave one answer (their number follows"
            + " it), where at least half were asked, and sums to 100 %: the share to which the"
            + " model gave each answer.");
    html.append("<div class=\"pictures\">\n");
    for (QuestionMetrics question : judged()) {
      picture(
          "Confusion matrix of %s.".formatted(question.question().key()),
          theme ->
              question.reached().accuracy().whole() == 0
                  ? Optional.empty()
                  : Optional.of(Charts.confusion(question, theme)));
    }
    html.append("</div>\n");
  }

  private void mistakes() {
    List<Mistake> worst = evaluation.worst(MISTAKES);
    if (worst.isEmpty()) {
      return;
    }
    element("h2", "The worst mistakes");
    paragraph(
        "The galaxies on which votes and answers are farthest apart over the whole tree, each with"
            + " the question on which they differ most, the answer of most volunteers and that of"
            + " the model with its share, and the class that follows from all their answers.");
    html.append("<div class=\"pictures\">\n");
    String image = inlined("jpeg", Charts.jpeg(MistakeSheet.of(worst, description.input())));
    html.append(
        "<img class=\"sheet\" alt=\"The images of these galaxies.\" src=\"%s\"/>\n"
            .formatted(image));
    html.append("</div>\n<div class=\"wide\"><table>\n<thead><tr>");
    List.of("galaxy", "question", "volunteers", "model").forEach(cell -> element("th", cell));
    html.append("</tr></thead>\n<tbody>\n");
    for (Mistake mistake : worst) {
      html.append("<tr>");
      element("th", mistake.galaxy().galaxy().id());
      element("td", mistake.question().key());
      element("td", MistakeSheet.volunteers(mistake));
      element("td", MistakeSheet.model(mistake));
      html.append("</tr>\n");
    }
    html.append("</tbody>\n</table></div>\n");
  }

  private void classes() {
    if (evaluation.metrics().classes().isEmpty()) {
      return;
    }
    element("h2", "Classes by rule");
    html.append("<table>\n<thead><tr>");
    List.of("class", "galaxies", "nearest to the answers", "follows strictly")
        .forEach(cell -> element("th", cell));
    html.append("</tr></thead>\n<tbody>\n");
    for (Map.Entry<String, Share> entry : evaluation.metrics().classes().entrySet()) {
      html.append("<tr>");
      element("th", entry.getKey());
      element("td", "%,d".formatted(entry.getValue().whole()));
      Share nearest = evaluation.metrics().nearestClasses().get(entry.getKey());
      element("td", nearest == null ? "–" : nearest.toString());
      element("td", entry.getValue().toString());
      html.append("</tr>\n");
    }
    html.append("</tbody>\n</table>\n");
  }

  private void about() {
    element("h2", "The model");
    html.append("<dl>\n");
    define("architecture", description.architecture());
    define(
        "input",
        "%s, %d×%d pixels (%s)"
            .formatted(
                description.input().channels().name().toLowerCase(Locale.ROOT),
                description.input().size(),
                description.input().size(),
                description.input().id()));
    String recipe = description.input().recipe();
    if (recipe != null) {
      define("pictures of flux", "recipe %s: %s".formatted(recipe, Recipe.named(recipe).source()));
    }
    define("SHA-256 of model.json", evaluation.model().sha256());
    html.append("</dl>\n");
    if (!evaluation.leftOut().isEmpty()) {
      element("h2", "Left out");
      html.append("<ul>\n");
      evaluation.leftOut().forEach(sentence -> element("li", sentence));
      html.append("</ul>\n");
    }
    paragraph(
        "Labels are the votes of Galaxy Zoo’s volunteers on pictures of the SDSS; credit Galaxy Zoo"
            + " and SDSS wherever a figure or a picture from here is shown.");
  }

  private void picture(String alt, Function<Theme, Optional<BufferedImage>> drawing) {
    Optional<BufferedImage> light = drawing.apply(Theme.LIGHT);
    Optional<BufferedImage> dark = drawing.apply(Theme.DARK);
    if (light.isPresent() && dark.isPresent()) {
      html.append(
          """
          <picture><source media="(prefers-color-scheme: dark)" srcset="%s"/><img alt="%s" width="%d" src="%s"/></picture>
          """
              .formatted(
                  encoded(dark.get()),
                  Markup.html(alt),
                  light.get().getWidth() / Charts.SCALE,
                  encoded(light.get())));
    }
  }

  private static String encoded(BufferedImage image) {
    return inlined("png", Charts.png(image));
  }

  private static String inlined(String type, byte[] file) {
    return "data:image/" + type + ";base64," + Base64.getEncoder().encodeToString(file);
  }

  private void paragraph(String text) {
    element("p", text);
    html.append('\n');
  }

  private void element(String name, String text) {
    html.append('<').append(name).append('>').append(Markup.html(text));
    html.append("</").append(name).append('>');
  }

  private static String style() {
    try (InputStream css = HtmlReport.class.getResourceAsStream("report.css")) {
      return new String(Objects.requireNonNull(css).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("The style of reports comes with this class.", e);
    }
  }
}
