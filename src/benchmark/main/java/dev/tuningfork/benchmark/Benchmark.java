package dev.tuningfork.benchmark;

import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.tuningfork.model.DeviceSetting;
import dev.tuningfork.model.ModelBundle;
import dev.tuningfork.model.ModelLoader;
import dev.tuningfork.model.MorphologyModel;
import dev.tuningfork.standalone.command.Logging;
import dev.tuningfork.standalone.survey.MockSurvey;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Measures, side by side in one run, how much of the machine the stream uses. */
@Command(
    name = "tuning-fork benchmark",
    mixinStandardHelpOptions = true,
    subcommands = PageCost.class,
    description = {
      "Measures the roofline (decode, prepare and predict without Kafka), the pipeline (the whole"
          + " classifier) and the naive form of it, in turn, and prints the medians.",
      "Without --images, galaxies of the mock survey are rendered first."
    })
public final class Benchmark implements Callable<Integer> {

  private static final int RENDERED = 1_000;
  private static final long SEED = 1;

  /** How many times slower the naive form may be expected to be: it gets so many fewer galaxies. */
  private static final int NAIVE_SHARE = 10;

  @Option(names = "--images", paramLabel = "FOLDER", description = "A folder of JPEG images.")
  private @Nullable Path images;

  @Option(
      names = "--model",
      paramLabel = "NAME|BUNDLE",
      defaultValue = ModelBundle.DEFAULT,
      description = "A model that is built in, or a model's bundle (${DEFAULT-VALUE}).")
  private String modelName = ModelBundle.DEFAULT;

  @Option(
      names = "--galaxies",
      paramLabel = "N",
      defaultValue = "20000",
      description =
          "How many galaxies a run classifies; the naive form a tenth of them"
              + " (${DEFAULT-VALUE}).")
  private int galaxies;

  @Option(
      names = "--runs",
      paramLabel = "N",
      defaultValue = "3",
      description = "How often each is measured (${DEFAULT-VALUE}).")
  private int runs;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Where to write the figures as JSON as well.")
  private @Nullable Path json;

  @Spec private @Nullable CommandSpec spec;

  public static void main(String[] arguments) {
    System.exit(new CommandLine(new Benchmark()).execute(arguments));
  }

  @Override
  public Integer call() throws Exception {
    Logging.errorsOnly();
    if (galaxies < NAIVE_SHARE || runs < 1) {
      throw new ParameterException(
          commandLine(), "--galaxies must be at least 10 and --runs at least 1.");
    }
    Path folder = images == null ? rendered() : images;
    List<Path> files = jpegsIn(folder);
    if (files.isEmpty()) {
      throw new ParameterException(commandLine(), "There is no JPEG image in " + folder + ".");
    }
    try (MorphologyModel model =
        ModelLoader.load(ModelBundle.named(modelName), new DeviceSetting.Auto())) {
      List<Measurement> all =
          List.of(new Roofline(files, model), new Pipeline(files, model), new Naive(files, model));
      Map<String, Spread> results = measure(all);
      print(all, results, files.size(), model);
      if (json != null) {
        write(json, results, files.size(), model);
      }
    }
    return CommandLine.ExitCode.OK;
  }

  /**
   * In turn, so that all share the machine's drift. The first round is not counted: compiling what
   * the broker and the classifier run takes the JVM as long as some ten thousand galaxies.
   */
  private Map<String, Spread> measure(List<Measurement> all) throws Exception {
    Map<String, List<Double>> figures = new LinkedHashMap<>();
    for (int run = 0; run <= runs; run++) {
      for (Measurement one : all) {
        int share = one instanceof Naive ? NAIVE_SHARE : 1;
        double figure = one.galaxiesPerSecond(galaxies / share);
        out()
            .printf(
                "%s %-9s %,8.0f images/s%n",
                run == 0 ? "warm-up" : "run " + run + "  ", one.name(), figure);
        out().flush();
        if (run > 0) {
          figures.computeIfAbsent(one.name(), _ -> new ArrayList<>()).add(figure);
        }
      }
    }
    Map<String, Spread> results = new LinkedHashMap<>();
    figures.forEach(
        (name, values) ->
            results.put(
                name, Spread.of(values.stream().mapToDouble(Double::doubleValue).toArray())));
    return results;
  }

  private void print(
      List<Measurement> all, Map<String, Spread> results, int files, MorphologyModel model) {
    PrintWriter out = out();
    out.printf("%n%s%n", Machine.here());
    out.printf(
        "%s %s on %s; %,d galaxies a run from %,d images; %d runs in turn, medians (least–most)%n%n",
        model.identity().name(), model.identity().version(), model.device(), galaxies, files, runs);
    for (Measurement one : all) {
      Spread spread = spread(results, one.name());
      out.printf(
          "%-9s %,8.0f images/s  (%,.0f–%,.0f)  %s%n",
          one.name(), spread.median(), spread.least(), spread.most(), one.description());
    }
    out.printf("%npipeline ÷ roofline  %.2f%n", ratio(results, "pipeline", "roofline"));
    out.printf("pipeline ÷ naive     %.1f%n", ratio(results, "pipeline", "naive"));
    out.flush();
  }

  private void write(Path file, Map<String, Spread> results, int files, MorphologyModel model)
      throws IOException {
    Map<String, Object> report = new LinkedHashMap<>();
    report.put("machine", Machine.here());
    report.put("model", model.identity());
    report.put("device", model.device());
    report.put("galaxies", galaxies);
    report.put("images", files);
    report.put("runs", runs);
    report.put("imagesPerSecond", results);
    report.put("pipelineToRoofline", ratio(results, "pipeline", "roofline"));
    report.put("pipelineToNaive", ratio(results, "pipeline", "naive"));
    JsonMapper.builder()
        .enable(SerializationFeature.INDENT_OUTPUT)
        .build()
        .writeValue(file.toFile(), report);
  }

  private static double ratio(Map<String, Spread> results, String one, String other) {
    return spread(results, one).median() / spread(results, other).median();
  }

  private static Spread spread(Map<String, Spread> results, String name) {
    Spread spread = results.get(name);
    if (spread == null) {
      throw new IllegalStateException("Nothing was measured of " + name + ".");
    }
    return spread;
  }

  private static Path rendered() throws IOException {
    Path folder = Files.createTempDirectory("tuning-fork-benchmark-");
    MockSurvey survey = new MockSurvey(SEED);
    IntStream.range(0, RENDERED).parallel().forEach(n -> render(survey, n, folder));
    return folder;
  }

  private static void render(MockSurvey survey, int number, Path folder) {
    var galaxy = survey.galaxy(number);
    Path file = folder.resolve(galaxy.objectId() + ".jpg");
    try {
      Files.write(file, galaxy.jpeg());
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot write " + file + ".", e);
    }
    file.toFile().deleteOnExit();
  }

  private static List<Path> jpegsIn(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(".jpg")).sorted().toList();
    }
  }

  private PrintWriter out() {
    return commandLine().getOut();
  }

  private CommandLine commandLine() {
    if (spec == null) {
      throw new IllegalStateException("The benchmark is started by its command line.");
    }
    return spec.commandLine();
  }
}
