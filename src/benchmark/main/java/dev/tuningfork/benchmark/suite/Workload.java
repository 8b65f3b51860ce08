package dev.tuningfork.benchmark.suite;

import dev.tuningfork.benchmark.python.Python;
import dev.tuningfork.benchmark.python.Python.Unavailable;
import dev.tuningfork.classifier.ClassifierSettings;
import dev.tuningfork.model.DeviceSetting;
import dev.tuningfork.model.ModelBundle;
import dev.tuningfork.model.ModelException;
import dev.tuningfork.model.ModelLoader;
import dev.tuningfork.model.MorphologyModel;
import dev.tuningfork.tree.Answer;
import dev.tuningfork.tree.DecisionTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * What all suites measure with.
 *
 * <p>Belongs to one thread.
 */
public final class Workload {

  private final Plan plan;
  private final List<Path> images;
  private final String modelName;
  private final ModelBundle bundle;
  private final Path scratch;
  private final Consumer<String> told;
  private final boolean withPython;
  private final Map<Python.Kit, Python> pythons = new HashMap<>();

  /**
   * What a run measures with.
   *
   * @param images JPEG files
   * @param modelName one that is built in, or the path of a bundle
   * @param scratch a folder that is deleted at the end
   * @param told a line of progress
   * @param withPython whether to measure beside Python
   */
  public Workload(
      Plan plan,
      List<Path> images,
      String modelName,
      Path scratch,
      Consumer<String> told,
      boolean withPython)
      throws ModelException {
    this.plan = plan;
    this.images = List.copyOf(images);
    this.modelName = modelName;
    this.bundle = ModelBundle.named(modelName);
    this.scratch = scratch;
    this.told = told;
    this.withPython = withPython;
  }

  Plan plan() {
    return plan;
  }

  List<Path> images() {
    return images;
  }

  /** The model, and in the full form those that are built in, each once. */
  List<String> modelNames() {
    return Stream.concat(
            Stream.of(modelName), plan.quick() ? Stream.empty() : ModelBundle.shipped().stream())
        .distinct()
        .toList();
  }

  ModelBundle bundle() {
    return bundle;
  }

  /** The model as the product serves it. */
  MorphologyModel model() throws ModelException {
    return asServed(bundle);
  }

  /** A model as the product serves it; whoever asks closes it. */
  public static MorphologyModel asServed(ModelBundle bundle) throws ModelException {
    return ModelLoader.load(
        bundle, new DeviceSetting.Auto(), ClassifierSettings.DEFAULT.forwardPasses());
  }

  /** A new folder within the scratch folder. */
  Path folder(String name) throws IOException {
    return Files.createTempDirectory(scratch, name + "-");
  }

  /** A folder with a bundle in it, for other processes. */
  Path saved(ModelBundle one) throws IOException {
    Path folder = folder(one.description().name());
    one.save(folder);
    return folder;
  }

  /** The folders that the images lie in. */
  List<Path> imageFolders() {
    return foldersOf(images);
  }

  static List<Path> foldersOf(List<Path> files) {
    return files.stream()
        .map(Path::getParent)
        .flatMap(Stream::ofNullable)
        .map(Objects::requireNonNull)
        .distinct()
        .toList();
  }

  /** Settings that find the broker and the images. */
  ClassifierSettings settings(String bootstrapServers) {
    return ClassifierSettings.DEFAULT
        .withKafka("bootstrap.servers", bootstrapServers)
        .withFolders(imageFolders());
  }

  /**
   * The Python that is measured beside the product.
   *
   * @throws Unavailable with a reason, as often as it is asked for
   */
  Python python() throws Unavailable, IOException {
    return python(Python.Kit.NETWORKS);
  }

  /** The same for other scripts. */
  Python python(Python.Kit kit) throws Unavailable, IOException {
    if (!withPython) {
      throw new Unavailable("Python is not part of the short form; --python takes it in");
    }
    Python made = pythons.get(kit);
    if (made == null) {
      made = Python.prepare(kit, folder("python"), told);
      pythons.put(kit, made);
    }
    return made;
  }

  /** Each question that a model answers, and its answers, for the scripts. */
  static List<Map<String, Object>> questions(ModelBundle bundle) {
    DecisionTree tree = bundle.description().tree();
    return bundle.description().questions().stream()
        .map(tree::question)
        .map(
            question ->
                Map.<String, Object>of(
                    "id",
                    question.id(),
                    "answers",
                    question.answers().stream().map(Answer::id).toList()))
        .toList();
  }
}
