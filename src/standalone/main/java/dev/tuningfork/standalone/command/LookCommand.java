package dev.tuningfork.standalone.command;

import dev.tuningfork.image.ImageDescription;
import dev.tuningfork.image.ImageLimits;
import dev.tuningfork.image.PreparedImage;
import dev.tuningfork.image.Preprocessor;
import dev.tuningfork.model.DeviceSetting;
import dev.tuningfork.model.ModelBundle;
import dev.tuningfork.model.ModelLoader;
import dev.tuningfork.model.MorphologyModel;
import dev.tuningfork.trainer.chart.ActivationSheet;
import dev.tuningfork.trainer.chart.Activations;
import dev.tuningfork.tree.AnswerProbabilities;
import dev.tuningfork.tree.Morphology;
import dev.tuningfork.tree.Question;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tuning-fork look}: what a model makes of one galaxy, in words and inside its network. */
@Command(
    name = "look",
    description =
        "Prints a model's answers about one galaxy, and draws the activations of its first layers.",
    sortOptions = false)
final class LookCommand implements Callable<Integer> {

  @Mixin private NamedModel model = new NamedModel();

  @Option(
      names = "--sheet",
      paramLabel = "FILE.png",
      description = "The picture to write. Default: <image>-layers.png in the current folder.")
  @Nullable Path sheet;

  @Parameters(paramLabel = "IMAGE", description = "A JPEG, PNG or FITS image of a galaxy.")
  Path image = Path.of("");

  @Spec CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws Exception {
    Logging.errorsOnly();
    OutputFile.check(spec.commandLine(), sheet);
    ModelBundle bundle = model.bundle();
    PreparedImage prepared =
        new Preprocessor(bundle.description().input(), ImageLimits.DEFAULT)
            .prepare(bytes(), ImageDescription.NONE);
    PrintWriter out = spec.commandLine().getOut();
    try (MorphologyModel loaded = ModelLoader.load(bundle, new DeviceSetting.Cpu(), 1)) {
      inWords(loaded.predict(List.of(prepared)).getFirst()).forEach(out::println);
    }
    Path file = sheet == null ? Path.of(stem(image) + "-layers.png") : sheet;
    List<Activations> layers = Activations.ofFirstLayers(bundle, prepared);
    Files.write(file, ActivationSheet.png(image, bundle.description().input(), prepared, layers));
    spec.commandLine().getErr().println("Wrote " + file + ".");
    return 0;
  }

  private byte[] bytes() throws IOException {
    try {
      return Files.readAllBytes(image);
    } catch (NoSuchFileException e) {
      throw new IOException("There is no image " + image + ".", e);
    }
  }

  /** The class and the sentence, then each question that is likely to be asked, and its answers. */
  private static List<String> inWords(AnswerProbabilities answers) {
    Morphology morphology = Morphology.of(answers);
    List<String> lines = new ArrayList<>();
    lines.add(
        morphology.classString().isEmpty()
            ? morphology.sentence()
            : morphology.classString() + "  " + morphology.sentence());
    lines.add("");
    for (Question question : answers.tree().questions()) {
      if (answers.answers(question)) {
        lines.add(inWords(answers, question));
      }
    }
    return lines;
  }

  private static String inWords(AnswerProbabilities answers, Question question) {
    double[] conditional = answers.conditional(question);
    OptionalDouble asked = answers.asked(question);
    String each =
        IntStream.range(0, conditional.length)
            .boxed()
            .sorted((a, b) -> Double.compare(conditional[b], conditional[a]))
            .map(
                a -> "%s: %.0f %%".formatted(question.answers().get(a).key(), 100 * conditional[a]))
            .collect(Collectors.joining(", "));
    return "%s %-19s %-14s %s"
        .formatted(
            question.id(),
            question.key(),
            asked.isPresent() ? "asked %3.0f %%".formatted(100 * asked.getAsDouble()) : "",
            each);
  }

  private static String stem(Path image) {
    String name = String.valueOf(image.getFileName());
    int dot = name.indexOf('.', 1);
    return dot < 0 ? name : name.substring(0, dot);
  }
}
