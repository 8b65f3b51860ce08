package dev.tuningfork.benchmark;

import dev.tuningfork.benchmark.report.Figure;
import dev.tuningfork.benchmark.report.Machine;
import dev.tuningfork.benchmark.report.Picture;
import dev.tuningfork.benchmark.report.Report;
import dev.tuningfork.benchmark.report.Table;
import dev.tuningfork.benchmark.stream.JavaProcess;
import dev.tuningfork.benchmark.suite.Plan;
import dev.tuningfork.benchmark.suite.Suite;
import dev.tuningfork.benchmark.suite.Suites;
import dev.tuningfork.benchmark.suite.Tally;
import dev.tuningfork.benchmark.suite.Workload;
import dev.tuningfork.file.ScratchFolder;
import dev.tuningfork.model.DeviceSetting;
import dev.tuningfork.model.ModelBundle;
import dev.tuningfork.model.ModelLoader;
import dev.tuningfork.model.MorphologyModel;
import dev.tuningfork.standalone.command.Commands;
import dev.tuningfork.standalone.command.Logging;
import dev.tuningfork.standalone.survey.MockSurvey;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Measures, side by side in one run, what the product does and what one would use instead. */
@Command(
    name = "tuning-fork benchmark",
    mixinStandardHelpOptions = true,
    versionProvider = Commands.Version.class,
    sortOptions = false,
    usageHelpAutoWidth = true,
    subcommands = {PagesCommand.class, PageCost.class, GpuFiles.class},
    description = {
      "Measures the speed of the classifier, of its limits on this machine and of alternatives,"
          + " in turn and several times, and prints medians and spread.",
      "Without --images, galaxies of the mock survey are rendered first."
    },
    footerHeading = "%nParts:%n",
    footer = "",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:success",
      "1:it could not be done, or, in the short form, a ratio is below its bar; standard error says"
          + " which",
      "2:the command line is wrong"
    })
public final class Benchmark implements Callable<Integer> {

  private static final int RENDERED = 1_000;
  private static final int RENDERED_WHEN_QUICK = 200;
  private static final long SEED = 1;

  @Option(
      names = "--quick",
      description =
          "The short form: fewer and shorter runs, without Python. Fails if a ratio is below its"
              + " bar.")
  private boolean quick;

  @Option(
      names = "--only",
      paramLabel = "PART",
      split = ",",
      description = "Only these parts, separated by commas.")
  private List<String> only = new ArrayList<>();

  @Option(names = "--images", paramLabel = "FOLDER", description = "A folder of JPEG images.")
  private @Nullable Path images;

  @Option(
      names = "--model",
      paramLabel = "NAME|BUNDLE",
      defaultValue = ModelBundle.DEFAULT,
      description = "A built-in model, or the path of a model bundle (${DEFAULT-VALUE}).")
  private String modelName = ModelBundle.DEFAULT;

  @Option(names = "--python", description = "Also compare with Python in the short form.")
  private boolean python;

  @Option(
      names = "--galaxies",
      paramLabel = "N",
      description = "Galaxies per run of the stream; slow forms use fewer.")
  private @Nullable Integer galaxies;

  @Option(
      names = "--runs",
      paramLabel = "N",
      description = "Runs of each measurement, after the warm-up.")
  private @Nullable Integer runs;

  @Option(
      names = "--references",
      paramLabel = "N",
      description = "Number of references in the memory and fault runs.")
  private @Nullable Integer references;

  @Mixin private final FaultOptions faults = new FaultOptions();

  @Option(
      names = "--busy",
      paramLabel = "N",
      defaultValue = "0",
      description = "Number of threads that keep the processors busy during the runs.")
  private int busy;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description =
          "Also write the figures to this JSON file. Figures of other parts in an existing file are"
              + " kept, if machine and model are the same.")
  private @Nullable Path json;

  @Option(
      names = "--picture",
      paramLabel = "FILE.png",
      description = "Also draw the figures into this picture.")
  private @Nullable Path picture;

  @Spec private CommandSpec spec = CommandSpec.create();

  public static void main(String[] arguments) {
    Locale.setDefault(Locale.ROOT); // as the application, whose figures these are
    System.exit(line().execute(arguments));
  }

  static CommandLine line() {
    CommandLine line = new CommandLine(new Benchmark());
    int width = Suites.ALL.stream().mapToInt(suite -> suite.name().length()).max().orElse(1);
    line.getCommandSpec()
        .usageMessage()
        .footer(
            Suites.ALL.stream()
                .map(
                    suite ->
                        ("  %-" + width + "s  %s%s")
                            .formatted(
                                suite.name(),
                                suite.description().replace("%", "%%"), // picocli formats it
                                switch (suite.from()) {
                                  case QUICK -> "";
                                  case FULL -> " (full form, or --only)";
                                  case NAMED -> " (--only)";
                                }))
                .toArray(String[]::new));
    return line.setExecutionExceptionHandler(
        (failure, at, _) -> {
          at.getErr().println("tuning-fork benchmark: " + failure.getMessage());
          at.getErr().flush();
          return ExitCode.SOFTWARE;
        });
  }

  @Override
  public Integer call() throws Exception {
    Logging.errorsOnly();
    Logging.errorsOfLibrariesOnly();
    List<Suite> suites = suites();
    Plan plan = plan();
    try (ScratchFolder folder = ScratchFolder.create("benchmark");
        var _ = new BusyLoops(busy)) {
      Path scratch = folder.path();
      List<Path> files = jpegsIn(images == null ? rendered(scratch) : images.toRealPath());
      Workload workload =
          new Workload(plan, files, modelName, scratch, this::tell, python || !quick);
      List<Figure> figures = new ArrayList<>();
      List<String> leftOut = new ArrayList<>();
      for (Suite suite : suites) {
        if (System.getenv().entrySet().containsAll(suite.environment().entrySet())) {
          Tally tally = new Tally(suite.name(), this::tell);
          try (var _ = new Heartbeat(Heartbeat.EVERY, tally::progress, this::tell)) {
            suite.measure().of(workload, tally);
          }
          figures.addAll(tally.figures());
          leftOut.addAll(tally.leftOut());
        } else {
          Path apartFolder = Files.createTempDirectory(scratch, suite.name() + "-");
          Report apart = measuredApart(suite, plan, files, apartFolder.resolve("figures.json"));
          figures.addAll(apart.figures());
          leftOut.addAll(apart.leftOut());
        }
      }
      return told(report(figures, leftOut));
    }
  }

  /** Measures in another process, whose environment is as the suite needs it. */
  private Report measuredApart(Suite suite, Plan plan, List<Path> files, Path figures)
      throws IOException, InterruptedException {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                Benchmark.class.getName(),
                "--only=" + suite.name(),
                "--images=" + Objects.requireNonNull(files.getFirst().getParent()),
                "--model=" + modelName,
                "--runs=" + plan.runs(),
                "--json=" + figures));
    if (quick) {
      arguments.add("--quick");
    }
    ProcessBuilder java =
        new ProcessBuilder(JavaProcess.command("", arguments.toArray(String[]::new)))
            .redirectOutput(ProcessBuilder.Redirect.DISCARD);
    java.environment().putAll(suite.environment());
    Process process = java.start();
    List<String> failure = new ArrayList<>();
    try (BufferedReader lines = process.errorReader()) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith(suite.name() + ": ")) {
          tell(line);
        } else {
          failure.add(line);
        }
      }
    } finally {
      process.destroy();
    }
    process.waitFor();
    if (!Files.exists(figures)) {
      throw new IOException(
          "The part %s failed in its process: %s"
              .formatted(suite.name(), String.join(System.lineSeparator(), failure)));
    }
    return Report.read(figures);
  }

  private Report report(List<Figure> figures, List<String> leftOut) throws Exception {
    try (MorphologyModel model =
        ModelLoader.load(ModelBundle.named(modelName), new DeviceSetting.Auto(), 1)) {
      return new Report(
          Machine.here(),
          model.identity().name() + " " + model.identity().version(),
          model.device(),
          quick,
          figures,
          leftOut);
    }
  }

  /** Prints and writes; below a bar the short form fails. */
  private int told(Report fresh) throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    out.println();
    Table.text(fresh).forEach(out::println);
    out.flush();
    Report whole = json != null && Files.exists(json) ? fresh.with(Report.read(json)) : fresh;
    if (json != null) {
      whole.write(json);
    }
    if (picture != null) {
      Picture.write(whole, picture);
    }
    List<String> shortfalls = quick ? fresh.shortfalls() : List.of();
    PrintWriter err = spec.commandLine().getErr();
    shortfalls.forEach(sentence -> err.println("tuning-fork benchmark: " + sentence));
    err.flush();
    return shortfalls.isEmpty() ? ExitCode.OK : ExitCode.SOFTWARE;
  }

  private List<Suite> suites() {
    for (String name : only) {
      if (Suites.ALL.stream().noneMatch(suite -> suite.name().equals(name))) {
        throw new ParameterException(
            spec.commandLine(),
            "There is no part %s; the parts are %s."
                .formatted(
                    name, Suites.ALL.stream().map(Suite::name).collect(Collectors.joining(", "))));
      }
    }
    return Suites.ALL.stream()
        .filter(suite -> only.isEmpty() ? unnamed(suite) : only.contains(suite.name()))
        .toList();
  }

  private boolean unnamed(Suite suite) {
    return suite.from() == Suite.Form.QUICK || (suite.from() == Suite.Form.FULL && !quick);
  }

  private Plan plan() {
    Plan base = quick ? Plan.QUICK : Plan.FULL;
    return new Plan(
        quick,
        atLeast(spec, "--runs", 1, runs, base.runs()),
        atLeast(spec, "--galaxies", 200, galaxies, base.galaxies()),
        base.seconds(),
        atLeast(spec, "--references", 1_000, references, base.references()),
        faults.plan(
            base.faults(),
            atLeast(spec, "--references", 1_000, references, base.faults().references())));
  }

  /** A number that is given, or what applies otherwise. */
  static int atLeast(
      CommandSpec spec, String option, int least, @Nullable Integer given, int otherwise) {
    if (given != null && given < least) {
      throw new ParameterException(
          spec.commandLine(), option + " must be at least " + least + ", not " + given + ".");
    }
    return given == null ? otherwise : given;
  }

  private synchronized void tell(String line) {
    PrintWriter err = spec.commandLine().getErr();
    err.println(line);
    err.flush();
  }

  private Path rendered(Path scratch) throws IOException {
    Path folder = Files.createDirectory(scratch.resolve("images"));
    MockSurvey survey = new MockSurvey(SEED);
    int galaxies = quick ? RENDERED_WHEN_QUICK : RENDERED;
    AtomicInteger rendered = new AtomicInteger();
    try (var _ =
        new Heartbeat(
            Heartbeat.EVERY,
            () -> "%,d of %,d galaxies are rendered".formatted(rendered.get(), galaxies),
            this::tell)) {
      IntStream.range(0, galaxies)
          .parallel()
          .forEach(
              n -> {
                render(survey, n, folder);
                rendered.incrementAndGet();
              });
    }
    return folder.toRealPath();
  }

  private static void render(MockSurvey survey, int number, Path folder) {
    var galaxy = survey.galaxy(number);
    Path file = folder.resolve(galaxy.objectId() + ".jpg");
    try {
      Files.write(file, galaxy.jpeg());
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot write " + file + ".", e);
    }
  }

  private List<Path> jpegsIn(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> jpegs = files.filter(file -> file.toString().endsWith(".jpg")).sorted().toList();
      if (jpegs.isEmpty()) {
        throw new ParameterException(
            spec.commandLine(), "There is no JPEG image (.jpg) in " + folder + ".");
      }
      return jpegs;
    }
  }
}
