package dev.tuningfork.standalone.command;

import dev.tuningfork.model.ModelException;
import dev.tuningfork.trainer.TrainingRun;
import dev.tuningfork.trainer.data.Portion;
import dev.tuningfork.trainer.evaluate.Evaluation;
import dev.tuningfork.trainer.learn.RunFolder;
import dev.tuningfork.trainer.metrics.QuestionMetrics;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** How good a model becomes with fewer galaxies, on the same held-out ones. */
final class LearningCurve {

  private final List<Portion> portions;
  private final Terminal terminal;
  private final List<TrainingRun.Trained> points = new ArrayList<>();

  /**
   * @param portions of the galaxies to learn from; empty for no curve
   */
  LearningCurve(List<Portion> portions, Terminal terminal) {
    this.portions =
        portions.stream().sorted(Comparator.comparingDouble(Portion::size).reversed()).toList();
    this.terminal = terminal;
  }

  /**
   * Trains on the portions. The largest is the first, so that one that there is not is found before
   * the work.
   *
   * @param resume whether portions that were trained, or begun, continue from there
   * @return false if it was stopped
   */
  boolean add(TrainingRun whole, boolean resume, TrainingProgress progress)
      throws IOException, ModelException {
    for (Portion portion : portions) {
      terminal.line("Learning curve: training on %s".formatted(portion));
      RunFolder folder = new RunFolder(whole.folder().path().resolve("portion-" + portion.size()));
      Optional<TrainingRun.Trained> part =
          whole.on(portion, folder).run(resume && folder.hasCheckpoint(), progress, _ -> {});
      if (part.isEmpty()) {
        return false;
      }
      points.add(part.get());
    }
    return true;
  }

  void print(TrainingRun.Trained whole, PrintWriter out) {
    if (portions.isEmpty()) {
      return;
    }
    points.add(whole);
    points.sort(Comparator.comparingInt(TrainingRun.Trained::learntFrom));
    out.println("Learning curve, on the same held-out galaxies:");
    for (TrainingRun.Trained point : points) {
      for (Evaluation evaluation : point.evaluations()) {
        out.printf(
            "  %,6d galaxies%s: %s%n",
            point.learntFrom(),
            point.evaluations().size() == 1 ? "" : ", " + evaluation.tree().id(),
            figures(evaluation));
      }
    }
  }

  /** The first question's figures, and over all answers where the whole tree is answered. */
  static String figures(Evaluation evaluation) {
    QuestionMetrics first = evaluation.metrics().questions().getFirst();
    String accuracy =
        "%s %s right, F1 %.2f"
            .formatted(
                first.question().key(),
                first.all().accuracy(),
                first.all().macroF1().orElse(Double.NaN));
    return evaluation.metrics().rmse().isPresent()
        ? "RMSE %.4f, %s".formatted(evaluation.metrics().rmse().getAsDouble(), accuracy)
        : accuracy;
  }
}
