package dev.tuningfork.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.tuningfork.model.ModelBundle;
import dev.tuningfork.trainer.data.DataSet;
import dev.tuningfork.trainer.data.KaggleTables;
import dev.tuningfork.trainer.data.TrainingData.Member;
import dev.tuningfork.tree.DecisionTree;
import dev.tuningfork.tree.Question;
import dev.tuningfork.tree.VoteFractions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TeacherTest {

  private static final Question FIRST = DecisionTree.galaxyZoo2().root();

  @TempDir private Path folder;

  private List<Member> galaxies() throws Exception {
    DrawnGalaxies.draw(folder, 3);
    KaggleTables source = new KaggleTables(folder, List.of(DrawnGalaxies.labels(folder)));
    DataSet set = new DataSet(source, 1, true, OptionalInt.empty());
    return source.read().galaxies().stream().map(galaxy -> new Member(galaxy, set)).toList();
  }

  private static double[] learnt(List<Member> galaxies, ModelBundle... models) throws Exception {
    List<Integer> progress = new ArrayList<>();
    List<Member> taught = new Teacher(List.of(models), 0.5).taught(galaxies, progress::add);
    assertThat(progress).isSorted().endsWith(galaxies.size());
    return taught.getFirst().galaxy().votes().orElseThrow().fractions().conditional(FIRST);
  }

  @Test
  void ofSeveralModelsTheMeanIsLearnt() throws Exception {
    List<Member> galaxies = galaxies();
    ModelBundle fast = ModelBundle.named("fast");
    ModelBundle accurate = ModelBundle.named("accurate");
    double[] one = learnt(galaxies, fast);
    double[] other = learnt(galaxies, accurate);

    double[] both = learnt(galaxies, fast, accurate);

    assertThat(Math.abs(one[0] - other[0])).as("they differ").isGreaterThan(1e-3);
    for (int answer = 0; answer < both.length; answer++) {
      assertThat(both[answer]).isCloseTo((one[answer] + other[answer]) / 2, within(1e-9));
    }
    VoteFractions votes = galaxies.getFirst().galaxy().votes().orElseThrow();
    assertThat(votes.fractions().conditional(FIRST)[0]).as("the labels stay").isEqualTo(0.9);
  }

  @Test
  void theCardAndTheIdentityNameEachModel() throws Exception {
    ModelBundle fast = ModelBundle.named("fast");
    ModelBundle accurate = ModelBundle.named("accurate");
    Teacher both = new Teacher(List.of(fast, accurate), 0.25);

    assertThat(both.describe())
        .startsWith(
            "fast %s and accurate %s, from eight views"
                .formatted(fast.description().version(), accurate.description().version()))
        .contains("0.25 × the mean of their answers + 0.75 × the volunteers'");
    assertThat(both.fingerprint())
        .contains(fast.identity().sha256(), accurate.identity().sha256())
        .endsWith("share 0.25");
  }

  @Test
  void aTeacherHasAModelAndAShare() throws Exception {
    List<ModelBundle> fast = List.of(ModelBundle.named("fast"));
    assertThatThrownBy(() -> new Teacher(List.of(), 0.5)).hasMessage("A teacher needs a model.");
    assertThatThrownBy(() -> new Teacher(fast, 0)).hasMessageContaining("above 0 and at most 1");
  }
}
