package dev.tuningfork.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import ai.djl.training.Trainer;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import dev.tuningfork.network.Layer.BatchNorm;
import dev.tuningfork.network.Layer.Convolution;
import dev.tuningfork.network.Layer.Dropout;
import dev.tuningfork.network.Layer.Flatten;
import dev.tuningfork.network.Layer.Linear;
import dev.tuningfork.network.Layer.MaxPool;
import dev.tuningfork.network.Layer.Padding;
import dev.tuningfork.network.Layer.Relu;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.SequencedMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class NetworkBlockTest {

  /** Every kind of layer; the first convolution's padding is 0 before and 1 after. */
  private static final Network TINY =
      new Network(
          new Volume(2, 18, 18),
          List.of(
              new Convolution("conv1", 4, 3, 2, Padding.SAME),
              new Relu(),
              new MaxPool(3, 2),
              new BatchNorm("norm1"),
              new Convolution("conv2", 3, 3, 1, Padding.SAME),
              new Relu(),
              new Flatten(),
              new Linear("dense1", 8),
              new Relu(),
              new Dropout(0.5f)),
          List.of(new Head("t01", 3), new Head("t02", 2)));

  private NDManager manager;

  @BeforeEach
  void openManager() {
    manager = PyTorch.engine().newBaseManager();
  }

  @AfterEach
  void closeManager() {
    manager.close();
  }

  @Test
  void computesWhatPyTorchForPythonComputes() throws IOException {
    NDList stored;
    try (InputStream file =
        NetworkBlockTest.class.getResourceAsStream("/dev/tuningfork/model/tiny.safetensors")) {
      stored = NDList.decode(manager, Objects.requireNonNull(file).readAllBytes());
    }
    SequencedMap<String, Weights.Array> arrays = new LinkedHashMap<>();
    for (WeightSpec spec : TINY.weights()) {
      arrays.put(
          spec.name(),
          new Weights.Array(
              spec.shape(), Objects.requireNonNull(stored.get(spec.name())).toFloatArray()));
    }

    float[] logits =
        forward(new NetworkBlock(TINY, new Weights(arrays)), stored.get("image")).toFloatArray();

    assertThat(logits)
        .hasSize(15)
        .containsExactly(stored.get("logits").toFloatArray(), within(1e-5f));
  }

  @Test
  void samePaddingPutsTheOddZeroAtTheBottomAndTheRight() {
    Network network =
        new Network(
            new Volume(1, 4, 4),
            List.of(new Convolution("conv1", 1, 3, 2, Padding.SAME), new Flatten()),
            List.of(new Head("t01", 4)));
    SequencedMap<String, Weights.Array> arrays = new LinkedHashMap<>();
    arrays.put("conv1.weight", new Weights.Array(List.of(1, 1, 3, 3), ones(9)));
    arrays.put("conv1.bias", new Weights.Array(List.of(1), new float[] {0.5f}));
    arrays.put("answers.weight", new Weights.Array(List.of(4, 4), identity(4)));
    arrays.put("answers.bias", new Weights.Array(List.of(4), new float[4]));
    NDArray image = manager.create(new float[16], new Shape(1, 1, 4, 4));
    image.set(
        new float[] {
          1, 2, 3, 4, //
          5, 6, 7, 8, //
          9, 10, 11, 12, //
          13, 14, 15, 16
        });

    // windows start at rows and columns 0 and 2; the fifth row and column are zeros
    assertThat(forward(new NetworkBlock(network, new Weights(arrays)), image).toFloatArray())
        .containsExactly(54.5f, 45.5f, 72.5f, 54.5f);
  }

  @Test
  void weightsComeBackAsTheyWentIn() {
    Weights weights = Weights.initial(TINY, 3);
    NetworkBlock block = new NetworkBlock(TINY, weights);
    block.initialize(manager, DataType.FLOAT32, new Shape(1, 2, 18, 18));

    Weights back = block.weights();

    assertThat(back.arrays().keySet()).containsExactlyElementsOf(weights.arrays().keySet());
    weights
        .arrays()
        .forEach(
            (name, array) -> {
              assertThat(back.arrays().get(name).shape()).isEqualTo(array.shape());
              assertThat(back.arrays().get(name).values()).containsExactly(array.values());
            });
  }

  @Test
  void trainsAndTheTrainedWeightsMakeTheSameNetworkAgain() {
    Weights initial = Weights.initial(TINY, 3);
    NetworkBlock block = new NetworkBlock(TINY, initial);
    NDArray images = manager.randomUniform(0, 1, new Shape(8, 2, 18, 18));
    NDArray truth = manager.randomUniform(0, 1, new Shape(8, 5));
    try (Model model = Model.newInstance("tiny")) {
      model.setBlock(block);
      DefaultTrainingConfig config =
          new DefaultTrainingConfig(Loss.l2Loss()).optOptimizer(Optimizer.adam().build());
      try (Trainer trainer = model.newTrainer(config)) {
        trainer.initialize(new Shape(8, 2, 18, 18));
        float before = step(trainer, images, truth);
        for (int i = 0; i < 60; i++) {
          step(trainer, images, truth);
        }
        assertThat(step(trainer, images, truth)).isLessThan(before / 2);
      }

      Weights trained = block.weights();
      for (WeightSpec spec : TINY.weights()) {
        assertThat(trained.arrays().get(spec.name()).values())
            .as(spec.name())
            .isNotEqualTo(initial.arrays().get(spec.name()).values());
      }
      assertThat(forward(new NetworkBlock(TINY, trained), images).toFloatArray())
          .containsExactly(forward(block, images).toFloatArray(), within(1e-5f));
    }
  }

  private static float step(Trainer trainer, NDArray images, NDArray truth) {
    try (NDManager batch = images.getManager().newSubManager()) {
      NDArray loss;
      try (GradientCollector gradients = trainer.newGradientCollector()) {
        NDList logits = trainer.forward(new NDList(images));
        logits.attach(batch);
        loss = trainer.getLoss().evaluate(new NDList(truth), logits);
        gradients.backward(loss);
      }
      trainer.step();
      return loss.getFloat();
    }
  }

  @Test
  void weightsOfAnotherNetworkAreRefusedByName() {
    Network other =
        new Network(
            TINY.input(),
            TINY.trunk(),
            List.of(new Head("t01", 3), new Head("t02", 2), new Head("t03", 2)));

    assertThatThrownBy(() -> new NetworkBlock(other, Weights.initial(TINY, 1)))
        .hasMessage(
            "The weights hold answers.weight with the shape [5, 8] where the network expects [7,"
                + " 8].");
  }

  private NDArray forward(NetworkBlock block, NDArray images) {
    if (!block.isInitialized()) {
      block.freezeParameters(true);
      block.initialize(manager, DataType.FLOAT32, images.getShape());
    }
    return block
        .forward(new ParameterStore(manager, false), new NDList(images), false)
        .singletonOrThrow();
  }

  private static float[] ones(int n) {
    float[] ones = new float[n];
    Arrays.fill(ones, 1);
    return ones;
  }

  private static float[] identity(int n) {
    float[] identity = new float[n * n];
    for (int i = 0; i < n; i++) {
      identity[i * n + i] = 1;
    }
    return identity;
  }
}
