package dev.tuningfork.trainer;

import dev.tuningfork.model.ModelBundle;
import dev.tuningfork.model.ModelDescription;
import dev.tuningfork.network.Weights;
import dev.tuningfork.tree.DecisionTree;
import dev.tuningfork.tree.Question;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.SequencedMap;

/** What a training run leaves: the weights, and all that a user of them should know. */
public final class TrainedModel {

  /** The name of the model card's file in a bundle. */
  public static final String CARD = "MODEL_CARD.md";

  private final TrainingSettings settings;
  private final List<PreparedGalaxies.Source> sources;
  private final Weights weights;
  private final HeldOutFigures figures;
  private final Duration duration;
  private final String device;

  TrainedModel(
      TrainingSettings settings,
      List<PreparedGalaxies.Source> sources,
      Weights weights,
      HeldOutFigures figures,
      Duration duration,
      String device) {
    this.settings = settings;
    this.sources = sources;
    this.weights = weights;
    this.figures = figures;
    this.duration = duration;
    this.device = device;
  }

  /** What the model reached on held-out galaxies. */
  public HeldOutFigures figures() {
    return figures;
  }

  /**
   * The model as a bundle, with its card.
   *
   * @param name such as {@code alexnet-lite-gz2}
   * @param version such as {@code 1.0.0}
   */
  public ModelBundle bundle(String name, String version) {
    ModelDescription description =
        ModelDescription.of(
                name, version, DecisionTree.galaxyZoo2(), settings.architecture(), settings.input())
            .answering(settings.questions().stream().map(Question::id).toList())
            .trained(training(), metrics());
    String card = new ModelCard(description, settings, sources, figures, duration, device).text();
    return ModelBundle.of(description, weights).with(CARD, card.getBytes(StandardCharsets.UTF_8));
  }

  private SequencedMap<String, Object> training() {
    SequencedMap<String, Object> training = new LinkedHashMap<>();
    training.put("data", sources.stream().map(TrainedModel::source).toList());
    training.put(
        "heldOut",
        inOrder(
            "rule", "the first 4 bytes of SHA-256(salt + id), as a fraction, are below the share",
            "share", settings.split().share(),
            "salt", settings.split().salt()));
    training.put("epochs", settings.epochs());
    training.put("batch", settings.batch());
    training.put("optimizer", "AdamW, linear warm-up, cosine decay to 0");
    training.put("learningRate", settings.learningRate());
    training.put("weightDecay", settings.weightDecay());
    training.put("clipNorm", settings.clipNorm());
    training.put("augmentation", "rotations by right angles and mirroring");
    training.put("loss", "cross-entropy of vote fractions, weighted by the share asked");
    training.put("seed", settings.seed());
    training.put("device", device);
    training.put("minutes", duration.toMinutes());
    return training;
  }

  private static Map<String, Object> source(PreparedGalaxies.Source source) {
    SequencedMap<String, Object> entry =
        inOrder(
            "images", shortened(source.dataSet().images()),
            "labels", source.dataSet().labels().stream().map(TrainedModel::shortened).toList(),
            "training", source.training(),
            "heldOut", source.heldOut(),
            "trainOnly", source.dataSet().trainOnly());
    source.dataSet().cropPixels().ifPresent(side -> entry.put("cropPixels", side));
    return entry;
  }

  /** Figures by name for each question, and those over all questions under {@code all}. */
  private SequencedMap<String, SequencedMap<String, Double>> metrics() {
    SequencedMap<String, SequencedMap<String, Double>> metrics = new LinkedHashMap<>();
    SequencedMap<String, Double> all = new LinkedHashMap<>();
    all.put("galaxies", (double) figures.galaxies());
    put(all, "rmse", figures.rmse());
    put(all, "rmseOfMean", figures.rmseOfMean());
    metrics.put("all", all);
    for (HeldOutFigures.QuestionFigures question : figures.questions()) {
      SequencedMap<String, Double> entry = new LinkedHashMap<>();
      entry.put("trainingAsked", (double) question.trained());
      entry.put("galaxies", (double) question.judged());
      put(entry, "accuracy", question.accuracy());
      entry.put("galaxiesAsked", (double) question.asked());
      put(entry, "accuracyAsked", question.accuracyAsked());
      entry.put("galaxiesAgreed", (double) question.agreed());
      put(entry, "accuracyAgreed", question.accuracyAgreed());
      metrics.put(question.question(), entry);
    }
    return metrics;
  }

  /** A path that says which data set it is and not on whose machine. */
  static String shortened(Path path) {
    Path absolute = path.toAbsolutePath().normalize();
    int names = absolute.getNameCount();
    return absolute.subpath(Math.max(0, names - 2), names).toString().replace('\\', '/');
  }

  private static void put(Map<String, Double> metrics, String name, OptionalDouble value) {
    value.ifPresent(v -> metrics.put(name, v));
  }

  private static SequencedMap<String, Object> inOrder(Object... namesAndValues) {
    SequencedMap<String, Object> map = new LinkedHashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      map.put((String) namesAndValues[i], namesAndValues[i + 1]);
    }
    return map;
  }
}
