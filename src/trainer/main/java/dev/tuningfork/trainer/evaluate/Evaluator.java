package dev.tuningfork.trainer.evaluate;

import dev.tuningfork.image.ImageDescription;
import dev.tuningfork.image.ImageException;
import dev.tuningfork.image.ImageLimits;
import dev.tuningfork.image.Orientation;
import dev.tuningfork.image.PreparedImage;
import dev.tuningfork.image.Preprocessor;
import dev.tuningfork.model.MorphologyModel;
import dev.tuningfork.trainer.data.DataSet;
import dev.tuningfork.trainer.data.LabelledGalaxy;
import dev.tuningfork.trainer.data.TrainingData.Member;
import dev.tuningfork.trainer.metrics.Judged;
import dev.tuningfork.tree.AnswerProbabilities;
import dev.tuningfork.tree.Question;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntConsumer;
import java.util.stream.Gatherers;

/**
 * Asks a model about labelled galaxies, as a survey would: images take the path of a galaxy that is
 * classified. It holds the images of one batch at a time, whatever the number of galaxies.
 */
public final class Evaluator {

  private final MorphologyModel model;
  private final boolean turning;
  private final IntConsumer progress;
  private final Map<OptionalInt, Preprocessor> preprocessors = new ConcurrentHashMap<>();
  private final List<Judged> judged = new ArrayList<>();
  private final List<String> leftOut = new ArrayList<>();
  private long uprightNanos;
  private long turnedNanos;

  private Evaluator(MorphologyModel model, boolean turning, IntConsumer progress) {
    this.model = model;
    this.turning = turning;
    this.progress = progress;
  }

  /**
   * Asks and judges.
   *
   * @param model answers from one view of each image
   * @param galaxies those that it was not trained on
   * @param views which answers are judged: 1 or 8, the mean of all orientations
   * @param turning whether each image is looked at in all eight orientations, which takes eight
   *     times as long; without it nothing is known of other views than the upright one
   * @param progress gets the number of galaxies that are done, after each batch
   * @throws IllegalArgumentException if there is no galaxy whose image can be read, or eight views
   *     are asked for without turning
   */
  public static Evaluation evaluate(
      MorphologyModel model,
      List<Member> galaxies,
      int views,
      boolean turning,
      IntConsumer progress) {
    if (views != 1 && (views != Evaluation.ALL_VIEWS || !turning)) {
      throw new IllegalArgumentException(
          "A model is judged on 1 view of each galaxy, or on all %d if it may turn them, not on %d."
              .formatted(Evaluation.ALL_VIEWS, views));
    }
    if (model.views() != 1) {
      throw new IllegalArgumentException(
          "A model that is judged answers from one view, not from %d.".formatted(model.views()));
    }
    return asked(model, galaxies, turning, progress).evaluation(views);
  }

  /**
   * The model's answers alone, without figures.
   *
   * @param model answers from one view of each image
   * @param turning whether each image is looked at in all eight orientations
   * @param progress gets the number of galaxies that are done, after each batch
   * @return in the order of the galaxies, without those whose image cannot be read
   */
  public static List<Judged> ask(
      MorphologyModel model, List<Member> galaxies, boolean turning, IntConsumer progress) {
    return List.copyOf(asked(model, galaxies, turning, progress).judged);
  }

  private static Evaluator asked(
      MorphologyModel model, List<Member> galaxies, boolean turning, IntConsumer progress) {
    Evaluator evaluator = new Evaluator(model, turning, progress);
    galaxies.stream().gather(Gatherers.windowFixed(model.largestBatch())).forEach(evaluator::batch);
    return evaluator;
  }

  /** A galaxy whose image is ready. */
  private record Ready(Member member, PreparedImage image) {}

  private record Prepared(Optional<Ready> ready, String complaint) {}

  private void batch(List<Member> members) {
    List<Prepared> prepared = members.parallelStream().map(this::prepare).toList();
    prepared.stream()
        .filter(p -> p.ready().isEmpty())
        .map(Prepared::complaint)
        .forEach(leftOut::add);
    List<Ready> ready = prepared.stream().flatMap(p -> p.ready().stream()).toList();
    List<List<AnswerProbabilities>> views = new ArrayList<>();
    for (Orientation orientation : turning ? Orientation.ALL : Orientation.ALL.subList(0, 1)) {
      List<PreparedImage> laid =
          ready.stream().map(r -> orientation.of(r.image(), model.input().size())).toList();
      long start = System.nanoTime();
      views.add(model.predict(laid));
      long nanos = System.nanoTime() - start;
      turnedNanos += nanos;
      uprightNanos += views.size() == 1 ? nanos : 0;
    }
    for (int i = 0; i < ready.size(); i++) {
      int place = i;
      List<AnswerProbabilities> looks = views.stream().map(view -> view.get(place)).toList();
      Member member = ready.get(i).member();
      judged.add(
          new Judged(
              member.galaxy(),
              member.dataSet().cropPixels(),
              looks.getFirst(),
              turning ? Optional.of(Judged.Turned.of(looks)) : Optional.empty()));
    }
    progress.accept(judged.size() + leftOut.size());
  }

  private Prepared prepare(Member member) {
    LabelledGalaxy galaxy = member.galaxy();
    try {
      PreparedImage image =
          preprocessors
              .computeIfAbsent(
                  member.dataSet().cropPixels(),
                  crop ->
                      new Preprocessor(DataSet.cropped(model.input(), crop), ImageLimits.DEFAULT))
              .prepare(Files.readAllBytes(galaxy.image()), ImageDescription.NONE);
      return new Prepared(Optional.of(new Ready(member, image)), "");
    } catch (IOException | ImageException e) {
      return new Prepared(
          Optional.empty(),
          "Galaxy %s is left out; its image %s cannot be used: %s"
              .formatted(galaxy.id(), galaxy.image(), e.getMessage()));
    }
  }

  private Evaluation evaluation(int views) {
    if (judged.isEmpty()) {
      throw new IllegalArgumentException(
          leftOut.isEmpty()
              ? "There is no galaxy to judge the model on."
              : "There is no galaxy to judge the model on. " + leftOut.getFirst());
    }
    AnswerProbabilities first = judged.getFirst().upright();
    List<Question> questions = first.tree().questions().stream().filter(first::answers).toList();
    return Evaluation.of(
        model.identity(),
        questions,
        judged,
        views,
        new Evaluation.Speed(
            model.device(),
            judged.size() / (uprightNanos / 1e9),
            turning ? judged.size() / (turnedNanos / 1e9) : 0),
        leftOut);
  }
}
