package dev.tuningfork.trainer.evaluate;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.tuningfork.model.ModelIdentity;
import dev.tuningfork.trainer.metrics.Judged;
import dev.tuningfork.trainer.metrics.Metrics;
import dev.tuningfork.trainer.metrics.Mistake;
import dev.tuningfork.trainer.metrics.QuestionMetrics;
import dev.tuningfork.tree.AnswerProbabilities;
import dev.tuningfork.tree.DecisionTree;
import dev.tuningfork.tree.Question;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * A model's answers about labelled galaxies, and how good they are. Immutable.
 *
 * @param model which model
 * @param questions those that it answers
 * @param galaxies with its answers
 * @param metrics of the answers from one view of each galaxy, or from the mean of eight: {@code
 *     views} says which
 * @param views 1 or 8
 * @param other the metrics of the other number of views; empty where each galaxy was looked at once
 * @param speed what a look costs
 * @param leftOut a sentence for each galaxy that could not be judged because of its image
 */
public record Evaluation(
    ModelIdentity model,
    List<Question> questions,
    List<Judged> galaxies,
    Metrics metrics,
    int views,
    Optional<Metrics> other,
    Speed speed,
    List<String> leftOut) {

  /** The views of an image that there are besides one: the square's symmetry group. */
  public static final int ALL_VIEWS = 8;

  /**
   * How many galaxies a second the network answers about, the preparation of images not counted.
   *
   * @param device such as {@code cpu}
   * @param oneView from one view of each
   * @param eightViews from eight; 0 where each was looked at once
   */
  public record Speed(
      String device,
      double oneView,
      @JsonInclude(JsonInclude.Include.NON_DEFAULT) double eightViews) {}

  public Evaluation {
    questions = List.copyOf(questions);
    galaxies = List.copyOf(galaxies);
    leftOut = List.copyOf(leftOut);
  }

  /**
   * Judges answers.
   *
   * @param views which answers are judged: 1 for those about the upright image, 8 for the mean of
   *     all orientations, which must then be known
   */
  public static Evaluation of(
      ModelIdentity model,
      List<Question> questions,
      List<Judged> galaxies,
      int views,
      Speed speed,
      List<String> leftOut) {
    Metrics upright = Metrics.of(questions, galaxies, Judged::upright);
    if (galaxies.stream().anyMatch(galaxy -> galaxy.turned().isEmpty())) {
      return new Evaluation(
          model, questions, galaxies, upright, 1, Optional.empty(), speed, leftOut);
    }
    Metrics mean = Metrics.of(questions, galaxies, Evaluation::mean);
    return new Evaluation(
        model,
        questions,
        galaxies,
        views == 1 ? upright : mean,
        views,
        Optional.of(views == 1 ? mean : upright),
        speed,
        leftOut);
  }

  private static AnswerProbabilities mean(Judged galaxy) {
    return galaxy.turned().orElseThrow().mean();
  }

  /** The tree whose questions were judged. */
  public DecisionTree tree() {
    return galaxies.getFirst().upright().tree();
  }

  /** The metrics from this many views, where they are known. */
  public Optional<Metrics> metrics(int ofViews) {
    return ofViews == views ? Optional.of(metrics) : other;
  }

  /** The answers that {@link #metrics} are of. */
  AnswerProbabilities answers(Judged galaxy) {
    return views == 1 ? galaxy.upright() : mean(galaxy);
  }

  /** The galaxies on which the model is farthest from the volunteers, the farthest first. */
  public List<Mistake> worst(int count) {
    return Mistake.worst(questions, galaxies, this::answers, count);
  }

  /**
   * The metrics as a bundle holds them: by name for each question's id, those over all questions
   * under {@code all}. What was measured of time is not among them: the same model on the same
   * galaxies has the same metrics.
   */
  public SequencedMap<String, SequencedMap<String, Double>> byName() {
    SequencedMap<String, SequencedMap<String, Double>> byName = new LinkedHashMap<>();
    SequencedMap<String, Double> all = metrics.byName();
    all.put("views", (double) views);
    other.ifPresent(
        ofOther -> ofOther.rmse().ifPresent(error -> all.put(otherName("rmse"), error)));
    byName.put("all", all);
    for (QuestionMetrics question : metrics.questions()) {
      String id = question.question().id();
      SequencedMap<String, Double> entry = question.byName();
      other
          .flatMap(f -> f.question(id).all().accuracy().value().stream().boxed().findFirst())
          .ifPresent(accuracy -> entry.put(otherName("accuracy"), accuracy));
      byName.put(id, entry);
    }
    return byName;
  }

  /** All figures for machines: the metrics, and what they were made of. */
  public String toJson() {
    return EvaluationJson.of(this);
  }

  private String otherName(String figure) {
    return figure + (views == 1 ? "OfEightViews" : "OfOneView");
  }
}
