package dev.tuningfork.standalone.command;

import dev.tuningfork.trainer.learn.Optimizer;
import dev.tuningfork.trainer.learn.TrainingSettings;
import picocli.CommandLine.Option;

/** The steps by which a training minimises its losses. */
final class DescentOptions {

  private static final TrainingSettings.Descent DESCENT = TrainingSettings.DEFAULT.descent();
  private static final String DEFAULT = "Default: ${DEFAULT-VALUE}.";

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
          "The highest; a warm-up leads to it and half a cosine away from it. Default: ${DEFAULT-VALUE}.")
  double learningRate = DESCENT.learningRate();

  @Option(
      names = "--warm-up",
      paramLabel = "SHARE",
      description = "Of all steps. Default: ${DEFAULT-VALUE}.")
  double warmUp = DESCENT.warmUp();

  @Option(
      names = "--depth-decay",
      paramLabel = "F",
      description =
          "A layer's rate is that of the layer above it times this. Default: ${DEFAULT-VALUE}.")
  double depthDecay = DESCENT.depthDecay();

  @Option(names = "--weight-decay", paramLabel = "D", description = DEFAULT)
  double weightDecay = DESCENT.weightDecay();

  @Option(
      names = "--clip-norm",
      paramLabel = "N",
      description = "The longest gradient over all weights. Default: ${DEFAULT-VALUE}.")
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
          "Stop when so many epochs brought nothing better, and keep the best; 0 never. Default: ${DEFAULT-VALUE}.")
  int patience = TrainingSettings.DEFAULT.patience();

  TrainingSettings.Descent descent() {
    return new TrainingSettings.Descent(
        optimizer, learningRate, warmUp, depthDecay, weightDecay, clipNorm, average);
  }
}
