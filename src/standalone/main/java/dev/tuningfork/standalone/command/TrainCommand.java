package dev.tuningfork.standalone.command;

import dev.tuningfork.image.Channels;
import dev.tuningfork.image.Crop;
import dev.tuningfork.image.InputSpec;
import dev.tuningfork.model.ModelBundle;
import dev.tuningfork.model.ModelException;
import dev.tuningfork.model.Precision;
import dev.tuningfork.model.Safetensors;
import dev.tuningfork.network.Architecture;
import dev.tuningfork.network.Architectures;
import dev.tuningfork.network.Head;
import dev.tuningfork.network.Network;
import dev.tuningfork.trainer.Teacher;
import dev.tuningfork.trainer.TrainingRun;
import dev.tuningfork.trainer.augment.Augmentation;
import dev.tuningfork.trainer.data.HeldOutSplit;
import dev.tuningfork.trainer.data.Strictness;
import dev.tuningfork.trainer.evaluate.FiguresTable;
import dev.tuningfork.trainer.evaluate.Report;
import dev.tuningfork.trainer.evaluate.TrainingLog;
import dev.tuningfork.trainer.learn.Devices;
import dev.tuningfork.trainer.learn.Loss;
import dev.tuningfork.trainer.learn.Objective;
import dev.tuningfork.trainer.learn.Optimizer;
import dev.tuningfork.trainer.learn.RunFolder;
import dev.tuningfork.trainer.learn.TrainingSettings;
import dev.tuningfork.tree.DecisionTree;
import dev.tuningfork.tree.Question;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code tuning-fork train}: from labelled galaxies to a model. */
@Command(
    name = "train",
    description = "Trains a model on labelled galaxies, judges it and writes it as a bundle.",
    footer =
        "%nThe folder BUNDLE.run, next to the bundle, holds the checkpoints of the run and"
            + " training.jsonl with one line for each epoch. After Ctrl-C or a crash, the same"
            + " command with --resume continues.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class TrainCommand implements Callable<Integer> {

  private static final String SALT = "tuning-fork";

  @ArgGroup(exclusive = false, multiplicity = "0..*", heading = DataOptions.HEADING)
  private List<DataOptions> dataSets = new ArrayList<>();

  @ArgGroup(validate = false, heading = "%nThe model:%n")
  private ModelGroup model = new ModelGroup();

  @ArgGroup(validate = false, heading = "%nWhat is made small:%n")
  private LossGroup loss = new LossGroup();

  @ArgGroup(validate = false, heading = "%nHow it is made small:%n")
  private DescentGroup descent = new DescentGroup();

  @ArgGroup(validate = false, heading = "%nAugmentation, drawn at random each time:%n")
  private ViewGroup view = new ViewGroup();

  @ArgGroup(validate = false, heading = "%nThe run:%n")
  private RunGroup run = new RunGroup();

  @Spec private CommandSpec spec = CommandSpec.create();

  /** What is made. */
  static final class ModelGroup {
    @Option(
        names = "--out",
        paramLabel = "BUNDLE",
        description = "The folder, or the .zip, to write the model to.")
    @Nullable Path out;

    @Option(
        names = "--architecture",
        paramLabel = "NAME",
        defaultValue = "residual-lite",
        description = "One of --list. Default: ${DEFAULT-VALUE}.")
    String architecture = "residual-lite";

    @Option(
        names = "--list",
        description = "Show the architectures, their weights and what an image costs, and stop.")
    boolean list;

    @Option(
        names = "--weights",
        paramLabel = "FILE",
        description =
            "Begin with these arrays instead of random ones: a safetensors file whose names are the"
                + " network's.")
    @Nullable Path weights;

    @Option(
        names = "--weights-origin",
        paramLabel = "TEXT",
        description =
            "Where these arrays come from, for the model's card. Default: the file's name.")
    @Nullable String weightsOrigin;

    @Option(
        names = "--weights-kept",
        paramLabel = "SHARE",
        defaultValue = "0",
        description =
            "How much of the model these arrays are in the end, the rest being what was learnt from"
                + " them. Default: ${DEFAULT-VALUE}.")
    double weightsKept;

    @Option(
        names = "--teacher",
        paramLabel = "NAME|BUNDLE",
        description =
            "A model whose answers, from eight views of each galaxy, are learnt beside the labels. It"
                + " should not have learnt from the galaxies that are held out.")
    @Nullable String teacher;

    @Option(
        names = "--teacher-share",
        paramLabel = "SHARE",
        defaultValue = "0.5",
        description =
            "How much of what is learnt of a galaxy with votes are the teacher's answers. Default:"
                + " ${DEFAULT-VALUE}.")
    double teacherShare = 0.5;

    @Option(
        names = "--question",
        paramLabel = "ID",
        description = "Learn one question only, such as t01; the whole tree otherwise.")
    @Nullable String question;

    @Option(
        names = "--channels",
        paramLabel = "C",
        description =
            "What the network sees: ${COMPLETION-CANDIDATES}. Default: the architecture's own.")
    @Nullable Channels channels;

    @Option(
        names = "--size",
        paramLabel = "N",
        description = "The side of its input in pixels. Default: the architecture's own.")
    @Nullable Integer size;

    @Option(
        names = "--crop",
        paramLabel = "SHARE",
        description =
            "The part of an image's shorter side that it sees. Default: the architecture's own.")
    @Nullable Double crop;

    @Option(
        names = "--name",
        paramLabel = "NAME",
        description = "The model's name. Default: from the architecture and the tree.")
    @Nullable String name;

    @Option(
        names = "--model-version",
        paramLabel = "VERSION",
        defaultValue = "1.0.0",
        description = "Default: ${DEFAULT-VALUE}.")
    String version = "1.0.0";

    @Option(names = "--half", description = "Write the weights in half precision.")
    boolean half;
  }

  /** What is made small. */
  static final class LossGroup {
    @Option(
        names = "--loss",
        paramLabel = "NAME[=WEIGHT]",
        mapFallbackValue = "1",
        description =
            "May be repeated; the sum is made small. cross-entropy of vote fractions;"
                + " squared-error of Kaggle's columns; dirichlet, the Dirichlet-multinomial"
                + " likelihood, which gives intervals. Default: dirichlet=1 and squared-error=10"
                + " for the whole tree, cross-entropy for one question.")
    Map<String, Double> losses = new LinkedHashMap<>();

    @Option(
        names = "--votes",
        paramLabel = "N",
        defaultValue = "40",
        description =
            "How many volunteers a galaxy is taken to have had, for dirichlet. Default: ${DEFAULT-VALUE}.")
    double votes = 40;

    @Option(
        names = "--rule-weight",
        paramLabel = "W",
        defaultValue = "10",
        description =
            "How much it counts that a galaxy's class follows from the answers. Default: ${DEFAULT-VALUE}.")
    double ruleWeight = 10;
  }

  /** How it is made small. */
  static final class DescentGroup {
    @Option(names = "--epochs", paramLabel = "N", defaultValue = "30", description = DEFAULT)
    int epochs = 30;

    @Option(names = "--batch", paramLabel = "N", defaultValue = "64", description = DEFAULT)
    int batch = 64;

    @Option(
        names = "--optimizer",
        paramLabel = "NAME",
        defaultValue = "ADAMW",
        description = "${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
    Optimizer.Kind optimizer = Optimizer.Kind.ADAMW;

    @Option(
        names = "--learning-rate",
        paramLabel = "RATE",
        defaultValue = "0.001",
        description =
            "The highest; a warm-up leads to it and half a cosine away from it. Default: ${DEFAULT-VALUE}.")
    double learningRate = 0.001;

    @Option(
        names = "--warm-up",
        paramLabel = "SHARE",
        defaultValue = "0.05",
        description = "Of all steps. Default: ${DEFAULT-VALUE}.")
    double warmUp = 0.05;

    @Option(
        names = "--depth-decay",
        paramLabel = "F",
        defaultValue = "1",
        description =
            "A layer's rate is that of the layer above it times this. Default: ${DEFAULT-VALUE}.")
    double depthDecay = 1;

    @Option(
        names = "--weight-decay",
        paramLabel = "D",
        defaultValue = "0.02",
        description = DEFAULT)
    double weightDecay = 0.02;

    @Option(
        names = "--clip-norm",
        paramLabel = "N",
        defaultValue = "1",
        description = "The longest gradient over all weights. Default: ${DEFAULT-VALUE}.")
    double clipNorm = 1;

    @Option(
        names = "--average",
        paramLabel = "DECAY",
        defaultValue = "0.998",
        description =
            "EMA decay: the average of the weights over steps becomes the model; 0 turns it off. Default: ${DEFAULT-VALUE}.")
    double average = 0.998;

    @Option(
        names = "--frozen-epochs",
        paramLabel = "N",
        defaultValue = "0",
        description =
            "The number of epochs that train only the head; as many as --epochs: all of them. Default: ${DEFAULT-VALUE}.")
    int frozenEpochs;

    @Option(
        names = "--patience",
        paramLabel = "N",
        defaultValue = "0",
        description =
            "Stop when so many epochs brought nothing better, and keep the best; 0 never. Default: ${DEFAULT-VALUE}.")
    int patience;
  }

  private static final String DEFAULT = "Default: ${DEFAULT-VALUE}.";

  /** How galaxies are shown. */
  static final class ViewGroup {
    @Option(
        names = "--no-rotation",
        description = "Leave galaxies as they lie, neither turned nor mirrored.")
    boolean upright;

    @Option(
        names = "--zoom",
        paramLabel = "F",
        defaultValue = "1.15",
        description = "Larger or smaller by up to this. Default: ${DEFAULT-VALUE}.")
    double zoom = 1.15;

    @Option(
        names = "--shift",
        paramLabel = "PIXELS",
        defaultValue = "4",
        description = "Off the centre by up to this. Default: ${DEFAULT-VALUE}.")
    double shift = 4;

    @Option(
        names = "--brightness",
        paramLabel = "F",
        defaultValue = "1.1",
        description = "Brighter or darker by up to this. Default: ${DEFAULT-VALUE}.")
    double brightness = 1.1;

    @Option(
        names = "--noise",
        paramLabel = "SIGMA",
        defaultValue = "0.01",
        description = "Where white is 1. Default: ${DEFAULT-VALUE}.")
    double noise = 0.01;
  }

  /** The run. */
  static final class RunGroup {
    @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = DEFAULT)
    int seed = 1;

    @Option(
        names = "--held-out",
        paramLabel = "SHARE",
        defaultValue = "0.2",
        description = "Of the galaxies, to judge the model on. Default: ${DEFAULT-VALUE}.")
    double heldOut = 0.2;

    @Option(
        names = "--on-problem",
        paramLabel = "WHAT",
        defaultValue = "SKIP",
        description =
            "What to do about images and rows that cannot be used: ${COMPLETION-CANDIDATES}. Default:"
                + " ${DEFAULT-VALUE}.")
    Strictness onProblem = Strictness.SKIP;

    @Option(
        names = "--devices",
        split = ",",
        paramLabel = "DEVICE",
        defaultValue = "auto",
        description =
            "auto (a GPU where there is one), cpu, gpu:0, or several GPUs that share each batch."
                + " Default: ${DEFAULT-VALUE}.")
    List<String> devices = List.of("auto");

    @Option(
        names = "--threads",
        paramLabel = "N",
        description = "Threads of the network's arithmetic. Default: one a core.")
    @Nullable Integer threads;

    @Option(names = "--resume", description = "Continue from the last checkpoint of the same run.")
    boolean resume;

    @Option(
        names = "--report",
        paramLabel = "FILE.html",
        description = "Also write a report to look at, one file with every picture inside.")
    @Nullable Path report;
  }

  @Override
  public Integer call() throws Exception {
    Logging.errorsOnly();
    PrintWriter out = spec.commandLine().getOut();
    if (model.list) {
      list(out);
      return ExitCode.OK;
    }
    if (model.out == null || dataSets.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(),
          "Training takes data (--images with --labels or --classes) and --out.");
    }
    OutputFile.checkNewFolder(spec.commandLine(), folder(model.out));
    OutputFile.check(spec.commandLine(), run.report);
    if (run.threads != null) {
      // read by DJL once, when it loads PyTorch
      System.setProperty("ai.djl.pytorch.num_threads", run.threads.toString());
    }
    Terminal terminal = Terminal.of(out, spec.commandLine().getErr());
    Path folder = folder(model.out);
    TrainingRun training =
        new TrainingRun(
            DataOptions.dataSets(dataSets),
            new HeldOutSplit(run.heldOut, SALT),
            run.onProblem,
            settings(),
            pretrained(),
            teacher(),
            name(),
            model.version,
            model.half ? Precision.HALF : Precision.SINGLE,
            Devices.named(run.devices),
            new RunFolder(folder));
    try (Interruption interruption = new Interruption()) {
      Optional<TrainingRun.Trained> trained =
          training.run(
              run.resume, new TrainingProgress(terminal, interruption::requested), terminal::line);
      if (trained.isEmpty()) {
        terminal.line("Stopped. The same command with --resume goes on from %s.".formatted(folder));
        return ExitCode.SOFTWARE;
      }
      trained.get().bundle().save(model.out);
      FiguresTable.of(trained.get().evaluation()).lines().forEach(out::println);
      out.flush();
      terminal.line("Wrote %s.".formatted(model.out));
      writeReport(trained.get(), folder, terminal);
    }
    return ExitCode.OK;
  }

  /** Where a run keeps what it needs to go on. */
  private static Path folder(Path bundle) {
    return bundle.resolveSibling(bundle.getFileName() + ".run");
  }

  private void writeReport(TrainingRun.Trained trained, Path folder, Terminal terminal)
      throws IOException {
    if (run.report == null) {
      return;
    }
    String log = Files.readString(folder.resolve(RunFolder.LOG));
    Report page =
        new Report(
            trained.evaluation(),
            trained.bundle().description(),
            String.format(
                Locale.ROOT,
                "%,d galaxies that it was not trained on",
                trained.evaluation().galaxies().size()),
            TrainingLog.read(log));
    Files.writeString(run.report, page.html());
    terminal.line("Wrote %s.".formatted(run.report));
  }

  private List<Question> questions() {
    DecisionTree tree = DecisionTree.galaxyZoo2();
    return model.question == null ? tree.questions() : List.of(tree.question(model.question));
  }

  private String name() {
    if (model.name != null) {
      return model.name;
    }
    return model.architecture
        + "-"
        + DecisionTree.galaxyZoo2().id()
        + (model.question == null ? "" : "-" + model.question);
  }

  private TrainingSettings settings() {
    return new TrainingSettings(
        model.architecture,
        input(),
        questions(),
        losses(),
        new Augmentation(
            !view.upright, !view.upright, view.zoom, view.shift, view.brightness, view.noise),
        descent.epochs,
        descent.batch,
        new TrainingSettings.Descent(
            descent.optimizer,
            descent.learningRate,
            descent.warmUp,
            descent.depthDecay,
            descent.weightDecay,
            descent.clipNorm,
            descent.average),
        descent.frozenEpochs,
        descent.patience,
        run.seed);
  }

  private InputSpec input() {
    InputSpec input = Architectures.named(model.architecture).input();
    if (model.channels != null && model.channels != input.channels()) {
      double mean = input.mean().getFirst();
      double std = input.std().getFirst();
      int channels = model.channels.count();
      input =
          input
              .withChannels(model.channels)
              .withStandardisation(
                  Collections.nCopies(channels, mean), Collections.nCopies(channels, std));
    }
    if (model.size != null) {
      input = input.withSize(model.size);
    }
    return model.crop == null ? input : input.withCrop(new Crop.Fraction(model.crop));
  }

  private List<Objective.Term> losses() {
    boolean wholeTree = model.question == null;
    Map<String, Double> chosen = loss.losses;
    if (chosen.isEmpty()) {
      chosen =
          wholeTree
              ? Map.of("dirichlet", 1.0, "squared-error", 10.0)
              : Map.of("cross-entropy", 1.0);
    }
    List<Objective.Term> terms = new ArrayList<>();
    chosen.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(entry -> terms.add(new Objective.Term(loss(entry.getKey()), entry.getValue())));
    if (wholeTree && dataSets.stream().anyMatch(set -> set.rules != null)) {
      terms.add(new Objective.Term(new Loss.ClassRule(), loss.ruleWeight));
    }
    return terms;
  }

  private Loss loss(String name) {
    return switch (name) {
      case "cross-entropy" -> new Loss.CrossEntropy();
      case "squared-error" -> new Loss.SquaredError();
      case "dirichlet" -> new Loss.DirichletMultinomial(loss.votes);
      default ->
          throw new ParameterException(
              spec.commandLine(),
              "There is no loss '%s'; there are cross-entropy, squared-error and dirichlet."
                  .formatted(name));
    };
  }

  private Optional<TrainingRun.Pretrained> pretrained() throws IOException {
    if (model.weights == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new TrainingRun.Pretrained(
              Safetensors.read(Files.readAllBytes(model.weights)),
              model.weightsOrigin == null
                  ? String.valueOf(model.weights.getFileName())
                  : model.weightsOrigin,
              model.weightsKept));
    } catch (IOException e) {
      throw new IOException(
          "The weights %s cannot be read. %s".formatted(model.weights, e.getMessage()), e);
    }
  }

  private Optional<Teacher> teacher() throws ModelException {
    return model.teacher == null
        ? Optional.empty()
        : Optional.of(new Teacher(ModelBundle.named(model.teacher), model.teacherShare));
  }

  private static void list(PrintWriter out) {
    out.printf("%-20s %12s %14s  %s%n", "architecture", "weights", "multiply-adds", "input");
    for (Architecture architecture : Architectures.all()) {
      InputSpec input = architecture.input();
      Network network =
          architecture.describe(
              input.channels().count(),
              input.size(),
              Head.of(DecisionTree.galaxyZoo2().questions()));
      out.printf(
          Locale.ROOT,
          "%-20s %,12d %,14d  %s, %d×%d%n    %s%n",
          architecture.name(),
          network.parameters(),
          network.multiplyAdds(),
          input.channels().name().toLowerCase(Locale.ROOT),
          input.size(),
          input.size(),
          architecture.description());
    }
    out.flush();
  }
}
