package dev.tuningfork.model;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tuningfork.network.Weights;
import dev.tuningfork.tree.DecisionTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelBundleTest {

  @TempDir private Path temporary;

  private final ModelBundle bundle =
      TestModels.small().with("README.md", "A card.".getBytes(UTF_8));
  private Path folder;

  @BeforeEach
  void saveToAFolder() throws IOException {
    folder = temporary.resolve("small");
    bundle.save(folder);
  }

  @Test
  void aFolderAndAZipHoldTheSameModel() throws Exception {
    Path zip = temporary.resolve("small.zip");
    bundle.save(zip);

    for (Path path : List.of(folder, zip)) {
      ModelBundle opened = ModelBundle.open(path);
      assertThat(opened.identity()).isEqualTo(bundle.identity());
      assertThat(opened.description()).usingRecursiveComparison().isEqualTo(bundle.description());
      assertThat(opened.files()).containsExactly("README.md", "weights.safetensors");
      assertThat(opened.file("README.md")).asString(UTF_8).isEqualTo("A card.");
      assertThat(opened.weights().arrays().get("answers.weight").values())
          .containsExactly(bundle.weights().arrays().get("answers.weight").values());
    }
  }

  @Test
  void aBundleOfHalfPrecisionIsHalfAsLargeAndOpensWithTheSameNetwork() throws Exception {
    Path half = temporary.resolve("half");
    Weights weights = bundle.weights();
    ModelBundle.of(TestModels.SMALL, weights, Precision.HALF).save(half);

    assertThat(Files.size(half.resolve("weights.safetensors")))
        .isLessThan(Files.size(folder.resolve("weights.safetensors")) * 51 / 100);
    Weights read = ModelBundle.open(half).weights();
    assertThat(read.arrays().keySet()).containsExactlyElementsOf(weights.arrays().keySet());
    double largest = 0;
    for (String name : weights.arrays().keySet()) {
      float[] before = weights.arrays().get(name).values();
      float[] after = read.arrays().get(name).values();
      for (int i = 0; i < before.length; i++) {
        if (Math.abs(before[i]) >= 0x1p-14) {
          largest = Math.max(largest, Math.abs(after[i] / before[i] - 1));
        }
      }
    }
    assertThat(largest).isBetween(1e-5, 0x1p-11);
  }

  @Test
  void aBundleHasAHeadForEachTreeOnOneTrunk() throws Exception {
    DecisionTree desi = DecisionTree.byId("desi");
    ModelBundle second = head(desi, bundle.weights().trunk());
    ModelBundle both = bundle.withHead(second.with("MODEL_CARD.md", "Of DESI.".getBytes(UTF_8)));
    Path path = temporary.resolve("both");
    both.save(path);

    ModelBundle opened = ModelBundle.open(path);

    assertThat(opened.trees()).containsExactly(TestModels.TREE, desi);
    assertThat(opened.description().tree()).isEqualTo(TestModels.TREE);
    assertThat(opened.answering(Optional.of("gz2"))).isSameAs(opened);
    ModelBundle other = opened.answering(Optional.of("desi"));
    assertThat(other.description()).usingRecursiveComparison().isEqualTo(second.description());
    assertThat(other.file("MODEL_CARD.md")).asString(UTF_8).isEqualTo("Of DESI.");
    assertThat(other.files())
        .containsExactlyInAnyOrder("MODEL_CARD.md", "README.md", "weights.safetensors");
    second
        .weights()
        .arrays()
        .forEach(
            (name, array) ->
                assertThat(other.weights().array(name).values()).isEqualTo(array.values()));
    assertThat(other.identity()).as("the same file on disk").isEqualTo(opened.identity());
    assertThat(Files.readAllBytes(path.resolve("weights.safetensors")))
        .as("what knows nothing of heads reads the first")
        .isEqualTo(Files.readAllBytes(folder.resolve("weights.safetensors")));
    assertThat(folder.resolve("model.json")).content().doesNotContain("heads");
    assertThatThrownBy(() -> opened.answering(Optional.of("euclid")))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining(
            "no answers for the tree euclid: it answers gz2 and desi. Name gz2 or");
    Files.delete(path.resolve("head-2.weights.safetensors"));
    assertThatThrownBy(() -> ModelBundle.open(path)).isInstanceOf(ModelException.class);
  }

  @Test
  void headsOfDifferentTrunksDoNotShareABundle() {
    ModelBundle stranger =
        head(DecisionTree.byId("desi"), Weights.initial(TestModels.SMALL.network(), 7).trunk());
    assertThatThrownBy(() -> bundle.withHead(stranger))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("different trunks");
    assertThatThrownBy(() -> bundle.withHead(bundle))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("one head for each tree");
  }

  private static ModelBundle head(DecisionTree tree, Weights trunk) {
    ModelDescription description =
        ModelDescription.of("small", "1.2.3", tree, "baseline", TestModels.SMALL.input());
    return ModelBundle.of(description, trunk.withHeadOf(Weights.initial(description.network(), 5)));
  }

  @Test
  void aModelIsNamedByAShippedNameOrElseByItsPath() throws Exception {
    assertThat(ModelBundle.shipped()).startsWith(ModelBundle.DEFAULT);
    for (String name : ModelBundle.shipped()) {
      assertThat(ModelBundle.named(name).files()).contains("weights.safetensors");
    }
    assertThat(ModelBundle.named(folder.toString()).identity()).isEqualTo(bundle.identity());
  }

  @Test
  void anUnknownNameIsRefusedWithThoseThereAre() {
    assertThatThrownBy(() -> ModelBundle.named("fats"))
        .isInstanceOf(ModelException.class)
        .hasMessage(
            "There is no model fats: it is not one of the built-in models (%s), nor a file or folder.",
            String.join(", ", ModelBundle.shipped()));
    assertThatThrownBy(() -> ModelBundle.named("no\0path"))
        .isInstanceOf(ModelException.class)
        .hasMessageStartingWith("There is no model no");
  }

  @Test
  void aZipOfTheFolderItselfOpensToo() throws Exception {
    Path zip = temporary.resolve("folder.zip");
    try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip))) {
      for (String name : List.of("model.json", "README.md", "weights.safetensors")) {
        out.putNextEntry(new ZipEntry("small/" + name));
        out.write(Files.readAllBytes(folder.resolve(name)));
      }
    }
    assertThat(ModelBundle.open(zip).identity()).isEqualTo(bundle.identity());
  }

  @Test
  void theIdentityIsTheHashOfTheManifest() throws Exception {
    byte[] digest =
        MessageDigest.getInstance("SHA-256")
            .digest(Files.readAllBytes(folder.resolve("model.json")));
    assertThat(bundle.identity())
        .isEqualTo(new ModelIdentity("small", "1.2.3", HexFormat.of().formatHex(digest)));
  }

  @Test
  void trainingAndMetricsAreKeptInTheirOrder() throws Exception {
    SequencedMap<String, Object> training = new LinkedHashMap<>();
    training.put("seed", 7);
    training.put("augmentation", List.of("rotate", "flip"));
    SequencedMap<String, Double> figures = new LinkedHashMap<>();
    figures.put("rmse", 0.1);
    figures.put("accuracy", 0.9);
    SequencedMap<String, SequencedMap<String, Double>> metrics = new LinkedHashMap<>();
    metrics.put("t02", figures);
    metrics.put("all", new LinkedHashMap<>());
    ModelDescription trained = TestModels.SMALL.trained(training, metrics);
    ModelBundle.of(trained, Weights.initial(trained.network(), 1)).save(folder);

    ModelDescription opened = ModelBundle.open(folder).description();

    assertThat(opened.training()).containsExactlyEntriesOf(training);
    assertThat(opened.metrics()).containsExactlyEntriesOf(metrics);
    assertThat(opened.metrics().get("t02")).containsExactlyEntriesOf(figures);
  }

  @Test
  void aManifestMaySayMoreThanIsKnown() throws Exception {
    edit("\"format\" : 1", "\"format\" : 1, \"colour\" : \"blue\"");
    assertThat(ModelBundle.open(folder).description().input())
        .isEqualTo(bundle.description().input());
  }

  @Test
  void aMissingFileIsRefused() throws Exception {
    Files.delete(folder.resolve("weights.safetensors"));
    assertRefused(folder, "Its file weights.safetensors is missing.");
    Files.delete(folder.resolve("model.json"));
    assertRefused(folder, "Its file model.json is missing.");
    assertRefused(temporary.resolve("none"), "There is no such file or folder.");
  }

  @Test
  void aFileWithOneChangedBitIsRefused() throws Exception {
    byte[] weights = Files.readAllBytes(folder.resolve("weights.safetensors"));
    weights[weights.length / 2] ^= 1;
    Files.write(folder.resolve("weights.safetensors"), weights);
    assertThatThrownBy(() -> ModelBundle.open(folder))
        .isInstanceOf(ModelException.class)
        .hasMessageStartingWith(
            "The model bundle %s cannot be used. The SHA-256 of its file weights.safetensors is",
            folder)
        .hasMessageEndingWith("it was changed or damaged after it was made.");
  }

  @Test
  void aFileOfAnotherLengthIsRefusedWithoutReadingItWhole() throws Exception {
    Files.writeString(folder.resolve("README.md"), "A card!!");
    assertRefused(
        folder,
        "Its file README.md is longer than the 7 bytes in model.json: it is not the original"
            + " file.");
    Files.writeString(folder.resolve("README.md"), "A");
    assertRefused(
        folder,
        "Its file README.md is shorter than the 7 bytes in model.json: it is not the original"
            + " file.");
  }

  @Test
  void aTreeThatWasChangedIsRefused() throws Exception {
    String hash = TestModels.TREE.sha256();
    edit(hash, "00" + hash.substring(2));
    assertRefused(
        folder,
        "The hash of its decision tree gz2 version 1 is %s, but model.json says 00%s: the tree was changed after the model was made."
            .formatted(hash, hash.substring(2)));
    edit("00" + hash.substring(2), hash);
    edit("\"next\" : \"t07\"", "\"next\" : \"t77\"");
    assertRefused(
        folder,
        "Decision tree gz2 lets answer a01 lead to t77, which is not one of its questions: name one of t01, t02, t03, t04, t05, t06, t07, t08, t09, t10, t11.");
  }

  /** As earlier versions wrote bundles. */
  @Test
  void aBundleWithoutItsTreeIsOfABuiltInOne() throws Exception {
    edit("\"definition\"", "\"unknown\"");
    assertThat(ModelBundle.open(folder).description().tree()).isEqualTo(TestModels.TREE);
    String hash = TestModels.TREE.sha256();
    edit(hash, "00" + hash.substring(2));
    assertRefused(
        folder,
        "It was made for another decision tree: gz2 version 1 with the hash 00%s; this product has version 1 with the hash %s."
            .formatted(hash.substring(2), hash));
    edit("\"gz2\"", "\"gz9\"");
    assertRefused(
        folder,
        "There is no decision tree named 'gz9'; the built-in ones are %s."
            .formatted(String.join(", ", DecisionTree.builtIn())));
  }

  @Test
  void weightsOfAnotherShapeAreRefused() throws Exception {
    edit("\"size\" : 32", "\"size\" : 40");
    assertRefused(
        folder,
        "Its weights are not those of baseline. The array dense1.weight of the weights has the shape [1000, 128], but the network expects [1000, 512].");
  }

  @Test
  void anUnknownArchitectureIsRefused() throws Exception {
    edit("\"baseline\"", "\"resnet\"");
    assertRefused(
        folder,
        "There is no architecture \"resnet\"; there are alexnet-lite, baseline, efficientnet-lite0"
            + " and residual-lite.");
  }

  @Test
  void aManifestThatIsNoneIsRefused() throws Exception {
    edit("\"format\" : 1", "\"format\" : 2");
    assertRefused(folder, "Its model.json is not of format 1, the one that this version reads.");
    edit("\"format\" : 2", "\"format\" : 1");
    edit("\"questions\" : [ \"", "\"question\" : [ \"");
    assertRefused(folder, "Its model.json lacks the field \"questions\".");
    Files.writeString(folder.resolve("model.json"), "{");
    assertThatThrownBy(() -> ModelBundle.open(folder))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("Its model.json is invalid: ");
  }

  @Test
  void aFileNameThatIsAPathIsRefused() throws Exception {
    edit("\"README.md\"", "\"../README.md\"");
    assertRefused(
        folder,
        "It names a file \"../README.md\"; a file's name may contain letters, digits, '.', '-' and '_'.");
    assertThatThrownBy(() -> bundle.with("a/b", new byte[0]))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aZipWithAnEntryThatLeadsOutOfItIsRefused() throws Exception {
    Path zip = temporary.resolve("evil.zip");
    for (String name : List.of("../evil", "a/../../evil", "/etc/evil", "..\\evil", "C:evil")) {
      try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip))) {
        out.putNextEntry(new ZipEntry(name));
      }
      assertRefused(zip, "Its entry \"" + name + "\" leads out of the archive.");
    }
  }

  @Test
  void aFileThatIsNoZipIsRefused() throws Exception {
    Path file = Files.writeString(temporary.resolve("model.zip"), "no zip");
    assertThatThrownBy(() -> ModelBundle.open(file))
        .isInstanceOf(ModelException.class)
        .hasMessageStartingWith("The model bundle %s cannot be used.", file);
  }

  @Test
  void anOversizedBundleIsRefusedBeforeItIsRead() throws Exception {
    edit("\"bytes\" : 7", "\"bytes\" : 2000000000");
    assertRefused(
        folder,
        "With its file README.md of 2,000,000,000 bytes, it exceeds the limit of 1,073,741,824 bytes.");
    Files.writeString(folder.resolve("model.json"), " ".repeat(1 << 21));
    assertRefused(folder, "Its model.json is larger than the 1,048,576 bytes that are allowed.");
  }

  @Test
  void theSameModelGivesTheSameArchive() throws Exception {
    Path first = temporary.resolve("first.zip");
    Path second = temporary.resolve("second.zip");
    bundle.save(first);
    ModelBundle.open(first).save(second);
    assertThat(first).hasSameBinaryContentAs(second);
  }

  @Test
  void weightsThatAreNotTheDescribedNetworksAreRefused() {
    ModelDescription one = TestModels.SMALL.answering(List.of("t01"));
    assertThatThrownBy(() -> ModelBundle.of(one, bundle.weights()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "The array answers.weight of the weights has the shape [37, 1000], but the network expects [3, 1000].");
  }

  private void edit(String target, String replacement) throws IOException {
    String json = Files.readString(folder.resolve("model.json"));
    assertThat(json).contains(target);
    Files.writeString(folder.resolve("model.json"), json.replace(target, replacement));
  }

  private static void assertRefused(Path path, String sentence) {
    assertThatThrownBy(() -> ModelBundle.open(path))
        .isInstanceOf(ModelException.class)
        .hasMessage("The model bundle " + path + " cannot be used. " + sentence);
  }
}
