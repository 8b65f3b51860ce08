package dev.tuningfork.trainer.learn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import org.junit.jupiter.api.Test;

class TrainingLogTest {

  @Test
  void figuresThatAnEpochLacksAreLeftOut() {
    TrainingLog log =
        TrainingLog.read(
            """
            {"epoch":1,"trainingLoss":2.5,"validationAccuracy":{"t01":0.7}}
            {"epoch":2,"trainingLoss":1.5,"validationLoss":1.75,"validationAccuracy":{"t01":0.8},"trainingAccuracy":0.9}

            {"epoch":3}
            """);

    assertThat(log.epochs()).hasSize(3);
    assertThat(log.course("trainingLoss")).containsExactly(entry(1, 2.5), entry(2, 1.5));
    assertThat(log.course("validationLoss")).containsExactly(entry(2, 1.75));
    assertThat(log.course("validationAccuracy", "t01")).containsExactly(entry(1, .7), entry(2, .8));
    assertThat(log.course("trainingAccuracy", "t01")).containsExactly(entry(2, .9));
    assertThat(log.course("validationAccuracy", "t02")).isEmpty();
  }

  @Test
  void theLastRunOfAnEpochCountsAndACutLineIsIgnored() {
    TrainingLog log =
        TrainingLog.read(
            """
            {"epoch":1,"rmse":0.3}
            {"epoch":2,"rmse":0.2}
            {"epoch":2,"rmse":0.1}
            {"epoch":3,"rm\
            """);

    assertThat(log.course("rmse")).containsExactly(entry(1, .3), entry(2, .1));
  }

  @Test
  void aLineThatIsNoneIsRefusedByItsNumber() {
    assertThatThrownBy(() -> TrainingLog.read("{\"epoch\":1}\nnothing\n{\"epoch\":2}\n"))
        .hasMessageContaining("Line 2 of a training's log (training.jsonl) is not JSON");
    assertThatThrownBy(() -> TrainingLog.read("{\"rmse\":1}\n"))
        .hasMessageContaining("Line 1")
        .hasMessageContaining("does not name an epoch");
  }
}
