package dev.tuningfork.standalone.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tuningfork.classifier.ClassifierApplication;
import dev.tuningfork.classifier.ClassifierApplication.State;
import dev.tuningfork.classifier.ClassifierSettings;
import dev.tuningfork.classifier.stream.LedgerSettings;
import dev.tuningfork.model.MorphologyModel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every reference ends as one committed outcome, even across crashes. */
class NothingLostIT {

  private static final Duration PATIENCE = Duration.ofMinutes(3);

  @TempDir Path folder;

  @Test
  void threeKillsLoseAndDoubleNothing() throws Exception {
    int galaxies = 6_000;
    long seed = System.nanoTime();
    Random random = new Random(seed);
    try (Observatory observatory = new Observatory(folder)) {
      observatory.publish(0, galaxies);
      Path settings = observatory.settingsFile();
      Path log = Path.of("target", "killed-classifiers.log");
      for (int kill = 1; kill <= 3; kill++) {
        var classifier = new ClassifierProcess(settings, log);
        observatory.awaitCommitted(
            Math.min(galaxies - 1, observatory.committed() + 1 + random.nextInt(800)), PATIENCE);
        classifier.killAfter(random.nextInt(800));
      }
      assertThat(observatory.committed())
          .as("galaxies are left to pass after the last kill, seed %d", seed)
          .isLessThan(galaxies);
      try (var _ = new ClassifierProcess(settings, log)) {
        observatory.awaitCommitted(galaxies, PATIENCE);
      }
      observatory.requireOneOutcomeEach(galaxies);
    }
  }

  @Test
  void aMemberThatComesAndOneThatGoesLoseAndDoubleNothing() throws Exception {
    int galaxies = 6_000;
    try (Observatory observatory = new Observatory(folder);
        MorphologyModel one = slow(observatory.model());
        MorphologyModel other = slow(observatory.model())) {
      observatory.publish(0, galaxies);
      ClassifierApplication second;
      try (var _ = ClassifierApplication.start(withState(observatory.settings(), "first"), one)) {
        observatory.awaitCommitted(500, PATIENCE);
        second = ClassifierApplication.start(withState(observatory.settings(), "second"), other);
        await("the second to take its share").atMost(PATIENCE).until(() -> second.images() > 0);
        assertThat(observatory.committed()).as("work in flight").isLessThan(galaxies);
      }
      try (second) {
        observatory.awaitCommitted(galaxies, PATIENCE);
      }
      observatory.requireOneOutcomeEach(galaxies);
    }
  }

  @Test
  void aBrokerThatRestartsLosesAndDoublesNothing() throws Exception {
    int galaxies = 3_000;
    try (Observatory observatory = new Observatory(folder);
        MorphologyModel model = slow(observatory.model())) {
      observatory.publish(0, galaxies);
      try (var classifier = ClassifierApplication.start(observatory.settings(), model)) {
        observatory.awaitCommitted(500, PATIENCE);
        observatory.broker.restart();
        observatory.awaitCommitted(galaxies, PATIENCE);
        assertThat(classifier.failure()).isEmpty();
      }
      observatory.requireOneOutcomeEach(galaxies);
    }
  }

  @Test
  void aModelThatHangsLongerThanATransactionMayLastHoldsUpAndLosesNothing() throws Exception {
    int galaxies = 3_000;
    CountDownLatch hang = new CountDownLatch(1);
    Duration hanging = Duration.ofSeconds(14);
    try (Observatory observatory = new Observatory(folder);
        MorphologyModel model = new ModelWrapper(observatory.model(), () -> hang(hang))) {
      ClassifierSettings settings =
          observatory
              .settings()
              .withKafka("producer.transaction.timeout.ms", "6000")
              .with(LedgerSettings.WINDOW, 200)
              .with(LedgerSettings.OVERSHOOT, 400)
              .with(LedgerSettings.ROOM_WAIT, Duration.ofMillis(500))
              .with(LedgerSettings.PATIENCE, Duration.ofSeconds(3));
      observatory.publish(0, galaxies);
      try (var classifier = ClassifierApplication.start(settings, model)) {
        assertThat(hang.await(hanging.toSeconds(), TimeUnit.SECONDS)).isFalse();
        assertThat(observatory.committed()).as("outcomes while the model hangs").isZero();
        assertThat(classifier.state()).isEqualTo(State.RUNNING);
        hang.countDown();
        observatory.awaitCommitted(galaxies, PATIENCE);
        assertThat(classifier.failure()).isEmpty();
      }
      observatory.requireOneOutcomeEach(galaxies);
    }
  }

  @Test
  void aMachineWithoutStateRestoresTheLedgerAndClassifiesWhatItHolds() throws Exception {
    int galaxies = 500;
    try (Observatory observatory = new Observatory(folder)) {
      observatory.publish(0, galaxies);
      try (MorphologyModel hanging =
              new ModelWrapper(observatory.model(), NothingLostIT::hangUntilClosed);
          var _ = ClassifierApplication.start(withState(observatory.settings(), "old"), hanging)) {
        await("all to be taken").atMost(PATIENCE).until(() -> observatory.taken() == galaxies);
      }
      assertThat(observatory.committed()).as("only the ledger holds them now").isZero();
      try (MorphologyModel model = observatory.model();
          var _ = ClassifierApplication.start(withState(observatory.settings(), "new"), model)) {
        observatory.awaitCommitted(galaxies, PATIENCE);
      }
      observatory.requireOneOutcomeEach(galaxies);
    }
  }

  private ClassifierSettings withState(ClassifierSettings settings, String name) {
    return settings.withKafka("state.dir", folder.resolve(name).toString());
  }

  /** So slow that there is always work in flight. */
  private static MorphologyModel slow(MorphologyModel model) {
    return new ModelWrapper(model, () -> LockSupport.parkNanos(Duration.ofMillis(80).toNanos()));
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
