package dev.tuningfork.standalone.command;

import dev.tuningfork.model.ModelBundle;
import dev.tuningfork.model.ModelException;
import dev.tuningfork.trainer.TrainingRun;
import dev.tuningfork.trainer.data.DataSet;
import dev.tuningfork.trainer.evaluate.Evaluation;
import dev.tuningfork.trainer.learn.Devices;
import dev.tuningfork.trainer.learn.RunFolder;
import dev.tuningfork.trainer.learn.TrainingLog;
import dev.tuningfork.trainer.learn.TrainingSettings;
import dev.tuningfork.trainer.report.HtmlReport;
import dev.tuningfork.trainer.report.MetricsTable;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code tuning-fork train}: from labelled galaxies to a model. */
@Command(
    name = "train",
    description = "Trains a model on labelled galaxies, judges it and writes it as a bundle.",
    footer =
        "%nThe folder BUNDLE.run, next to the bundle, contains the checkpoints of the run and training.jsonl with one line per epoch. After Ctrl-C or a crash, the same"
            + " command with --resume continues.",
    sortOptions = false)
final class TrainCommand implements Callable<Integer> {

  @ArgGroup(exclusive = false, multiplicity = "0..*", heading = DataOptions.HEADING)
  private List<DataOptions> dataSets = new ArrayList<>();

  @ArgGroup(
      validate = false,
      heading =
          "%nTiles in place of --images; labels are the catalogue's own, or those of the data"
              + " options:%n")
  private LabelledTiles tiles = new LabelledTiles();

  @ArgGroup(validate = false, heading = "%nThe model:%n")
  private NewModelOptions model = new NewModelOptions();

  @ArgGroup(validate = false, heading = "%nEarlier models:%n")
  private EarlierModelOptions earlier = new EarlierModelOptions();

  @ArgGroup(validate = false, heading = "%nLoss:%n")
  private LossOptions loss = new LossOptions();

  @ArgGroup(validate = false, heading = "%nOptimisation:%n")
  private DescentOptions descent = new DescentOptions();

  @ArgGroup(validate = false, heading = "%nAugmentation, drawn at random each time:%n")
  private AugmentationOptions augmentation = new AugmentationOptions();

  @ArgGroup(validate = false, heading = "%nThe run:%n")
  private RunOptions run = new RunOptions();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws Exception {
    Logging.errorsOnly();
    PrintWriter out = spec.commandLine().getOut();
    if (model.list) {
      NewModelOptions.list(out);
      return ExitCode.OK;
    }
    Path bundle = checkedOut();
    RunFolder folder = new RunFolder(bundle.resolveSibling(bundle.getFileName() + ".run"));
    OutputFile.checkNewFolder(spec.commandLine(), folder.path());
    OutputFile.check(spec.commandLine(), run.report);
    if (run.threads != null) {
      // read by DJL once, when it loads PyTorch
      System.setProperty("ai.djl.pytorch.num_threads", run.threads.toString());
    }
    Terminal terminal = Terminal.of(out, spec.commandLine().getErr());
    Optional<ModelBundle> begun = earlier.model(model.trees().getFirst());
    if (begun.isPresent()) {
      model.beginAs(begun.get().description(), given("--architecture"));
      descent.fineTune(this::given);
    }
    TrainingRun training = training(data(folder, terminal), folder, begun);
    try (Interruption interruption = new Interruption()) {
      TrainingProgress progress = new TrainingProgress(terminal, interruption::requested);
      LearningCurve curve = new LearningCurve(run.portions(), terminal);
      if (!curve.add(training, run.resume, progress)) {
        terminal.line("Stopped. The same command with --resume continues the learning curve.");
        return ExitCode.SOFTWARE;
      }
      // a curve that was stopped has begun no training on all galaxies
      boolean resume = run.resume && (run.portions().isEmpty() || folder.hasCheckpoint());
      Optional<TrainingRun.Trained> trained = training.run(resume, progress, terminal::line);
      if (trained.isEmpty()) {
        terminal.line(
            "Stopped. The same command with --resume continues from %s.".formatted(folder.path()));
        return ExitCode.SOFTWARE;
      }
      trained.get().bundle().save(bundle);
      print(trained.get().evaluations(), out);
      curve.print(trained.get(), out);
      if (begun.isPresent()) {
        Comparison.print(begun.get(), trained.get(), out);
      }
      terminal.line("Wrote %s.".formatted(bundle));
      writeReport(trained.get(), folder, terminal);
    }
    return ExitCode.OK;
  }

  /** Where the model is to be written, where there is something to learn from as well. */
  private Path checkedOut() {
    tiles.check(spec.commandLine());
    if (model.out == null || (dataSets.isEmpty() && !tiles.given())) {
      throw new ParameterException(
          spec.commandLine(),
          "Training needs data (--images with --labels or --classes, or --image and --catalogue)"
              + " and --out.");
    }
    return model.out;
  }

  private boolean given(String option) {
    return spec.commandLine().getParseResult().hasMatchedOption(option);
  }

  private List<DataSet> data(RunFolder folder, Terminal terminal) throws IOException {
    return tiles.given()
        ? DataOptions.dataSets(
            dataSets, model.trees(), tiles.cut(model.recipe(), folder.path(), run.resume, terminal))
        : DataOptions.dataSets(dataSets, model.trees());
  }

  private TrainingRun training(List<DataSet> data, RunFolder folder, Optional<ModelBundle> begun)
      throws IOException, ModelException {
    return new TrainingRun(
        data,
        run.split(),
        Optional.empty(),
        run.onProblem,
        settings(),
        earlier.pretrained(begun, model.campaigns()),
        earlier.teacher(),
        model.name(),
        model.version,
        model.precision(),
        Devices.named(run.devices),
        folder);
  }

  private TrainingSettings settings() throws IOException {
    return new TrainingSettings(
        model.campaigns(),
        model.architecture,
        model.input(),
        loss.terms(
            spec.commandLine(),
            model.wholeTree(),
            dataSets.stream().anyMatch(set -> set.rules != null)),
        augmentation.augmentation(),
        descent.epochs,
        descent.batch,
        descent.descent(),
        descent.frozenEpochs,
        descent.patience,
        run.seed);
  }

  private static void print(List<Evaluation> evaluations, PrintWriter out) {
    for (Evaluation evaluation : evaluations) {
      if (evaluations.size() > 1) {
        out.printf("The tree %s:%n", evaluation.tree().id());
      }
      MetricsTable.of(evaluation).lines().forEach(out::println);
      if (evaluations.size() > 1) {
        out.println();
      }
    }
  }

  private void writeReport(TrainingRun.Trained trained, RunFolder folder, Terminal terminal)
      throws IOException {
    if (run.report == null) {
      return;
    }
    HtmlReport page =
        new HtmlReport(
            trained.evaluation(),
            trained.bundle().description(),
            "%,d galaxies that it was not trained on"
                .formatted(trained.evaluation().galaxies().size()),
            TrainingLog.read(Files.readString(folder.log())));
    Files.writeString(run.report, page.html());
    terminal.line(
        trained.evaluations().size() == 1
            ? "Wrote %s.".formatted(run.report)
            : "Wrote %s, about the tree %s; evaluate --tree writes that of another."
                .formatted(run.report, trained.evaluation().tree().id()));
  }
}
