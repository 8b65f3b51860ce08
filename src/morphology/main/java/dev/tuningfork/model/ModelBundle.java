package dev.tuningfork.model;

import dev.tuningfork.file.Sha256;
import dev.tuningfork.image.PreparedImage;
import dev.tuningfork.model.Manifest.FileEntry;
import dev.tuningfork.model.ModelDescription.Output;
import dev.tuningfork.network.Weights;
import dev.tuningfork.network.module.NetworkModule;
import dev.tuningfork.network.module.Operators;
import dev.tuningfork.torchscript.Arithmetic;
import dev.tuningfork.tree.DecisionTree;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A model on disk: a folder, or a zip of it, with {@code model.json} (what the model is, and the
 * SHA-256 of every other file) and its weights, either {@code weights.safetensors} for the
 * architectures of this product or {@code model.pt}, a TorchScript module made elsewhere that takes
 * batch × channels × size × size float32 and gives batch × answers. Beside them may stand the
 * answers that the model is held to when it is loaded ({@code reference.png} and {@code
 * reference.json}, see {@link #withReferenceAnswers}), and other files, such as a model card.
 *
 * <p>{@code model.json} holds the decision tree, so a bundle answers a tree that no other file
 * knows. A bundle that could be opened is verified: every file is complete and unchanged, the tree
 * is a tree and the one that the model was made for, and every array has the name and the shape
 * that the architecture asks for. It is held in memory as it was verified. Immutable, so safe for
 * any thread.
 *
 * <p>A model whose trunk answers several trees has a head for each. Everything here is about the
 * first one; {@link #answering} gives a bundle of another.
 */
public final class ModelBundle {

  /** The name of the model that answers where none is named. */
  public static final String DEFAULT = "fast";

  static final String MANIFEST = "model.json";
  static final String WEIGHTS = "weights.safetensors";
  static final String MODULE = "model.pt";

  private static final int LARGEST_MANIFEST = 1 << 20;

  private final Heads heads;
  private final byte[] manifest;
  private final SequencedMap<String, byte[]> files;
  private final String sha256;

  private ModelBundle(Heads heads, byte[] manifest, SequencedMap<String, byte[]> files) {
    this(heads, manifest, files, Sha256.hex(manifest));
  }

  private ModelBundle(
      Heads heads, byte[] manifest, SequencedMap<String, byte[]> files, String sha256) {
    this.heads = heads;
    this.manifest = manifest;
    this.files = files;
    this.sha256 = sha256;
  }

  /** As {@link #of(ModelDescription, Weights, Precision)}, the weights kept as they are. */
  public static ModelBundle of(ModelDescription description, Weights weights) {
    return of(description, weights, Precision.SINGLE);
  }

  /**
   * A bundle of weights for one of this product's architectures.
   *
   * @throws IllegalArgumentException if the weights are not the described network's, or hold a
   *     number that has no place in the precision
   */
  public static ModelBundle of(ModelDescription description, Weights weights, Precision precision) {
    weights.requireFor(description.network());
    return of(description, Map.of(WEIGHTS, Safetensors.write(weights, precision)));
  }

  /** A bundle of a TorchScript module; what the module takes and gives shows when it is loaded. */
  public static ModelBundle ofTorchScript(ModelDescription description, byte[] module) {
    if (!description.architecture().equals(ModelDescription.TORCHSCRIPT)) {
      throw new IllegalArgumentException(
          "The architecture of a TorchScript module is %s, not %s."
              .formatted(ModelDescription.TORCHSCRIPT, description.architecture()));
    }
    return of(description, Map.of(MODULE, module.clone()));
  }

  private static ModelBundle of(ModelDescription description, Map<String, byte[]> files) {
    return of(new Heads(List.of(description)), files);
  }

  private static ModelBundle of(Heads heads, Map<String, byte[]> files) {
    SequencedMap<String, FileEntry> entries = new LinkedHashMap<>();
    SequencedMap<String, byte[]> ordered = new LinkedHashMap<>();
    files.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(
            file -> {
              ordered.put(file.getKey(), file.getValue());
              entries.put(file.getKey(), FileEntry.of(file.getValue()));
            });
    return new ModelBundle(heads, Manifest.of(heads, entries).toJson(), ordered);
  }

  /**
   * The same bundle with one more file, such as a model card.
   *
   * @throws IllegalArgumentException if the name is a path, or taken
   */
  public ModelBundle with(String name, byte[] content) {
    try {
      BundleFiles.requirePlain(name);
    } catch (IOException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
    Map<String, byte[]> more = new LinkedHashMap<>(files);
    if (name.equals(MANIFEST) || more.put(name, content.clone()) != null) {
      throw new IllegalArgumentException("The bundle has a file " + name + " already.");
    }
    return of(heads, more);
  }

  /**
   * The same bundle with the head of another, whose trunk is the same.
   *
   * @param other of a single head; its other files come along as the head's own
   * @throws IllegalArgumentException if the trunk, the architecture, the input or the kind of
   *     outputs is another, or there is a head for a tree of this id already
   */
  public ModelBundle withHead(ModelBundle other) {
    Heads more = heads.and(other.description());
    return of(more, more.joined(files, other.files));
  }

  /**
   * The same files under a description that says more.
   *
   * @param how what the training was
   * @param reached the figures on held-out galaxies
   */
  public ModelBundle trained(
      SequencedMap<String, Object> how,
      SequencedMap<String, SequencedMap<String, Double>> reached) {
    return of(heads.withFirst(description().trained(how, reached)), files);
  }

  /**
   * The same bundle with what its model says about a handful of galaxies, computed by the blocks in
   * single precision on the CPU: the answers that it is published with. Wherever it is loaded it is
   * held to them. The galaxies are drawn, so that the bundle passes on nobody's images.
   *
   * @throws ModelException if the model cannot be used
   */
  public ModelBundle withReferenceAnswers() throws ModelException {
    List<PreparedImage> images = ReferenceGalaxies.draw(description().input());
    try (MorphologyModel model =
        ModelLoader.load(
            this,
            new DeviceSetting.Cpu(),
            ForwardPasses.DEFAULT.in(Form.BLOCKS).ofImages(images.size()))) {
      Map<String, byte[]> more = new LinkedHashMap<>(files);
      more.putAll(ReferenceAnswers.of(model, images).files(description().input()));
      return of(heads, more);
    }
  }

  /**
   * Opens and verifies a bundle.
   *
   * @param path a folder or a zip
   * @throws ModelException if it is not complete, unchanged, and made for what this product knows
   */
  public static ModelBundle open(Path path) throws ModelException {
    try {
      if (Files.isDirectory(path)) {
        return read(new BundleFiles.Folder(path));
      }
      if (!Files.exists(path)) {
        throw new IOException("There is no such file or folder.");
      }
      try (BundleFiles.Zip zip = BundleFiles.Zip.open(path)) {
        return read(zip);
      }
    } catch (IOException e) {
      throw refused(path.toString(), e);
    }
  }

  /**
   * A model that comes with this product, or any other.
   *
   * @param name one of {@link #shipped()}, else a path as {@link #open} takes it
   * @throws ModelException as {@link #open} does, and if the name is neither
   */
  public static ModelBundle named(String name) throws ModelException {
    if (shipped().contains(name)) {
      try {
        return read(new BundleFiles.ClassPath("shipped/" + name));
      } catch (IOException e) {
        throw refused(name + ", which is built in,", e);
      }
    }
    if (!new File(name).exists()) {
      throw new ModelException(
          "There is no model %s: it is not one of the built-in models (%s), nor a file or folder."
              .formatted(name, String.join(", ", shipped())));
    }
    return open(Path.of(name));
  }

  /** The names of the models that come with this product, the default one first. */
  public static List<String> shipped() {
    return Stream.of(DEFAULT, "accurate")
        .filter(name -> new BundleFiles.ClassPath("shipped/" + name).has(MANIFEST))
        .toList();
  }

  private static ModelException refused(String place, IOException e) {
    return new ModelException(
        "The model bundle %s cannot be used. %s".formatted(place, e.getMessage()), e);
  }

  private static ModelBundle read(BundleFiles source) throws IOException {
    byte[] json = source.read(MANIFEST, LARGEST_MANIFEST);
    if (json.length > LARGEST_MANIFEST) {
      throw new IOException(
          "Its model.json is larger than the %,d bytes that are allowed."
              .formatted(LARGEST_MANIFEST));
    }
    Manifest manifest = Manifest.read(json);
    ModelBundle bundle =
        new ModelBundle(manifest.allHeads(), json, source.verified(manifest.requiredFiles()));
    bundle.requireWeights();
    for (int i = 1; i < bundle.heads.descriptions().size(); i++) {
      bundle.alone(i).requireWeights();
    }
    return bundle;
  }

  /**
   * The trees that the model answers, a head for each; the first is the one whose answers it gives
   * where no other is named.
   */
  public List<DecisionTree> trees() {
    return heads.trees();
  }

  /**
   * The bundle whose answers are those to a tree: as if the model had no other head. Its identity
   * is this one's, since it is the same file on disk.
   *
   * @param tree the id of one of {@link #trees()}; this bundle if empty
   * @throws ModelException if the model has no head for it
   */
  public ModelBundle answering(Optional<String> tree) throws ModelException {
    if (tree.isEmpty()) {
      return this;
    }
    int index = heads.index(tree.get());
    try {
      return index == 0 ? this : alone(index);
    } catch (IOException e) {
      throw new IllegalStateException("A head that was verified cannot be read.", e);
    }
  }

  private ModelBundle alone(int index) throws IOException {
    ModelBundle alone = of(heads.descriptions().get(index), heads.alone(files, index));
    return new ModelBundle(alone.heads, alone.manifest, alone.files, sha256);
  }

  private void requireWeights() throws IOException {
    if (isTorchScript()) {
      require(MODULE);
      return;
    }
    try {
      Safetensors.read(require(WEIGHTS)).requireFor(description().network());
    } catch (IllegalArgumentException e) {
      throw new IOException(
          "Its weights are not those of %s. %s"
              .formatted(description().architecture(), e.getMessage()),
          e);
    }
  }

  private byte[] require(String name) throws IOException {
    byte[] content = files.get(name);
    if (content == null) {
      throw new IOException(
          "Its model.json lists no file %s, which a model of architecture %s needs."
              .formatted(name, description().architecture()));
    }
    return content;
  }

  /**
   * Writes the bundle; {@code model.json} comes last, so that a bundle which was only half written
   * is refused.
   *
   * @param path the zip to write if its name ends in {@code .zip}, else the folder, which is made
   *     where it is missing; files of the same names are replaced
   */
  public void save(Path path) throws IOException {
    SequencedMap<String, byte[]> all = new LinkedHashMap<>(files);
    all.put(MANIFEST, manifest);
    BundleFiles.write(path, all);
  }

  /** The bundle's name, its version, and the SHA-256 of its {@code model.json}. */
  public ModelIdentity identity() {
    return new ModelIdentity(description().name(), description().version(), sha256);
  }

  /** Of the first head. */
  public ModelDescription description() {
    return heads.first();
  }

  /** The names of the files beside {@code model.json}. */
  public Set<String> files() {
    return Collections.unmodifiableSet(files.keySet());
  }

  /**
   * The content of a file, such as a model card.
   *
   * @throws IllegalArgumentException if the bundle has none of this name
   */
  public byte[] file(String name) {
    byte[] content = files.get(name);
    if (content == null) {
      throw new IllegalArgumentException("The model bundle has no file " + name + ".");
    }
    return content.clone();
  }

  /**
   * The weights, for an architecture of this product.
   *
   * @throws IllegalArgumentException for a TorchScript module
   */
  public Weights weights() {
    try {
      return Safetensors.read(file(WEIGHTS));
    } catch (IOException e) {
      throw new IllegalStateException("Weights that were verified cannot be read.", e);
    }
  }

  /**
   * The model as a {@link NetworkModule}, for an architecture of this product. This bundle's {@code
   * model.json} travels in it, as PyTorch's extra file of that name: it tells the questions and
   * their order, and how images are cut.
   *
   * @param operators what the module calls: {@link Operators#PORTABLE} for other hands and devices
   * @return a TorchScript archive; the same bundle gives the same bytes
   * @throws IllegalArgumentException for a bundle that holds a TorchScript module already
   */
  public byte[] compile(Arithmetic arithmetic, Operators operators) {
    if (isTorchScript()) {
      throw new IllegalArgumentException(
          "The model %s is a TorchScript module already: it is the file %s of its bundle."
              .formatted(description().name(), MODULE));
    }
    SequencedMap<String, byte[]> extra = new LinkedHashMap<>();
    extra.put(MANIFEST, manifest);
    return NetworkModule.write(
        description().network(),
        weights(),
        description().input(),
        description().tree(),
        description().output() == Output.CONCENTRATIONS ? DjlModel.LARGEST_LOG : 0,
        arithmetic,
        operators,
        extra);
  }

  public boolean isTorchScript() {
    return description().architecture().equals(ModelDescription.TORCHSCRIPT);
  }
}
