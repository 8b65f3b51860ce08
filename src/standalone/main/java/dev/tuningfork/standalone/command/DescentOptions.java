package dev.tuningfork.standalone.command;

import dev.tuningfork.trainer.learn.Optimizer;
import dev.tuningfork.trainer.learn.TrainingSettings;
import java.util.function.Predicate;
import picocli.CommandLine.Option;

/** The steps by which a training minimises its losses. */
final class DescentOptions {

  private static final TrainingSettings.Descent DESCENT = TrainingSettings.DEFAULT.descent();
  private static final String DEFAULT = "Default: ${DEFAULT-VALUE}.";

  private static final int FINE_TUNING_EPOCHS = 20;

  @Option(names = "--epochs", paramLabel = "N", description = DEFAULT)
  int epochs = TrainingSettings.DEFAULT.epochs();

  @Option(names = "--batch", paramLabel = "N", description = DEFAULT)
  int batch = TrainingSettings.DEFAULT.batch();

  @Option(
      names = "--optimizer",
      paramLabel = "NAME",
      description = "${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
  Optimizer.Kind optimizer = DESCENT.optimizer();

  @Option(
      names = "--learning-rate",
      paramLabel = "RATE",
      description =
          "Peak learning rate, after the warm-up and before cosine decay. Default: ${DEFAULT-VALUE}.")
  double learningRate = DESCENT.learningRate();

  @Option(
      names = "--warm-up",
      paramLabel = "SHARE",
      description = "Share of the steps in the warm-up. Default: ${DEFAULT-VALUE}.")
  double warmUp = DESCENT.warmUp();

  @Option(
      names = "--depth-decay",
      paramLabel = "F",
      description =
          "Factor between the learning rate of a layer and that of the layer above it. Default: ${DEFAULT-VALUE}.")
  double depthDecay = DESCENT.depthDecay();

  @Option(names = "--weight-decay", paramLabel = "D", description = DEFAULT)
  double weightDecay = DESCENT.weightDecay();

  @Option(
      names = "--clip-norm",
      paramLabel = "N",
      description = "Largest norm of the gradient over all weights. Default: ${DEFAULT-VALUE}.")
  double clipNorm = DESCENT.clipNorm();

  @Option(
      names = "--average",
      paramLabel = "DECAY",
      description =
          "EMA decay: the average of the weights over steps becomes the model; 0 turns it off. Default: ${DEFAULT-VALUE}.")
  double average = DESCENT.average();

  @Option(
      names = "--frozen-epochs",
      paramLabel = "N",
      description =
          "The number of epochs that train only the head; as many as --epochs: all of them. Default: ${DEFAULT-VALUE}.")
  int frozenEpochs = TrainingSettings.DEFAULT.frozenEpochs();

  @Option(
      names = "--patience",
      paramLabel = "N",
      description =
          "Stop after this many epochs without improvement, and keep the best; 0: never. Default: ${DEFAULT-VALUE}.")
  int patience = TrainingSettings.DEFAULT.patience();

  /**
   * Changes what was not given to what suits a few hundred labels and a network that has learnt to
   * see galaxies: small batches, the head alone at first, and then lower layers ever more slowly.
   *
   * @param given whether an option was given, by its name
   */
  void fineTune(Predicate<String> given) {
    epochs = given.test("--epochs") ? epochs : FINE_TUNING_EPOCHS;
    batch = given.test("--batch") ? batch : 16;
    learningRate = given.test("--learning-rate") ? learningRate : 5e-4;
    depthDecay = given.test("--depth-decay") ? depthDecay : 0.8;
    average = given.test("--average") ? average : 0.98;
    frozenEpochs = given.test("--frozen-epochs") ? frozenEpochs : epochs / 4;
  }

  TrainingSettings.Descent descent() {
    return new TrainingSettings.Descent(
        optimizer, learningRate, warmUp, depthDecay, weightDecay, clipNorm, average);
  }
}
