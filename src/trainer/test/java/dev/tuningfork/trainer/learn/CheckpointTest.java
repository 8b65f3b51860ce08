package dev.tuningfork.trainer.learn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import dev.tuningfork.network.Weights;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointTest {

  @TempDir private Path folder;

  @Test
  void comesBackAsItWasWritten() throws IOException {
    Path file = folder.resolve("last.safetensors");
    Progress progress = new Progress(3, 7, 1.5, 60, 0.25, 2);

    new Checkpoint(progress, "settings", weights(10, 1), weights(10, 2), weights(4, 3)).save(file);

    Checkpoint read = Checkpoint.read(file);
    assertThat(read.progress()).isEqualTo(progress);
    assertThat(read.settings()).isEqualTo("settings");
    assertThat(values(read.weights())).containsExactly(values(weights(10, 1)));
    assertThat(values(read.averages())).containsExactly(values(weights(10, 2)));
    assertThat(values(read.optimizer())).containsExactly(values(weights(4, 3)));
  }

  @Test
  void aFullDiskLeavesTheLastOneWhole() throws IOException {
    try (FileSystem small =
        Jimfs.newFileSystem(Configuration.unix().toBuilder().setMaxSize(96 * 1024).build())) {
      Path file = small.getPath("/work/last.safetensors");
      new Checkpoint(Progress.START, "", weights(1000, 1), weights(1000, 1), weights(0, 1))
          .save(file);

      assertThatThrownBy(
              () ->
                  new Checkpoint(
                          Progress.START.nextEpoch(),
                          "",
                          weights(20_000, 2),
                          weights(20_000, 2),
                          weights(0, 2))
                      .save(file))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("cannot be written")
          .hasMessageContaining("--resume");

      assertThat(values(Checkpoint.read(file).weights())).containsExactly(values(weights(1000, 1)));
      try (var files = Files.list(file.getParent())) {
        assertThat(files).containsExactly(file);
      }
    }
  }

  @Test
  void whatIsNoCheckpointIsRefused() throws IOException {
    Path file = Files.writeString(folder.resolve("last.safetensors"), "no checkpoint");

    assertThatThrownBy(() -> Checkpoint.read(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("cannot be used");
    assertThatThrownBy(() -> Checkpoint.read(folder.resolve("other")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("There is no checkpoint");
  }

  private static Weights weights(int count, int value) {
    SequencedMap<String, Weights.Array> arrays = new LinkedHashMap<>();
    float[] values = new float[count];
    Arrays.fill(values, value);
    arrays.put("a", new Weights.Array(List.of(count), values));
    return new Weights(arrays);
  }

  private static float[] values(Weights weights) {
    return weights.arrays().firstEntry().getValue().values();
  }
}
