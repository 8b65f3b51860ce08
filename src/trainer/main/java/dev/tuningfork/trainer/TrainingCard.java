package dev.tuningfork.trainer;

import dev.tuningfork.model.ModelDescription;
import dev.tuningfork.trainer.data.DataSet;
import dev.tuningfork.trainer.data.LabelledGalaxy;
import dev.tuningfork.trainer.data.TrainingData;
import dev.tuningfork.trainer.data.TrainingData.Member;
import dev.tuningfork.trainer.data.UnlabelledImages;
import dev.tuningfork.trainer.learn.Campaign;
import dev.tuningfork.trainer.learn.Objective;
import dev.tuningfork.trainer.learn.Trainer;
import dev.tuningfork.trainer.learn.TrainingSettings;
import dev.tuningfork.trainer.report.ModelCard;
import dev.tuningfork.tree.DecisionTree;
import dev.tuningfork.tree.Question;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The model card of a finished run. */
final class TrainingCard {

  private TrainingCard() {}

  /**
   * @param model with its metrics
   * @param campaign whose head it is
   */
  static ModelCard of(
      ModelDescription model,
      Campaign campaign,
      TrainingRun run,
      TrainingData data,
      Trainer.Result result,
      FinalEvaluation evaluated) {
    return new ModelCard(
        model,
        data.sources().stream().map(TrainingCard::source).toList(),
        run.split(),
        settings(run, result),
        campaign.questions().stream()
            .collect(
                Collectors.toMap(Question::id, question -> asked(question, campaign.tree(), data))),
        evaluated.evaluation(),
        evaluated.widths());
  }

  private static ModelCard.Source source(TrainingData.Source source) {
    return new ModelCard.Source(
        source.dataSet().source().describe(),
        source.training(),
        source.heldOut(),
        role(source.dataSet()));
  }

  private static String role(DataSet dataSet) {
    if (dataSet.judged()) {
      return "";
    }
    return dataSet.source() instanceof UnlabelledImages
        ? "labelled by the teacher"
        : "a biased selection, for training only";
  }

  /** The number of training galaxies of which at least half of the volunteers were asked. */
  private static int asked(Question question, DecisionTree tree, TrainingData data) {
    return (int)
        TrainingData.of(data.training(), tree).stream()
            .map(Member::galaxy)
            .map(LabelledGalaxy::votes)
            .flatMap(Optional::stream)
            .filter(votes -> votes.asked(question) >= 0.5)
            .count();
  }

  private static List<String> settings(TrainingRun run, Trainer.Result result) {
    TrainingSettings settings = run.settings();
    List<String> lines = new ArrayList<>();
    if (settings.campaigns().size() > 1) {
      lines.add(
          "heads: one for each of the trees %s, on one trunk; a galaxy taught the head of its own campaign, and this card is about one of them"
              .formatted(
                  settings.campaigns().stream()
                      .map(campaign -> campaign.tree().id())
                      .collect(Collectors.joining(", "))));
    }
    lines.addAll(lines(run, result));
    return lines;
  }

  private static List<String> lines(TrainingRun run, Trainer.Result result) {
    TrainingSettings settings = run.settings();
    return List.of(
        "first weights: "
            + run.pretrained().map(Pretrained::describe).orElse("random (Glorot and Bengio 2010)"),
        "teacher: " + run.teacher().map(Teacher::describe).orElse("none"),
        "loss: "
            + settings.losses().stream()
                .map(Objective.Term::describe)
                .collect(Collectors.joining(" + ")),
        steps(settings, result),
        weights(settings, result),
        "augmentation: " + settings.augmentation().describe(),
        "seed %d; %.0f minutes on %s".formatted(settings.seed(), result.minutes(), run.devices()));
  }

  private static String steps(TrainingSettings settings, Trainer.Result result) {
    TrainingSettings.Descent descent = settings.descent();
    return "%d epochs in batches of %d; %s, learning rate up to %s with warm-up over %s of the steps, cosine decay and layer-wise decay %s; weight decay %s; gradient norm clipped to %s"
        .formatted(
            result.epochs(),
            settings.batch(),
            descent.optimizer(),
            descent.learningRate(),
            descent.warmUp(),
            descent.depthDecay(),
            descent.weightDecay(),
            descent.clipNorm());
  }

  private static String weights(TrainingSettings settings, Trainer.Result result) {
    double average = settings.descent().average();
    return settings.patience() == 0
        ? "weights: EMA with decay %s, after the last epoch; the held-out galaxies were used neither for training nor to choose the epoch"
            .formatted(average)
        : "weights: EMA with decay %s, after epoch %d, which was the best on the held-out galaxies, so the figures below are slightly optimistic"
            .formatted(average, result.epoch());
  }
}
