package dev.tuningfork.trainer;

import dev.tuningfork.image.InputSpec;
import dev.tuningfork.model.ModelDescription;
import dev.tuningfork.tree.DecisionTree;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/** The page that tells a reader what a model was made from and how far to trust it. */
record ModelCard(
    ModelDescription description,
    TrainingSettings settings,
    List<PreparedGalaxies.Source> sources,
    HeldOutFigures figures,
    Duration duration,
    String device) {

  /** Markdown. */
  String text() {
    StringBuilder text = new StringBuilder();
    DecisionTree tree = description.tree();
    boolean wholeTree = description.questions().size() == tree.questions().size();
    line(text, "# %s %s", description.name(), description.version());
    line(text, "");
    line(
        text,
        "The network `%s` (%,d weights) answers %s of the %s tree (%s) from one image of a galaxy.",
        description.architecture(),
        description.network().parameters(),
        wholeTree ? "every question" : String.join(", ", description.questions()),
        tree.name(),
        tree.source());
    line(text, "For each question it gives the share of volunteers who would give each answer.");
    line(text, "");
    data(text);
    settings(text);
    figures(text);
    limits(text);
    return text.toString();
  }

  private void data(StringBuilder text) {
    line(text, "## Data");
    line(text, "");
    line(text, "| images | labels | learnt from | judged on | |");
    line(text, "|---|---|---:|---:|---|");
    for (PreparedGalaxies.Source source : sources) {
      line(
          text,
          "| `%s` | %s | %,d | %,d | %s |",
          TrainedModel.shortened(source.dataSet().images()),
          String.join(
              ", ",
              source.dataSet().labels().stream()
                  .map(path -> "`" + path.getFileName() + "`")
                  .toList()),
          source.training(),
          source.heldOut(),
          source.dataSet().trainOnly() ? "a biased choice, so judged on none" : "");
    }
    line(text, "");
    line(
        text,
        "A galaxy is held out by the SHA-256 of \"%s\" and its id: %.0f %% of the sets that are judged on.",
        settings.split().salt(),
        100 * settings.split().share());
    line(text, "Nothing about the held-out galaxies was used to train, or to choose when to stop.");
    line(text, "Labels are the vote fractions of Galaxy Zoo volunteers on pictures of the SDSS;");
    line(text, "credit Galaxy Zoo and SDSS wherever a figure from this model is shown.");
    line(text, "");
  }

  private void settings(StringBuilder text) {
    InputSpec input = description.input();
    line(text, "## Settings");
    line(text, "");
    line(
        text,
        "- input: %s, %d×%d pixels, preprocessing `%s`",
        input.channels().name().toLowerCase(Locale.ROOT),
        input.size(),
        input.size(),
        input.id());
    line(
        text,
        "- %d epochs in batches of %d; AdamW, learning rate up to %s with warm-up and cosine decay, weight decay %s; gradient norm at most %s",
        settings.epochs(),
        settings.batch(),
        settings.learningRate(),
        settings.weightDecay(),
        settings.clipNorm());
    line(text, "- each galaxy in a random one of its eight right-angled orientations");
    line(
        text,
        "- loss: cross-entropy of each question's vote fractions, weighted by the share of volunteers who were asked it; unknown questions count nothing");
    line(
        text,
        "- seed %d; %d minutes on %s",
        settings.seed(),
        Math.round(duration.toSeconds() / 60.0),
        device);
    line(text, "");
  }

  private void figures(StringBuilder text) {
    line(text, "## On %,d held-out galaxies", figures.galaxies());
    line(text, "");
    if (figures.rmse().isPresent() && figures.rmseOfMean().isPresent()) {
      line(
          text,
          "RMSE over Kaggle's 37 columns: **%.4f**. Giving every galaxy the mean of these very galaxies: %.4f.",
          figures.rmse().getAsDouble(),
          figures.rmseOfMean().getAsDouble());
      line(text, "");
    }
    line(
        text,
        "Accuracy: how often the model's most probable answer is the one that most volunteers gave.");
    line(
        text,
        "*Asked*: at least half of the volunteers were asked the question. *Agreed*: more than %.0f %% of those gave the same answer.",
        100 * HeldOutFigures.AGREED);
    line(text, "Behind each figure stands the number of galaxies.");
    line(text, "");
    line(text, "| question | all | asked | agreed | asked in training |");
    line(text, "|---|---:|---:|---:|---:|");
    for (HeldOutFigures.QuestionFigures question : figures.questions()) {
      line(
          text,
          "| %s `%s` | %s | %s | %s | %,d |",
          question.question(),
          description.tree().question(question.question()).key(),
          accuracy(question.accuracy(), question.judged()),
          accuracy(question.accuracyAsked(), question.asked()),
          accuracy(question.accuracyAgreed(), question.agreed()),
          question.trained());
    }
    line(text, "");
  }

  private void limits(StringBuilder text) {
    line(text, "## What to keep in mind");
    line(text, "");
    List<String> little =
        figures.questions().stream()
            .filter(HeldOutFigures.QuestionFigures::hadLittleToLearnFrom)
            .map(
                question ->
                    "%s (%s, %,d galaxies)"
                        .formatted(
                            question.question(),
                            description.tree().question(question.question()).key(),
                            question.trained()))
            .toList();
    line(
        text,
        little.isEmpty()
            ? "- Every question was asked about at least %,d training galaxies."
            : "- **Little to learn from** (asked about fewer than %,d training galaxies): "
                + String.join(", ", little)
                + ". Do not rest a study on these answers.",
        HeldOutFigures.LITTLE);
    line(
        text,
        "- A question's answers mean something only where it is asked: look at its asked probability first.");
    line(
        text,
        "- It saw pictures of bright nearby galaxies from one survey; on other surveys, depths and scales these figures do not hold.");
    line(text, "- Probabilities are as the network gives them and have not been calibrated.");
  }

  private static String accuracy(OptionalDouble share, int galaxies) {
    return share.isEmpty()
        ? "–"
        : String.format(Locale.ROOT, "%.1f %% (%,d)", 100 * share.getAsDouble(), galaxies);
  }

  @SuppressWarnings("AnnotateFormatMethod") // its annotation would be one more dependency
  private static void line(StringBuilder text, String format, Object... values) {
    text.append(String.format(Locale.ROOT, format, values)).append('\n');
  }
}
