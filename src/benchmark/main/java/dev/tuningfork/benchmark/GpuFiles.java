package dev.tuningfork.benchmark;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.tuningfork.benchmark.python.Python;
import dev.tuningfork.image.ImageDescription;
import dev.tuningfork.image.ImageException;
import dev.tuningfork.image.ImageLimits;
import dev.tuningfork.image.InputSpec;
import dev.tuningfork.image.Pixels;
import dev.tuningfork.image.PreparedImage;
import dev.tuningfork.image.Preprocessor;
import dev.tuningfork.model.DeviceSetting;
import dev.tuningfork.model.Form;
import dev.tuningfork.model.ForwardPasses;
import dev.tuningfork.model.ModelBundle;
import dev.tuningfork.model.ModelException;
import dev.tuningfork.model.ModelLoader;
import dev.tuningfork.model.MorphologyModel;
import dev.tuningfork.network.module.Operators;
import dev.tuningfork.standalone.command.Logging;
import dev.tuningfork.standalone.survey.MockSurvey;
import dev.tuningfork.torchscript.Arithmetic;
import dev.tuningfork.tree.AnswerProbabilities;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * Writes a folder that is taken to a machine with a GPU and Python's PyTorch, but without Java: the
 * built-in models as TorchScript modules, galaxies, the CPU's answers about them, and the script
 * that compares and measures.
 */
@Command(
    name = "gpu-files",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Writes what Python's PyTorch needs to check the built-in models on a GPU, without Java: their"
          + " modules in each precision, galaxies, the CPU's answers, and the script gpu.py.",
      "The folder is smaller than 64 MiB."
    })
final class GpuFiles implements Callable<Integer> {

  private static final long SEED = 26;

  @Option(
      names = "--to",
      paramLabel = "FOLDER",
      required = true,
      description = "The folder to write; files of the same names are replaced.")
  private Path folder = Path.of("");

  @Option(
      names = "--galaxies",
      paramLabel = "N",
      defaultValue = "200",
      description = "How many galaxies to compare answers on. Default: ${DEFAULT-VALUE}.")
  private int galaxies = 200;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws Exception {
    Logging.errorsOnly();
    Benchmark.atLeast(spec, "--galaxies", 1, galaxies, 1);
    Files.createDirectories(folder);
    Python.of(Path.of("python3"), Python.Kit.GPU, folder);
    MockSurvey survey = new MockSurvey(SEED);
    List<byte[]> jpegs = new ArrayList<>();
    for (int number = 0; number < galaxies; number++) {
      jpegs.add(survey.galaxy(number).jpeg());
    }
    Map<InputSpec, String> levels = new LinkedHashMap<>();
    List<Map<String, Object>> models = new ArrayList<>();
    for (String name : ModelBundle.shipped()) {
      models.add(write(ModelBundle.named(name), jpegs, levels));
    }
    new JsonMapper().writeValue(folder.resolve("models.json").toFile(), models);
    spec.commandLine()
        .getErr()
        .printf(
            "Wrote %s, %.0f MiB. Where there is a GPU: python3 gpu.py%n",
            folder, bytes() / (double) (1 << 20));
    return ExitCode.OK;
  }

  private Map<String, Object> write(
      ModelBundle bundle, List<byte[]> jpegs, Map<InputSpec, String> levels)
      throws IOException, ModelException, ImageException {
    String name = bundle.description().name();
    InputSpec input = bundle.description().input();
    List<PreparedImage> images = new ArrayList<>();
    Preprocessor preprocessor = new Preprocessor(input, ImageLimits.DEFAULT);
    for (byte[] jpeg : jpegs) {
      images.add(preprocessor.prepare(jpeg, ImageDescription.NONE));
    }
    Map<String, Object> model = new LinkedHashMap<>();
    model.put("name", name);
    model.put("version", bundle.description().version());
    model.put("gflop", 2 * bundle.description().network().multiplyAdds() / 1e9);
    model.put("shape", List.of(galaxies, input.size(), input.size(), input.channels().count()));
    String known = levels.get(input);
    String file = known == null ? name + ".levels" : known;
    if (levels.put(input, file) == null) {
      Files.write(folder.resolve(file), levels(images));
    }
    model.put("levels", file);
    model.put("probabilities", answers(bundle, images));
    List<Map<String, Object>> modules = new ArrayList<>();
    for (Arithmetic arithmetic : Arithmetic.values()) {
      String module = "%s-%s.pt".formatted(name, arithmetic);
      Files.write(folder.resolve(module), bundle.compile(arithmetic, Operators.PORTABLE));
      modules.add(
          Map.of(
              "precision",
              arithmetic.toString(),
              "file",
              module,
              "allowed",
              Form.valueOf(arithmetic.name()).tolerance(true)));
    }
    model.put("modules", modules);
    return model;
  }

  private static byte[] levels(List<PreparedImage> images) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (PreparedImage image : images) {
      if (!(image.pixels() instanceof Pixels.Levels(byte[] levels))) {
        throw new IllegalStateException("A JPEG has levels.");
      }
      bytes.writeBytes(levels);
    }
    return bytes.toByteArray();
  }

  /** The conditional probabilities of each image, in the order of the module's. */
  private static List<double[]> answers(ModelBundle bundle, List<PreparedImage> images)
      throws ModelException {
    List<double[]> answers = new ArrayList<>();
    try (MorphologyModel cpu =
        ModelLoader.load(bundle, new DeviceSetting.Cpu(), ForwardPasses.DEFAULT.in(Form.BLOCKS))) {
      for (AnswerProbabilities said : cpu.predictAll(images)) {
        answers.add(
            said.tree().questions().stream()
                .filter(said::answers)
                .map(said::conditional)
                .flatMapToDouble(Arrays::stream)
                .toArray());
      }
    }
    return answers;
  }

  private long bytes() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.mapToLong(file -> file.toFile().length()).sum();
    }
  }
}
