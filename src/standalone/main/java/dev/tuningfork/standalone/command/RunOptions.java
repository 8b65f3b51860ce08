package dev.tuningfork.standalone.command;

import dev.tuningfork.trainer.data.HeldOutSplit;
import dev.tuningfork.trainer.data.Portion;
import dev.tuningfork.trainer.data.Strictness;
import dev.tuningfork.trainer.learn.Devices;
import dev.tuningfork.trainer.learn.TrainingSettings;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How and where a training runs. */
final class RunOptions {

  @Option(names = "--seed", paramLabel = "N", description = "Default: ${DEFAULT-VALUE}.")
  int seed = TrainingSettings.DEFAULT.seed();

  @Option(
      names = "--held-out",
      paramLabel = "SHARE",
      description =
          "Share of the galaxies that are held out to judge the model. Default: ${DEFAULT-VALUE}.")
  double heldOut = HeldOutSplit.DEFAULT.share();

  @Option(
      names = "--on-problem",
      paramLabel = "WHAT",
      description =
          "What to do about unusable images and rows: ${COMPLETION-CANDIDATES}. Default:"
              + " ${DEFAULT-VALUE}.")
  Strictness onProblem = Strictness.SKIP;

  @Option(
      names = "--devices",
      split = ",",
      paramLabel = "DEVICE",
      defaultValue = Devices.AUTO,
      description =
          "auto (a GPU if there is one), cpu, gpu:0, or several GPUs that share each batch. Default: ${DEFAULT-VALUE}.")
  List<String> devices = List.of(Devices.AUTO);

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads for the network's arithmetic. Default: one per core.")
  @Nullable Integer threads;

  @Option(names = "--resume", description = "Continue from the last checkpoint of the same run.")
  boolean resume;

  @Option(
      names = "--learning-curve",
      arity = "0..1",
      split = ",",
      fallbackValue = "0.25,0.5",
      paramLabel = "PORTION",
      description =
          "First train on portions of the galaxies, to show how much more labels would help: shares, or numbers such as 100,300,1000. Without a value, a quarter and half, which takes 1.75 times as long.")
  @Nullable List<Double> learningCurve;

  @Option(
      names = "--report",
      paramLabel = "FILE.html",
      description = "Also write a report: one HTML file with all pictures inside.")
  @Nullable Path report;

  /** What a learning curve trains on before the whole; empty for none. */
  List<Portion> portions() {
    return learningCurve == null ? List.of() : learningCurve.stream().map(Portion::new).toList();
  }

  HeldOutSplit split() {
    return new HeldOutSplit(heldOut, HeldOutSplit.DEFAULT.salt());
  }
}
