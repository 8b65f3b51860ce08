package dev.tuningfork.standalone.survey;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tuningfork.tree.AnswerProbabilities;
import dev.tuningfork.tree.DecisionTree;
import dev.tuningfork.tree.Question;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class MockSurveyTest {

  private static final DecisionTree TREE = DecisionTree.galaxyZoo2();

  @Test
  void theSameSeedGivesTheSameGalaxies() {
    MockGalaxy first = new MockSurvey(5).galaxy(12);
    MockGalaxy again = new MockSurvey(5).galaxy(12);

    assertThat(again.objectId()).isEqualTo(first.objectId());
    assertThat(again.jpeg()).isEqualTo(first.jpeg());
    assertThat(again.morphology()).isEqualTo(first.morphology());
  }

  @Test
  void anotherSeedOrPlaceGivesAnotherGalaxy() {
    MockGalaxy galaxy = new MockSurvey(5).galaxy(12);

    assertThat(new MockSurvey(6).galaxy(12).jpeg()).isNotEqualTo(galaxy.jpeg());
    assertThat(new MockSurvey(5).galaxy(13).jpeg()).isNotEqualTo(galaxy.jpeg());
    assertThat(new MockSurvey(5).galaxy(13).objectId()).isNotEqualTo(galaxy.objectId());
  }

  @Test
  void theTruthIsOneWalkDownTheTree() {
    for (MockGalaxy galaxy : galaxies(40)) {
      AnswerProbabilities truth = galaxy.truth();
      for (Question question : TREE.questions()) {
        double asked = truth.asked(question).orElseThrow();
        assertThat(truth.answers(question)).as(question.key()).isEqualTo(asked == 1);
        if (asked == 1) {
          assertThat(Arrays.stream(truth.conditional(question)).sorted().toArray())
              .endsWith(0.0, 1.0)
              .as("one answer alone");
        }
      }
      assertThat(galaxy.morphology().classString()).matches("A|E[ric].*|Se[rbn].*|SB?[dcba].*");
    }
  }

  @Test
  void manyKindsOfGalaxiesAreSeen() {
    Set<String> classes = new HashSet<>();
    galaxies(60).forEach(galaxy -> classes.add(galaxy.morphology().classString()));

    assertThat(classes).contains("Er", "Ei", "Ec", "Ser").hasSizeGreaterThan(15);
  }

  @Test
  void aCutoutIsADecodableColourImageWithItsSourceInTheMiddle() throws Exception {
    for (MockGalaxy galaxy : galaxies(12)) {
      BufferedImage image = ImageIO.read(new ByteArrayInputStream(galaxy.jpeg()));

      assertThat(image.getWidth()).isEqualTo(424);
      assertThat(image.getHeight()).isEqualTo(424);
      assertThat(meanBrightness(image, 202, 20))
          .as(galaxy.objectId() + " " + galaxy.morphology().classString())
          .isGreaterThan(3 * meanBrightness(image, 2, 20))
          .isGreaterThan(20);
    }
  }

  private static List<MockGalaxy> galaxies(int count) {
    MockSurvey survey = new MockSurvey(1);
    return IntStream.range(0, count).mapToObj(survey::galaxy).toList();
  }

  private static double meanBrightness(BufferedImage image, int from, int side) {
    double sum = 0;
    for (int y = from; y < from + side; y++) {
      for (int x = from; x < from + side; x++) {
        int rgb = image.getRGB(x, y);
        sum += ((rgb >> 16 & 255) + (rgb >> 8 & 255) + (rgb & 255)) / 3.0;
      }
    }
    return sum / (side * side);
  }
}
