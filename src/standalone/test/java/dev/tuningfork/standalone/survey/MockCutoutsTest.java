package dev.tuningfork.standalone.survey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tuningfork.trainer.data.GalaxySource;
import dev.tuningfork.trainer.data.LabelledGalaxy;
import dev.tuningfork.trainer.data.VoteTables;
import dev.tuningfork.tree.DecisionTree;
import dev.tuningfork.tree.Question;
import dev.tuningfork.tree.VoteFractions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MockCutoutsTest {

  private static final DecisionTree TREE = DecisionTree.galaxyZoo2();
  private static final Question ARMS = TREE.question("t11");

  @TempDir Path folder;

  private GalaxySource written(List<Question> questions) throws Exception {
    new MockCutouts(3, 6, questions, 20).write(folder, done -> {});
    return VoteTables.of(
            folder.resolve("images"),
            List.of(folder.resolve("labels.csv")),
            List.of(TREE),
            Optional.empty())
        .getFirst();
  }

  @Test
  void theTableHasTheTruthOfEachImage() throws Exception {
    List<LabelledGalaxy> galaxies = written(TREE.questions()).read().galaxies();

    assertThat(galaxies).hasSize(6);
    MockSurvey survey = new MockSurvey(3);
    for (int number = 0; number < 6; number++) {
      MockGalaxy drawn = survey.galaxy(number);
      VoteFractions votes = galaxies.get(number).votes().orElseThrow();
      assertThat(galaxies.get(number).id()).isEqualTo(drawn.objectId());
      assertThat(Files.readAllBytes(galaxies.get(number).image())).isEqualTo(drawn.jpeg());
      assertThat(votes.volunteers()).hasValue(20);
      for (Question question : TREE.questions()) {
        assertThat(votes.fractions().answers(question)).isEqualTo(drawn.truth().answers(question));
        if (drawn.truth().answers(question)) {
          assertThat(votes.fractions().conditional(question))
              .containsExactly(drawn.truth().conditional(question));
        }
      }
    }
  }

  @Test
  void onlyGalaxiesOfWhichTheQuestionIsAskedAreWritten() throws Exception {
    List<LabelledGalaxy> galaxies = written(List.of(ARMS)).read().galaxies();

    assertThat(galaxies).hasSize(6);
    for (LabelledGalaxy galaxy : galaxies) {
      VoteFractions votes = galaxy.votes().orElseThrow();
      assertThat(TREE.questions().stream().filter(votes.fractions()::answers))
          .containsExactly(ARMS);
    }
    try (var images = Files.list(folder.resolve("images"))) {
      assertThat(images).hasSize(6);
    }
  }

  @Test
  void thereIsAGalaxyAndAVolunteer() {
    assertThatThrownBy(() -> new MockCutouts(1, 0, TREE.questions(), 20))
        .hasMessage("There are at least 1 galaxy and 1 volunteer, not 0 and 20.");
    assertThatThrownBy(() -> new MockCutouts(1, 1, TREE.questions(), 0))
        .hasMessage("There are at least 1 galaxy and 1 volunteer, not 1 and 0.");
  }
}
