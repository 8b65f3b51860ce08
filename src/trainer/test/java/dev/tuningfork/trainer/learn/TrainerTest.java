package dev.tuningfork.trainer.learn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.tuningfork.network.Weights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainerTest {

  @TempDir private Path folder;

  @Test
  void theSameSettingsGiveTheSameWeightsAndAnotherSeedGivesOthers() throws IOException {
    SmallRun run = new SmallRun(folder, "residual-lite");

    Weights first = run.train("a", run.settings(1)).weights();

    assertThat(SmallRun.numbers(run.train("b", run.settings(1)).weights()))
        .isEqualTo(SmallRun.numbers(first));
    assertThat(SmallRun.numbers(run.train("c", run.settings(2)).weights()))
        .isNotEqualTo(SmallRun.numbers(first));
  }

  @Test
  void itLearnsToTellBrightFromDim() throws IOException {
    SmallRun run = new SmallRun(folder, "baseline");

    run.train("a", run.settings(1).withEpochs(12));

    List<String> epochs = Files.readAllLines(folder.resolve("a/training.jsonl"));
    assertThat(epochs).hasSize(12);
    double accuracy =
        new JsonMapper().readTree(epochs.getLast()).at("/validationAccuracy/t01").doubleValue();
    assertThat(accuracy).isGreaterThan(0.85);
  }

  @Test
  void twoDevicesThatShareABatchLearnWhatOneLearns() throws IOException {
    SmallRun run = new SmallRun(folder, "baseline");

    float[] one = SmallRun.numbers(run.train("a", run.settings(1)).weights());
    float[] two =
        SmallRun.numbers(
            run.train("b", run.settings(1), List.of(Device.cpu(), Device.cpu())).weights());

    assertThat(farthest(one, two)).isLessThan(2e-3);
  }

  @Test
  void aFrozenBackboneKeepsItsWeightsAndItsRunningStatistics() throws IOException {
    SmallRun run = new SmallRun(folder, "residual-lite");
    SmallRun.Settings frozen = run.settings(1).withFrozenEpochs(2);
    Weights start = run.full(frozen).firstWeights(run.network());

    Weights trained = run.train("a", frozen).weights();

    for (Map.Entry<String, Weights.Array> array : start.arrays().entrySet()) {
      float[] after = trained.arrays().get(array.getKey()).values();
      if (array.getKey().startsWith("answers")) {
        assertThat(after).as(array.getKey()).isNotEqualTo(array.getValue().values());
      } else {
        // the average of equal numbers is equal but for rounding
        assertThat(farthest(after, array.getValue().values())).as(array.getKey()).isLessThan(1e-6);
      }
    }
  }

  @Test
  void aCheckpointOfOtherSettingsIsRefused() throws IOException {
    SmallRun run = new SmallRun(folder, "residual-lite");
    run.train("a", run.settings(1));

    assertThatThrownBy(() -> run.resume("a", run.settings(2)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("of a run with other settings");
  }

  @Test
  void patienceEndsTheRunAndKeepsTheBestEpoch() throws IOException {
    SmallRun run = new SmallRun(folder, "baseline");

    // a rate at which nothing is learnt, so that chance decides what is best
    Trainer.Result result =
        run.train("a", run.settings(1).withEpochs(40).withPatience(1).withLearningRate(0.3));

    assertThat(result.epochs()).isLessThan(40);
    assertThat(result.epoch()).isLessThan(result.epochs());
  }

  private static double farthest(float[] one, float[] other) {
    assertThat(one).hasSameSizeAs(other);
    return IntStream.range(0, one.length)
        .mapToDouble(i -> Math.abs(one[i] - other[i]))
        .max()
        .orElse(0);
  }
}
