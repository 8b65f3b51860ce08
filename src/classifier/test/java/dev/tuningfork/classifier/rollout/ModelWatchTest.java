package dev.tuningfork.classifier.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tuningfork.classifier.FakeModel;
import dev.tuningfork.image.InputSpec;
import dev.tuningfork.image.Pixels;
import dev.tuningfork.image.PreparedImage;
import dev.tuningfork.model.ModelBundle;
import dev.tuningfork.model.ModelDescription;
import dev.tuningfork.model.ModelException;
import dev.tuningfork.model.MorphologyModel;
import dev.tuningfork.network.Weights;
import dev.tuningfork.tree.AnswerProbabilities;
import dev.tuningfork.tree.DecisionTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class ModelWatchTest {

  private static final Duration POLL = Duration.ofMillis(10);

  @TempDir Path folder;
  private final List<MorphologyModel> taken = new CopyOnWriteArrayList<>();
  private final AtomicInteger opened = new AtomicInteger();
  private Function<PreparedImage, AnswerProbabilities> says = ModelWatchTest::byBrightness;
  private ModelWatch watch;

  @AfterEach
  void close() {
    watch.close();
  }

  @Test
  void aBundleThatTakesThePlaceOfAnotherIsTakenIntoService() throws Exception {
    ModelBundle old = bundle("old");
    old.save(folder.resolve("model"));
    watch(folder.resolve("model"), Optional.of(old));
    watched(10);
    assertThat(taken).as("what serves already").isEmpty();

    bundle("new").save(folder.resolve("model"));
    await().until(() -> taken.size() == 1);
    assertThat(taken.getFirst().identity().name()).isEqualTo("new");
    watched(10);
    assertThat(taken).hasSize(1);
  }

  @Test
  void aLinkThatPointsElsewhereIsNoticed() throws Exception {
    ModelBundle old = bundle("old");
    old.save(folder.resolve("1"));
    bundle("new").save(folder.resolve("2"));
    Path link = Files.createSymbolicLink(folder.resolve("data"), folder.resolve("1"));
    watch(link, Optional.of(old));
    watched(5);

    Path next = Files.createSymbolicLink(folder.resolve("data.next"), folder.resolve("2"));
    Files.move(next, link, StandardCopyOption.ATOMIC_MOVE);
    await().until(() -> taken.size() == 1);
    assertThat(taken.getFirst().identity().name()).isEqualTo("new");
  }

  @Test
  void aDamagedBundleIsRefusedUntilItIsRepaired() throws Exception {
    ModelBundle old = bundle("old");
    Path place = folder.resolve("model");
    old.save(place);
    watch(place, Optional.of(old));
    watched(5);
    assertThat(watch.refusal()).isEmpty();

    byte[] weights = Files.readAllBytes(place.resolve("weights.safetensors"));
    weights[weights.length - 1] ^= 1;
    Files.write(place.resolve("weights.safetensors"), weights);
    await().until(() -> watch.refusal().isPresent());
    assertThat(watch.refusal().orElseThrow().reason())
        .contains("weights.safetensors", "changed or damaged");

    bundle("new").save(place);
    await().until(() -> taken.size() == 1);
    await().until(() -> watch.refusal().isEmpty());
  }

  @Test
  void aBundleThatIsGoneIsRefused() throws Exception {
    ModelBundle old = bundle("old");
    Path place = folder.resolve("model.zip");
    old.save(place);
    watch(place, Optional.of(old));
    watched(5);
    Files.delete(place);
    await().until(() -> watch.refusal().isPresent());
    old.save(place);
    await().until(() -> watch.refusal().isEmpty());
    assertThat(taken).isEmpty();
  }

  @Test
  void aModelThatAnswersTheSameToEverythingIsRefusedAndClosed() throws Exception {
    says = _ -> FakeModel.answer();
    Path place = folder.resolve("model");
    bundle("dead").save(place);
    watch(place, Optional.of(bundle("old")));
    await().until(() -> watch.refusal().isPresent());
    assertThat(watch.refusal().orElseThrow().reason()).contains("the same to a round galaxy");
    assertThat(taken).isEmpty();
    assertThat(opened).hasValue(1);
    watched(5);
    assertThat(opened).as("loads of what did not change").hasValue(1);
  }

  @Test
  void withoutPollingItLooksOnce() throws Exception {
    Path place = folder.resolve("model");
    bundle("only").save(place);
    watch =
        new ModelWatch(
            place.toString(), Optional.empty(), Optional.empty(), this::load, taken::add);
    await().until(() -> taken.size() == 1);
  }

  private void watch(Path place, Optional<ModelBundle> serving) {
    watch =
        new ModelWatch(
            place.toString(),
            serving.map(bundle -> bundle.identity().sha256()),
            Optional.of(POLL),
            this::load,
            taken::add);
  }

  /** Lets the watch look so many times. */
  private void watched(int times) {
    long before = watch.looks();
    await().pollInterval(POLL).until(() -> watch.looks() >= before + times);
  }

  private MorphologyModel load(ModelBundle bundle) throws ModelException {
    opened.incrementAndGet();
    return new FakeModel(bundle.description().name(), bundle.description().input(), says);
  }

  private static ModelBundle bundle(String name) throws IOException {
    ModelDescription description =
        ModelDescription.of(
            name, "1", DecisionTree.galaxyZoo2(), "baseline", InputSpec.article().withSize(32));
    return ModelBundle.of(description, Weights.initial(description.network(), 1));
  }

  private static AnswerProbabilities byBrightness(PreparedImage image) {
    Pixels pixels = image.pixels();
    double sum = 0;
    for (int i = 0; i < 32 * 32; i++) {
      sum += pixels.brightness(i);
    }
    return FakeModel.smooth(sum / (32 * 32));
  }
}
