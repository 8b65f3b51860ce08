package dev.tuningfork.standalone.command;

import dev.tuningfork.model.DeviceSetting;
import dev.tuningfork.model.ModelBundle;
import dev.tuningfork.model.ModelException;
import dev.tuningfork.model.ModelLoader;
import dev.tuningfork.model.MorphologyModel;
import dev.tuningfork.trainer.TrainingRun;
import dev.tuningfork.trainer.evaluate.Evaluator;
import java.io.PrintWriter;

/** A fine-tuned model beside the one that it began with. */
final class Comparison {

  private static final int BATCH = 64;

  private Comparison() {}

  /** Prints figures of both on the held-out galaxies, if they answer the same questions. */
  static void print(ModelBundle begun, TrainingRun.Trained trained, PrintWriter out)
      throws ModelException {
    var description = trained.bundle().description();
    String name = begun.description().name();
    if (!begun.description().tree().equals(description.tree())
        || !begun.description().questions().equals(description.questions())) {
      out.printf("%s, which it started from, answers other questions.%n", name);
      return;
    }
    try (MorphologyModel model = ModelLoader.load(begun, new DeviceSetting.Auto(), BATCH)) {
      out.printf(
          "%s, which it started from, on the same galaxies: %s. It may have learnt from some of them.%n",
          name,
          LearningCurve.figures(
              Evaluator.evaluate(model, trained.firstHeldOut(), 1, false, done -> {})));
    }
  }
}
