package dev.tuningfork.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.tuningfork.image.Orientation;
import dev.tuningfork.image.PreparedImage;
import dev.tuningfork.tree.AnswerProbabilities;
import dev.tuningfork.tree.Question;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ViewsModelTest {

  private static final DeviceSetting CPU = new DeviceSetting.Cpu();
  private static final int SIZE = TestModels.SMALL.input().size();

  @Test
  void theAnswerIsTheAverageOverEightOrientationsOfEachImage() throws ModelException {
    List<PreparedImage> images = TestModels.images(TestModels.SMALL.input(), 2, 1);
    try (MorphologyModel one = ModelLoader.load(TestModels.small(), CPU, 8);
        MorphologyModel eight =
            ModelLoader.load(
                TestModels.small(), CPU, ForwardPasses.DEFAULT.ofImages(16).ofViews(8))) {
      List<AnswerProbabilities> answers = eight.predict(images);

      assertThat(answers).hasSize(2);
      for (int i = 0; i < 2; i++) {
        PreparedImage image = images.get(i);
        List<AnswerProbabilities> looks =
            one.predict(Orientation.ALL.stream().map(turned -> turned.of(image, SIZE)).toList());
        assertSame(answers.get(i), AnswerProbabilities.average(looks));
        assertThat(answers.get(i).conditional(TestModels.TREE.root()))
            .isNotEqualTo(looks.getFirst().conditional(TestModels.TREE.root()));
      }
    }
  }

  @Test
  void howAnImageLiesDoesNotMatter() throws ModelException {
    PreparedImage image = TestModels.images(TestModels.SMALL.input(), 1, 2).getFirst();
    try (MorphologyModel eight =
        ModelLoader.load(TestModels.small(), CPU, ForwardPasses.DEFAULT.ofImages(64).ofViews(8))) {
      for (AnswerProbabilities turned :
          eight.predict(Orientation.ALL.stream().map(way -> way.of(image, SIZE)).toList())) {
        assertSame(turned, eight.predict(List.of(image)).getFirst());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 8, 17})
  void aBatchHoldsAllViewsOfAsManyImagesAsFitAndOfOneAtLeast(int largestBatch)
      throws ModelException {
    try (MorphologyModel eight =
        ModelLoader.load(
            TestModels.small(), CPU, ForwardPasses.DEFAULT.ofImages(largestBatch).ofViews(8))) {
      assertThat(eight.largestBatch()).isEqualTo(largestBatch == 17 ? 2 : 1);
      List<PreparedImage> images =
          TestModels.images(TestModels.SMALL.input(), eight.largestBatch(), 3);
      assertThat(eight.predict(images)).hasSize(images.size());
      assertThatThrownBy(() -> eight.predict(TestModels.images(TestModels.SMALL.input(), 3, 3)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("The model takes %d images at a time, not 3.", eight.largestBatch());
    }
  }

  @Test
  void itIsTheSameModelAndSaysHowOftenItLooks() throws ModelException {
    try (MorphologyModel one =
            ModelLoader.load(
                TestModels.small(), CPU, ForwardPasses.DEFAULT.ofImages(8).ofViews(1));
        MorphologyModel eight =
            ModelLoader.load(
                TestModels.small(), CPU, ForwardPasses.DEFAULT.ofImages(8).ofViews(8))) {
      assertThat(one.views()).isEqualTo(1);
      assertThat(eight.views()).isEqualTo(8);
      assertThat(eight.identity()).isEqualTo(one.identity());
      assertThat(eight.input()).isEqualTo(one.input());
    }
  }

  @Test
  void anImageOfAnotherSizeIsRefusedAndTheNextBatchIsNotHarmed() throws ModelException {
    try (MorphologyModel eight =
        ModelLoader.load(TestModels.small(), CPU, ForwardPasses.DEFAULT.ofImages(16).ofViews(8))) {
      List<PreparedImage> images =
          new ArrayList<>(TestModels.images(TestModels.SMALL.input(), 2, 4));
      PreparedImage whole = images.set(1, TestModels.image(new float[5]));
      assertThatThrownBy(() -> eight.predict(images))
          .isInstanceOf(PredictionException.class)
          .hasMessage("Image 1 of the batch has 5 numbers, but the model needs 1 × 32 × 32.");
      images.set(1, whole);
      assertThat(eight.predict(images)).hasSize(2);
    }
  }

  @Test
  void thereAreOneOrEightViews() {
    assertThatThrownBy(
            () ->
                ModelLoader.load(
                    TestModels.small(), CPU, ForwardPasses.DEFAULT.ofImages(8).ofViews(4)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("A model looks at 1 or 8 views of an image, not 4.");
  }

  private static void assertSame(AnswerProbabilities actual, AnswerProbabilities expected) {
    for (Question question : TestModels.TREE.questions()) {
      assertThat(actual.conditional(question))
          .containsExactly(expected.conditional(question), within(1e-5));
    }
  }
}
