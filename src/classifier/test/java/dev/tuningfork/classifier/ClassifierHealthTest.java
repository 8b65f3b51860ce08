package dev.tuningfork.classifier;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tuningfork.classifier.ClassifierHealth.Sight;
import dev.tuningfork.classifier.service.Health.Check;
import java.util.Optional;
import org.apache.kafka.streams.KafkaStreams;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ClassifierHealthTest {

  private static Sight sight(KafkaStreams.State streams) {
    return new Sight("m 1 on cpu", true, false, Optional.empty(), streams, 1, -1, 0, 0);
  }

  @ParameterizedTest
  @CsvSource({
    "CREATED, false, true",
    "REBALANCING, false, true",
    "RUNNING, true, true",
    "PENDING_SHUTDOWN, false, false",
    "NOT_RUNNING, false, false",
    "PENDING_ERROR, false, false",
    "ERROR, false, false"
  })
  void itIsReadyWhereItRunsAndLiveWhereARestartWouldNotHelp(
      KafkaStreams.State streams, boolean ready, boolean live) {
    var health = new ClassifierHealth(() -> sight(streams));
    assertThat(health.ready().up()).isEqualTo(ready);
    assertThat(health.live().up()).isEqualTo(live);
    // about the process alone: no broker may be there, and a restart would not bring one
    assertThat(health.started().up()).isTrue();
  }

  /** A restart would not bring Kafka back. */
  @ParameterizedTest
  @EnumSource(names = {"RUNNING", "REBALANCING"})
  void whileKafkaIsAwayItIsNotReadyButLive(KafkaStreams.State state) {
    var away = new Sight("m", true, false, Optional.empty(), state, 1, 93.4, 0, 0);
    var health = new ClassifierHealth(() -> away);
    assertThat(health.ready().checks())
        .contains(
            new Check(
                "partitions",
                false,
                "Kafka has not answered for 93 s. The classifier continues when it answers."));
    assertThat(health.live().up()).isTrue();
    assertThat(health.started().up()).isTrue();
  }

  @Test
  void aLedgerThatIsRestoredIsNotReadyAndSaysHowFarItIs() {
    var health = restoring(KafkaStreams.State.RUNNING, 2, 1_234);
    assertThat(health.ready().checks())
        .contains(
            new Check(
                "partitions",
                false,
                "2 ledgers are being restored; 1234 records are left to read."));
    assertThat(health.live().up()).isTrue();
  }

  @Test
  void aPredictorOrStreamThreadsThatDiedAreNotLive() {
    var predictor =
        new Sight("m", false, false, Optional.empty(), KafkaStreams.State.RUNNING, 1, 2.5, 0, 0);
    assertThat(new ClassifierHealth(() -> predictor).live().up()).isFalse();
    assertThat(new ClassifierHealth(() -> predictor).ready().up()).isFalse();
    assertThat(new ClassifierHealth(() -> predictor).started().up()).isFalse();
    var threads =
        new Sight("m", true, false, Optional.empty(), KafkaStreams.State.RUNNING, 0, 2.5, 0, 0);
    assertThat(new ClassifierHealth(() -> threads).live().up()).isFalse();
  }

  @Test
  void aFailureIsNotLiveAndSaysWhy() {
    var failed =
        new Sight(
            "m",
            true,
            false,
            Optional.of(new IllegalStateException("It broke.")),
            KafkaStreams.State.RUNNING,
            1,
            2.5,
            0,
            0);
    assertThat(new ClassifierHealth(() -> failed).live().checks())
        .contains(
            new Check(
                "classifier",
                false,
                "The classifier has failed: It broke. Nothing is lost; restart it."));
  }

  @Test
  void aStoppingClassifierIsNotReadyButLive() {
    var closing =
        new Sight("m", false, true, Optional.empty(), KafkaStreams.State.NOT_RUNNING, 0, 90, 0, 0);
    assertThat(new ClassifierHealth(() -> closing).ready().up()).isFalse();
    assertThat(new ClassifierHealth(() -> closing).live().up()).isTrue();
  }

  private static ClassifierHealth restoring(KafkaStreams.State state, int ledgers, long records) {
    Sight sight =
        new Sight("m 1 on cpu", true, false, Optional.empty(), state, 1, 2.5, ledgers, records);
    return new ClassifierHealth(() -> sight);
  }
}
