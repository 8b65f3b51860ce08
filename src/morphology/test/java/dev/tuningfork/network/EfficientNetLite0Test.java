package dev.tuningfork.network;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.tuningfork.model.Safetensors;
import dev.tuningfork.tree.DecisionTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class EfficientNetLite0Test {

  private static final Path PRETRAINED =
      Path.of(System.getProperty("tuningfork.models", ""), "efficientnet-lite0");

  private static final Network NETWORK =
      new EfficientNetLite0().describe(3, 128, Head.of(DecisionTree.galaxyZoo2().questions()));

  @Test
  void hasTheStagesOfThePaper() {
    List<String> volumes = new ArrayList<>();
    Volume volume = NETWORK.input();
    for (Layer layer : NETWORK.trunk()) {
      volume = layer.output(volume);
      if (layer instanceof Layer.Block block) {
        volumes.add(block.name() + ": " + volume);
      }
    }

    assertThat(volumes)
        .hasSize(18)
        .startsWith("stem: 32 × 64 × 64", "blocks.0: 16 × 64 × 64", "blocks.1: 24 × 32 × 32")
        .endsWith("blocks.14: 192 × 4 × 4", "blocks.15: 320 × 4 × 4", "head: 1280 × 4 × 4");
    assertThat(NETWORK.weights().stream().filter(w -> !w.name().startsWith("answers")))
        .as("arrays of the backbone")
        .hasSize(245);
  }

  /** The arrays and the outputs of every stage come from TensorFlow's release; see their README. */
  @Test
  void computesWhatThePublishedNetworkComputes() throws IOException {
    Assumptions.assumeTrue(
        Files.isDirectory(PRETRAINED), "There are no pretrained weights in " + PRETRAINED + ".");
    Weights backbone =
        Safetensors.read(Files.readAllBytes(PRETRAINED.resolve("weights.safetensors")));
    Weights reference =
        Safetensors.read(Files.readAllBytes(PRETRAINED.resolve("reference.safetensors")));
    NetworkBlock block = new NetworkBlock(NETWORK, Weights.initial(NETWORK, 1).with(backbone));

    SequencedMap<String, Double> farthest = new LinkedHashMap<>();
    try (NDManager manager = PyTorch.engine().newBaseManager()) {
      block.initialize(manager, DataType.FLOAT32, new Shape(2, 3, 128, 128));
      block.observe(
          array(manager, reference, "input"),
          (layer, output) -> {
            String name =
                switch (layer) {
                  case Layer.Block named -> named.name();
                  case Layer.MeanOverPlane _ -> "pooled";
                  default -> "";
                };
            if (!name.isEmpty()) {
              farthest.put(name, farthest(output, array(manager, reference, name)));
            }
          });
    }

    assertThat(farthest).hasSize(19);
    for (Map.Entry<String, Double> stage : farthest.entrySet()) {
      assertThat(stage.getValue()).as(stage.getKey()).isLessThan(1e-4);
    }
  }

  private static NDArray array(NDManager manager, Weights weights, String name) {
    Weights.Array array = weights.arrays().get(name);
    assertThat(array).as(name).isNotNull();
    return manager.create(
        array.values(), new Shape(array.shape().stream().mapToLong(Integer::longValue).toArray()));
  }

  /** Relative to the largest number of the stage, since the first ones reach some hundred. */
  private static double farthest(NDArray ours, NDArray theirs) {
    assertThat(ours.getShape()).isEqualTo(theirs.getShape());
    try (NDList list = new NDList(ours.sub(theirs).abs().max(), theirs.abs().max())) {
      return list.get(0).getFloat() / Math.max(1, list.get(1).getFloat());
    }
  }
}
