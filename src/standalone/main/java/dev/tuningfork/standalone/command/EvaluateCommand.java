package dev.tuningfork.standalone.command;

import dev.tuningfork.model.ModelBundle;
import dev.tuningfork.model.MorphologyModel;
import dev.tuningfork.trainer.TrainingManifest;
import dev.tuningfork.trainer.data.DataSet;
import dev.tuningfork.trainer.data.GalaxySource;
import dev.tuningfork.trainer.data.HeldOutSplit;
import dev.tuningfork.trainer.data.Problem;
import dev.tuningfork.trainer.data.Strictness;
import dev.tuningfork.trainer.data.TrainingData;
import dev.tuningfork.trainer.data.TrainingData.Member;
import dev.tuningfork.trainer.evaluate.Evaluation;
import dev.tuningfork.trainer.evaluate.Evaluator;
import dev.tuningfork.trainer.learn.TrainingLog;
import dev.tuningfork.trainer.report.HtmlReport;
import dev.tuningfork.trainer.report.MetricsTable;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code tuning-fork evaluate}: how well a model answers, on galaxies that it never saw. */
@Command(
    name = "evaluate",
    description =
        "Judges a model on labelled galaxies that it was not trained on: those that its own split holds out.",
    sortOptions = false)
final class EvaluateCommand implements Callable<Integer> {

  private static final int PROBLEMS_SHOWN = 5;

  @CommandLine.Mixin private ModelOptions model = new ModelOptions();

  @ArgGroup(exclusive = false, multiplicity = "1..*", heading = DataOptions.HEADING)
  List<DataOptions> dataSets = new ArrayList<>();

  @Option(
      names = "--all",
      description =
          "Judge on every galaxy, not only on those that the model's split holds out. For data that the model never saw.")
  boolean all;

  @Option(
      names = "--once",
      description =
          "Use one view of each galaxy: eight times as fast, but without measuring how answers move when the image turns.")
  boolean once;

  @Option(names = "--json", paramLabel = "FILE", description = "Also write all figures as JSON.")
  @Nullable Path json;

  @Option(
      names = "--report",
      paramLabel = "FILE.html",
      description = "Also write a report: one HTML file with all pictures inside.")
  @Nullable Path report;

  @Option(
      names = "--pictures",
      paramLabel = "DIR",
      description = "Also write the report's pictures as PNG files.")
  @Nullable Path pictures;

  @Spec CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws Exception {
    Logging.errorsOnly();
    if (model.views != 1 && model.views != Evaluation.ALL_VIEWS) {
      throw new ParameterException(
          spec.commandLine(),
          "--views is 1 or %d, not %d.".formatted(Evaluation.ALL_VIEWS, model.views));
    }
    if (once && model.views != 1) {
      throw new ParameterException(
          spec.commandLine(),
          "--once looks at one view of each galaxy, --views at %d.".formatted(model.views));
    }
    OutputFile.check(spec.commandLine(), json);
    OutputFile.check(spec.commandLine(), report);
    if (pictures != null) {
      OutputFile.checkNewFolder(spec.commandLine(), pictures);
    }
    PrintWriter err = spec.commandLine().getErr();
    ModelBundle bundle = model.bundle();
    List<Member> galaxies = galaxies(bundle, err);
    Evaluation evaluation;
    try (MorphologyModel loaded = model.loadForOneView(bundle)) {
      ProgressBar progress =
          new ProgressBar(
              Terminal.of(spec.commandLine().getOut(), err), galaxies.size(), System::nanoTime);
      evaluation =
          Evaluator.evaluate(
              loaded, galaxies, model.views, !once, done -> progress.update(done, 0));
      progress.finish();
    }
    evaluation.leftOut().forEach(err::println);
    PrintWriter out = spec.commandLine().getOut();
    MetricsTable.of(evaluation).lines().forEach(out::println);
    write(bundle, evaluation, err);
    return 0;
  }

  private void write(ModelBundle bundle, Evaluation evaluation, PrintWriter err)
      throws IOException {
    if (json != null) {
      Files.writeString(json, evaluation.toJson());
      err.println("Wrote " + json + ".");
    }
    HtmlReport page =
        new HtmlReport(evaluation, bundle.description(), which(evaluation), log(bundle));
    if (report != null) {
      Files.writeString(report, page.html());
      err.println("Wrote " + report + ".");
    }
    if (pictures != null) {
      Files.createDirectories(pictures);
      for (Map.Entry<String, byte[]> picture : page.pictures().entrySet()) {
        Files.write(pictures.resolve(picture.getKey()), picture.getValue());
      }
      err.println("Wrote the pictures to " + pictures + ".");
    }
  }

  private String which(Evaluation evaluation) {
    return (all ? "%,d galaxies" : "%,d galaxies that it was not trained on")
        .formatted(evaluation.galaxies().size());
  }

  private static TrainingLog log(ModelBundle bundle) {
    return bundle.files().contains(TrainingLog.FILE)
        ? TrainingLog.read(new String(bundle.file(TrainingLog.FILE), StandardCharsets.UTF_8))
        : TrainingLog.none();
  }

  private List<Member> galaxies(ModelBundle bundle, PrintWriter err) throws IOException {
    List<DataSet> sets = DataOptions.dataSets(dataSets, List.of(bundle.description().tree()));
    if (sets.stream().noneMatch(DataSet::judged)) {
      throw new IllegalArgumentException(
          "There is no galaxy to judge the model on: every data set is --train-only or --unlabelled.");
    }
    checkUnseen(bundle, err);
    Optional<HeldOutSplit> split = TrainingManifest.split(bundle.description());
    if (!all && split.isEmpty()) {
      throw new IllegalArgumentException(
          "The model %s does not record which galaxies were held out of its training. If it never saw this data, use --all."
              .formatted(bundle.description().name()));
    }
    TrainingData data =
        TrainingData.read(sets, split.orElse(new HeldOutSplit(0.5, "")), Strictness.SKIP);
    tell(data.problems(), err);
    List<Member> galaxies =
        all
            ? Stream.concat(data.heldOut().stream(), data.training().stream())
                .filter(member -> member.dataSet().judged())
                .toList()
            : data.heldOut();
    if (galaxies.isEmpty()) {
      throw new IllegalArgumentException(
          "The model's split holds out none of these %,d galaxies. If the model never saw them, use --all."
              .formatted(data.training().size()));
    }
    return galaxies;
  }

  /**
   * Checks the folders against those that the bundle says its model learnt from.
   *
   * @throws IllegalArgumentException if the model learnt from all galaxies of a folder
   */
  private void checkUnseen(ModelBundle bundle, PrintWriter err) {
    for (DataOptions options : dataSets) {
      if (!options.judged()) {
        continue;
      }
      String images = GalaxySource.shortened(options.images());
      TrainingManifest.Seen seen = TrainingManifest.seen(bundle.description(), options.images());
      if (seen == TrainingManifest.Seen.ALL) {
        throw new IllegalArgumentException(
            "The model was trained on all galaxies of %s, so figures on them would be meaningless."
                .formatted(images));
      }
      if (seen == TrainingManifest.Seen.SOME && all) {
        err.println(
            "The model was trained on galaxies of %s, so figures on all of them say nothing about others."
                .formatted(images));
      }
    }
  }

  private static void tell(List<Problem> problems, PrintWriter err) {
    List<String> sentences = Problem.sentences(problems);
    sentences.stream().limit(PROBLEMS_SHOWN).forEach(err::println);
    if (sentences.size() > PROBLEMS_SHOWN) {
      err.printf("… and %,d more such problems.%n", sentences.size() - PROBLEMS_SHOWN);
    }
  }
}
