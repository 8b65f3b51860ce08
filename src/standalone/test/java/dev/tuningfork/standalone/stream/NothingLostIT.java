package dev.tuningfork.standalone.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tuningfork.classifier.ClassifierApplication;
import dev.tuningfork.classifier.ClassifierApplication.State;
import dev.tuningfork.classifier.ClassifierSettings;
import dev.tuningfork.classifier.stream.LedgerSettings;
import dev.tuningfork.model.DeviceException;
import dev.tuningfork.model.MorphologyModel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every reference ends as one committed outcome, even across crashes. All tests share a broker: one
 * that fails may leave references to the next.
 */
class NothingLostIT {

  private static final Duration PATIENCE = Duration.ofMinutes(3);

  private static Observatory observatory;

  /** References that are published, by this test and those before it. */
  private static int published;

  @TempDir Path folder;

  @BeforeAll
  static void open(@TempDir Path shared) throws Exception {
    observatory = new Observatory(shared);
    published = 0;
  }

  @AfterAll
  static void close() {
    observatory.close();
  }

  private static void publish(int galaxies) throws Exception {
    observatory.publish(published, published + galaxies);
    published += galaxies;
  }

  @Test
  void threeKillsLoseAndDoubleNothing() throws Exception {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    publish(3_000);
    Path settings = observatory.settingsFile();
    Path log = Path.of("target", "killed-classifiers.log");
    for (int kill = 1; kill <= 3; kill++) {
      var classifier = new ClassifierProcess(settings, log);
      observatory.awaitCommitted(
          Math.min(published - 1, observatory.committed() + 1 + random.nextInt(400)), PATIENCE);
      classifier.killAfter(random.nextInt(400));
    }
    assertThat(observatory.committed())
        .as("galaxies are left to pass after the last kill, seed %d", seed)
        .isLessThan(published);
    try (var _ = new ClassifierProcess(settings, log)) {
      observatory.awaitCommitted(published, PATIENCE);
    }
    observatory.requireOneOutcomeEach(published);
  }

  @Test
  void aMemberThatComesAndOneThatGoesLoseAndDoubleNothing() throws Exception {
    int before = published;
    publish(3_000);
    try (MorphologyModel one = slow(observatory.model());
        MorphologyModel other = slow(observatory.model())) {
      ClassifierApplication second;
      try (var _ = ClassifierApplication.start(withState(observatory.settings(), "first"), one)) {
        observatory.awaitCommitted(before + 500, PATIENCE);
        second = ClassifierApplication.start(withState(observatory.settings(), "second"), other);
        await("the second to take its share").atMost(PATIENCE).until(() -> second.batches() > 0);
        assertThat(observatory.committed()).as("work in flight").isLessThan(published);
      }
      try (second) {
        observatory.awaitCommitted(published, PATIENCE);
      }
      observatory.requireOneOutcomeEach(published);
    }
  }

  @Test
  void aLostDeviceStopsItsInstanceAndAnotherAnswersWhatItHadOnce() throws Exception {
    int before = published;
    publish(3_000);
    AtomicBoolean lost = new AtomicBoolean();
    try (MorphologyModel losing = new ModelWrapper(slow(observatory.model()), () -> lose(lost));
        MorphologyModel other = slow(observatory.model());
        var first =
            ClassifierApplication.start(withState(observatory.settings(), "losing"), losing);
        var second =
            ClassifierApplication.start(withState(observatory.settings(), "healthy"), other)) {
      await("both to have their shares")
          .atMost(PATIENCE)
          .until(() -> first.batches() > 0 && second.batches() > 0);
      lost.set(true);
      await("the first to fail").atMost(PATIENCE).until(() -> first.failure().isPresent());
      assertThat(first.failure().orElseThrow())
          .hasMessageContaining("cannot continue. The device gpu:0 has failed.");
      assertThat(observatory.committed()).as("work in flight").isBetween(before, published - 1);
      observatory.awaitCommitted(published, PATIENCE);
      assertThat(second.failure()).isEmpty();
    }
    observatory.requireOneOutcomeEach(published);
  }

  private static void lose(AtomicBoolean lost) {
    if (lost.get()) {
      throw new DeviceException(
          "The device gpu:0 has failed. CUDA error: unspecified launch failure.",
          new IllegalStateException());
    }
  }

  @Test
  void aBrokerThatRestartsLosesAndDoublesNothing() throws Exception {
    int before = published;
    publish(1_500);
    try (MorphologyModel model = slow(observatory.model());
        var classifier =
            ClassifierApplication.start(withState(observatory.settings(), "only"), model)) {
      observatory.awaitCommitted(before + 500, PATIENCE);
      observatory.broker.restart();
      observatory.awaitCommitted(published, PATIENCE);
      assertThat(classifier.failure()).isEmpty();
    }
    observatory.requireOneOutcomeEach(published);
  }

  @Test
  void aModelThatHangsLongerThanATransactionMayLastHoldsUpAndLosesNothing() throws Exception {
    int before = published;
    publish(1_500);
    CountDownLatch hang = new CountDownLatch(1);
    Duration hanging = Duration.ofSeconds(14);
    ClassifierSettings settings =
        withState(observatory.settings(), "hanging")
            .withKafka("producer.transaction.timeout.ms", "6000")
            .with(LedgerSettings.WINDOW, 200)
            .with(LedgerSettings.OVERSHOOT, 400)
            .with(LedgerSettings.ROOM_WAIT, Duration.ofMillis(500))
            .with(LedgerSettings.PATIENCE, Duration.ofSeconds(3));
    try (MorphologyModel model = new ModelWrapper(observatory.model(), () -> hang(hang));
        var classifier = ClassifierApplication.start(settings, model)) {
      assertThat(hang.await(hanging.toSeconds(), TimeUnit.SECONDS)).isFalse();
      assertThat(observatory.committed()).as("outcomes while the model hangs").isEqualTo(before);
      assertThat(classifier.state()).isEqualTo(State.RUNNING);
      hang.countDown();
      observatory.awaitCommitted(published, PATIENCE);
      assertThat(classifier.failure()).isEmpty();
    }
    observatory.requireOneOutcomeEach(published);
  }

  @Test
  void aMachineWithoutStateRestoresTheLedgerAndClassifiesWhatItHolds() throws Exception {
    int before = published;
    publish(500);
    try (MorphologyModel hanging =
            new ModelWrapper(observatory.model(), NothingLostIT::hangUntilClosed);
        var _ = ClassifierApplication.start(withState(observatory.settings(), "old"), hanging)) {
      await("all to be taken").atMost(PATIENCE).until(() -> observatory.taken() == published);
    }
    assertThat(observatory.committed()).as("only the ledger holds them now").isEqualTo(before);
    try (MorphologyModel model = observatory.model();
        var _ = ClassifierApplication.start(withState(observatory.settings(), "new"), model)) {
      observatory.awaitCommitted(published, PATIENCE);
    }
    observatory.requireOneOutcomeEach(published);
  }

  private ClassifierSettings withState(ClassifierSettings settings, String name) {
    return settings.withKafka("state.dir", folder.resolve(name).toString());
  }

  /** So slow that there is always work in flight. */
  private static MorphologyModel slow(MorphologyModel model) {
    return new ModelWrapper(model, () -> LockSupport.parkNanos(Duration.ofMillis(160).toNanos()));
  }

  static void hang(CountDownLatch release) {
    try {
      release.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("The batcher closes.", e);
    }
  }

  private static void hangUntilClosed() {
    hang(new CountDownLatch(1));
  }
}
