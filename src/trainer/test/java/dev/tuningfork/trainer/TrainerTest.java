package dev.tuningfork.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tuningfork.image.InputSpec;
import dev.tuningfork.model.ModelBundle;
import dev.tuningfork.network.Weights;
import dev.tuningfork.tree.DecisionTree;
import dev.tuningfork.tree.Question;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainerTest {

  private static final List<Question> FIRST = List.of(DecisionTree.galaxyZoo2().question("t01"));

  @TempDir Path folder;
  private final ConcurrentLinkedQueue<String> progress = new ConcurrentLinkedQueue<>();

  @BeforeEach
  void drawGalaxies() throws IOException {
    DrawnGalaxies.draw(folder, 120);
  }

  @Test
  void itLearnsWhatThePicturesShowAndSaysSoInTheBundle() throws Exception {
    TrainedModel model = new Trainer(settings(12), progress::add).train(List.of(data(false)));

    HeldOutFigures.QuestionFigures first = model.figures().questions().getFirst();
    assertThat(first.accuracy()).hasValue(1);
    assertThat(first.judged()).isBetween(10, 40);
    assertThat(progress).anyMatch(line -> line.matches("epoch 12 of 12: loss .* images/s, .*"));

    Path out = folder.resolve("bundle");
    model.bundle("test", "1.0.0").save(out);
    ModelBundle bundle = ModelBundle.open(out);
    assertThat(bundle.description().questions()).containsExactly("t01");
    assertThat(bundle.description().metrics().get("t01")).containsEntry("accuracy", 1.0);
    assertThat(bundle.description().training()).containsEntry("seed", 7).containsKey("heldOut");
    assertThat(new String(bundle.file(TrainedModel.CARD), StandardCharsets.UTF_8))
        .contains(
            "# test 1.0.0", "answers t01 of the Galaxy Zoo 2 tree", "**Little to learn from**")
        .doesNotContain(folder.getParent().toString());
  }

  @Test
  void theSameSeedGivesTheSameModel() throws Exception {
    float[] one = firstWeights(new Trainer(settings(1), progress::add).train(List.of(data(false))));
    float[] two = firstWeights(new Trainer(settings(1), progress::add).train(List.of(data(false))));

    assertThat(farthest(one, two)).isLessThan(1e-6f);
  }

  @Test
  void anEpochMovesTheWeights() throws Exception {
    TrainedModel model = new Trainer(settings(1), progress::add).train(List.of(data(false)));

    Weights initial = Weights.initial(model.bundle("test", "1").description().network(), 7);
    assertThat(farthest(firstWeights(model), firstWeights(initial))).isGreaterThan(1e-3f);
  }

  @Test
  void aGradientThatIsClippedToNothingMovesNothing() throws Exception {
    TrainingSettings still =
        new TrainingSettings(
            "baseline",
            settings(1).input(),
            FIRST,
            1,
            16,
            1e-3f,
            0,
            1e-12f,
            7,
            settings(1).split());
    TrainedModel model = new Trainer(still, progress::add).train(List.of(data(false)));

    Weights initial =
        Weights.initial(model.bundle("test", "1").description().network(), still.seed());
    assertThat(farthest(firstWeights(model), firstWeights(initial))).isLessThan(1e-5f);
  }

  @Test
  void whatIsHeldOutOfOneSetIsNotLearntFromAnother() throws Exception {
    PreparedGalaxies galaxies =
        PreparedGalaxies.read(
            List.of(data(false), data(true)),
            settings(1).input(),
            settings(1).split(),
            progress::add);

    assertThat(ids(galaxies.heldOut()))
        .isNotEmpty()
        .doesNotContainAnyElementsOf(ids(galaxies.training()));
    assertThat(galaxies.sources())
        .extracting(PreparedGalaxies.Source::training)
        .containsExactly(120 - galaxies.heldOut().size(), 120 - galaxies.heldOut().size());
    assertThat(galaxies.sources().getLast().heldOut()).isZero();
  }

  @Test
  void anImageThatCannotBeReadIsLeftOutAndNamed() throws Exception {
    Files.writeString(folder.resolve("3.png"), "no image");

    PreparedGalaxies galaxies =
        PreparedGalaxies.read(
            List.of(data(false)), settings(1).input(), settings(1).split(), progress::add);

    assertThat(galaxies.training().size() + galaxies.heldOut().size()).isEqualTo(119);
    assertThat(progress).singleElement().asString().contains("3.png");
  }

  @Test
  void aTableWithoutImagesIsRefused() {
    DataSet elsewhere =
        new DataSet(
            folder.resolve("none"),
            List.of(DrawnGalaxies.labels(folder)),
            false,
            OptionalInt.empty());

    assertThatThrownBy(() -> new Trainer(settings(1), progress::add).train(List.of(elsewhere)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("has an image in");
  }

  private TrainingSettings settings(int epochs) {
    return new TrainingSettings(
        "baseline",
        InputSpec.article().withSize(48),
        FIRST,
        epochs,
        16,
        1e-3f,
        1e-2f,
        1,
        7,
        new HeldOutSplit(0.2, "test"));
  }

  private DataSet data(boolean trainOnly) {
    return new DataSet(
        folder, List.of(DrawnGalaxies.labels(folder)), trainOnly, OptionalInt.of(48));
  }

  private static List<String> ids(List<PreparedGalaxy> galaxies) {
    return galaxies.stream().map(galaxy -> galaxy.votes().galaxyId()).toList();
  }

  private static float[] firstWeights(TrainedModel model) {
    return firstWeights(model.bundle("test", "1").weights());
  }

  private static float[] firstWeights(Weights weights) {
    return weights.arrays().firstEntry().getValue().values();
  }

  private static float farthest(float[] one, float[] two) {
    float farthest = 0;
    for (int i = 0; i < one.length; i++) {
      farthest = Math.max(farthest, Math.abs(one[i] - two[i]));
    }
    return farthest;
  }
}
