package dev.tuningfork.trainer;

import dev.tuningfork.model.ModelBundle;
import dev.tuningfork.tree.DecisionTree;
import dev.tuningfork.tree.Question;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tuning-fork train}: from folders of images and tables of vote fractions to a model. */
@Command(
    name = "train",
    description = "Trains a model on labelled galaxies and writes it as a bundle.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
public final class TrainCommand implements Callable<Integer> {

  /** One data set; given several times, a group of options for each. */
  static final class DataSetOptions {
    @Option(
        names = "--images",
        required = true,
        paramLabel = "DIR",
        description = "Images named by their galaxy's id, such as 100008.jpg.")
    Path images = Path.of("");

    @Option(
        names = "--labels",
        required = true,
        split = ",",
        paramLabel = "CSV",
        description = "Vote fractions in Kaggle's 37 columns; empty cells are unknown.")
    List<Path> labels = new ArrayList<>();

    @Option(
        names = "--train-only",
        description = "The galaxies were chosen in a biased way: judge on none of them.")
    boolean trainOnly;

    @Option(
        names = "--crop-pixels",
        paramLabel = "N",
        description =
            "The images were trimmed: take their central N pixels, not the model's share of them.")
    @Nullable Integer cropPixels;

    DataSet dataSet() {
      return new DataSet(
          images,
          labels,
          trainOnly,
          cropPixels == null ? OptionalInt.empty() : OptionalInt.of(cropPixels));
    }
  }

  @ArgGroup(
      exclusive = false,
      multiplicity = "1..*",
      heading = "Data; repeat the group for each data set:%n")
  List<DataSetOptions> dataSets = new ArrayList<>();

  @Option(
      names = "--out",
      required = true,
      paramLabel = "BUNDLE",
      description = "The folder, or the .zip, to write the model to.")
  Path out = Path.of("");

  @Option(
      names = "--architecture",
      paramLabel = "NAME",
      defaultValue = "alexnet-lite",
      description = "Default: ${DEFAULT-VALUE}.")
  String architecture = "";

  @Option(
      names = "--question",
      paramLabel = "ID",
      description = "Learn one question only, such as t01; the whole tree otherwise.")
  @Nullable String question;

  @Option(
      names = "--epochs",
      paramLabel = "N",
      defaultValue = "30",
      description = "Default: ${DEFAULT-VALUE}.")
  int epochs;

  @Option(
      names = "--batch",
      paramLabel = "N",
      defaultValue = "64",
      description = "Default: ${DEFAULT-VALUE}.")
  int batch;

  @Option(
      names = "--learning-rate",
      paramLabel = "RATE",
      defaultValue = "0.001",
      description = "The highest of the schedule. Default: ${DEFAULT-VALUE}.")
  float learningRate;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Default: ${DEFAULT-VALUE}.")
  int seed;

  @Option(
      names = "--model-version",
      paramLabel = "VERSION",
      defaultValue = "1.0.0",
      description = "Default: ${DEFAULT-VALUE}.")
  String version = "";

  @Option(
      names = "--held-out",
      paramLabel = "SHARE",
      defaultValue = "0.2",
      description = "The share of galaxies that the model is judged on. Default: ${DEFAULT-VALUE}.")
  double heldOut;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads of the network's arithmetic. Default: one a core.")
  @Nullable Integer threads;

  @Spec CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws IOException {
    if (threads != null) {
      // read by DJL once, when it loads PyTorch
      System.setProperty("ai.djl.pytorch.num_threads", threads.toString());
    }
    List<Question> questions =
        question == null
            ? DecisionTree.galaxyZoo2().questions()
            : List.of(DecisionTree.galaxyZoo2().question(question));
    TrainingSettings defaults = TrainingSettings.defaults();
    TrainingSettings settings =
        new TrainingSettings(
            architecture,
            defaults.input(),
            questions,
            epochs,
            batch,
            learningRate,
            defaults.weightDecay(),
            defaults.clipNorm(),
            seed,
            new HeldOutSplit(heldOut, defaults.split().salt()));
    // better now than after an hour
    Files.createDirectories(out.toAbsolutePath().getParent());

    PrintWriter err = spec.commandLine().getErr();
    TrainedModel model =
        new Trainer(
                settings,
                line -> {
                  err.println(line);
                  err.flush();
                })
            .train(dataSets.stream().map(DataSetOptions::dataSet).toList());
    ModelBundle bundle =
        model.bundle(
            architecture
                + "-"
                + DecisionTree.galaxyZoo2().id()
                + (question == null ? "" : "-" + question),
            version);
    bundle.save(out);
    PrintWriter stdout = spec.commandLine().getOut();
    stdout.println(new String(bundle.file(TrainedModel.CARD), StandardCharsets.UTF_8));
    stdout.flush();
    return 0;
  }
}
