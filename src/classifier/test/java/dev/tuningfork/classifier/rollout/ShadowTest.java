package dev.tuningfork.classifier.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import dev.tuningfork.classifier.FakeModel;
import dev.tuningfork.classifier.metrics.ClassifierMetrics;
import dev.tuningfork.image.ImageDescription;
import dev.tuningfork.image.ImageLimits;
import dev.tuningfork.image.InputSpec;
import dev.tuningfork.image.PreparedImage;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ShadowTest {

  private static final byte[] NO_IMAGE = {1, 2, 3};
  private static final ImageDescription PLAIN = new ImageDescription(null, null, List.of(), null);
  private static final PreparedImage PREPARED = FakeModel.image(1);

  private final SimpleMeterRegistry measures = new SimpleMeterRegistry();
  private final FakeModel model =
      new FakeModel("other", InputSpec.article(), _ -> FakeModel.smooth(0.4));
  private Shadow shadow = shadow(1);

  private Shadow shadow(double share) {
    return new Shadow(share, ImageLimits.DEFAULT, new ClassifierMetrics(measures));
  }

  @AfterEach
  void close() {
    model.release(1_000);
    shadow.close();
  }

  @Test
  void itsDistanceFromWhatIsPublishedIsMeasuredForEachQuestion() {
    shadow.cast(model);
    ask();
    await().until(() -> images("compared") == 1);

    var first = measures.get("tuning.fork.shadow.divergence").tag("question", "t01").summary();
    assertThat(first.count()).isEqualTo(1);
    assertThat(first.max()).isCloseTo(0.5, within(1e-12));
    assertThat(
            measures
                .get("tuning.fork.shadow.answers")
                .tags("question", "t01", "agreed", "false")
                .counter()
                .count())
        .isEqualTo(1);
  }

  @Test
  void itIsAskedAboutItsShareAlone() {
    shadow.close();
    shadow = shadow(0.2);
    shadow.cast(model);
    long chosen = 0;
    for (int i = 0; i < 10_000; i++) {
      if (shadow.prepare(by -> by.prepare(NO_IMAGE, PLAIN), InputSpec.article(), PREPARED)
          != null) {
        chosen++;
      }
    }
    assertThat(chosen).isBetween(1_700L, 2_300L); // 2,000, and 7 times the spread of 40
  }

  @Test
  void withoutAModelItTakesNothing() {
    assertThat(shadow.prepare(by -> by.prepare(NO_IMAGE, PLAIN), InputSpec.article(), PREPARED))
        .isNull();
  }

  @Test
  void nobodyWaitsForAShadowThatHangs() {
    model.hang();
    shadow.cast(model);
    for (int i = 0; i < 1_000; i++) {
      ask();
    }
    assertThat(images("passed-over")).isGreaterThan(800);
    assertThat(images("compared")).isZero();
  }

  @Test
  void aShadowThatFailsAgainAndAgainIsDismissed() {
    model.breakDown();
    shadow.cast(model);
    await()
        .pollInterval(1, TimeUnit.MILLISECONDS)
        .until(
            () -> {
              ask();
              return shadow.model().isEmpty();
            });
    await().until(model::isClosed);
    assertThat(images("failed")).isGreaterThanOrEqualTo(10);
  }

  @Test
  void anImageThatOnlyTheShadowCannotTakeIsItsOwnFailure() {
    shadow.cast(new FakeModel("small", InputSpec.article().withSize(20), _ -> FakeModel.answer()));
    assertThat(shadow.prepare(by -> by.prepare(NO_IMAGE, PLAIN), InputSpec.article(), PREPARED))
        .isNull();
    assertThat(images("failed")).isEqualTo(1);
  }

  @Test
  void theReplacementAnswersAndTheOldModelIsClosed() {
    shadow.cast(model);
    Shadow.Image forTheOld =
        shadow.prepare(by -> by.prepare(NO_IMAGE, PLAIN), InputSpec.article(), PREPARED);
    FakeModel next = new FakeModel("next", InputSpec.article(), _ -> FakeModel.answer());
    shadow.cast(next);
    await().until(model::isClosed);
    shadow.compare(forTheOld, FakeModel.answer());
    ask();
    await().until(() -> images("compared") == 1);
    assertThat(next.batches).containsExactly(1);
    shadow.close();
    assertThat(next.isClosed()).isTrue();
  }

  private void ask() {
    Shadow.Image image =
        shadow.prepare(by -> by.prepare(NO_IMAGE, PLAIN), InputSpec.article(), PREPARED);
    if (image != null) {
      shadow.compare(image, FakeModel.smooth(0.9));
    }
  }

  private double images(String outcome) {
    return measures.get("tuning.fork.shadow.images").tag("outcome", outcome).counter().count();
  }
}
