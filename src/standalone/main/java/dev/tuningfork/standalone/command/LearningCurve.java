package dev.tuningfork.standalone.command;

import dev.tuningfork.model.ModelException;
import dev.tuningfork.trainer.TrainingRun;
import dev.tuningfork.trainer.evaluate.Evaluation;
import dev.tuningfork.trainer.learn.RunFolder;
import dev.tuningfork.trainer.metrics.QuestionMetrics;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** How good a model becomes with fewer galaxies, on the same held-out ones. */
final class LearningCurve {

  private static final List<Double> SHARES = List.of(0.25, 0.5);

  private final Terminal terminal;
  private final List<TrainingRun.Trained> points = new ArrayList<>();

  LearningCurve(Terminal terminal) {
    this.terminal = terminal;
  }

  /**
   * Trains on parts of the galaxies.
   *
   * @param resume whether parts that were trained, or begun, go on from there
   * @return false if it was stopped
   */
  boolean add(TrainingRun whole, boolean resume, TrainingProgress progress)
      throws IOException, ModelException {
    for (double share : SHARES) {
      terminal.line("Learning curve: training on %s of the galaxies".formatted(share));
      RunFolder folder = new RunFolder(whole.folder().path().resolve("share-" + share));
      Optional<TrainingRun.Trained> part =
          whole.onShare(share, folder).run(resume && folder.hasCheckpoint(), progress, _ -> {});
      if (part.isEmpty()) {
        return false;
      }
      points.add(part.get());
    }
    return true;
  }

  void print(TrainingRun.Trained whole, PrintWriter out) {
    points.add(whole);
    out.println("Learning curve, on the same held-out galaxies:");
    for (TrainingRun.Trained point : points) {
      out.printf("  %,6d galaxies: %s%n", point.learntFrom(), figures(point.evaluation()));
    }
  }

  /** The first question's figures, and over all answers where the whole tree is answered. */
  static String figures(Evaluation evaluation) {
    QuestionMetrics first = evaluation.metrics().questions().getFirst();
    String accuracy = "%s %s right".formatted(first.question().key(), first.all().accuracy());
    return evaluation.metrics().rmse().isPresent()
        ? "RMSE %.4f, %s".formatted(evaluation.metrics().rmse().getAsDouble(), accuracy)
        : accuracy;
  }
}
