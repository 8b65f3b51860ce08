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
import dev.tuningfork.network.Layer.Relu6;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
    PyTorch.engine().setRandomSeed(1); // of images, and of what dropout leaves out
    manager = PyTorch.engine().newBaseManager();
  }

  @AfterEach
  void closeManager() {
    manager.close();
  }

  /** Else a step holds what comes out of all layers: gigabytes, for a large network. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatPassesBetweenLayersIsClosed(boolean training) {
    Network network =
        Architectures.named("efficientnet-lite0").describe(3, 64, List.of(new Head("t01", 3)));
    NetworkBlock block = new NetworkBlock(network, Weights.initial(network, 1));
    block.initialize(manager, DataType.FLOAT32, new Shape(1, 3, 64, 64));
    ParameterStore store = new ParameterStore(manager, false);
    try (NDManager step = manager.newSubManager()) {
      NDArray images = step.randomUniform(0, 1, new Shape(2, 3, 64, 64));

      NDArray logits = block.forward(store, new NDList(images), training).singletonOrThrow();

      assertThat(step.getManagedArrays()).containsExactlyInAnyOrder(images, logits);
      assertThat(images.getShape()).isEqualTo(new Shape(2, 3, 64, 64));
      assertThat(logits.getShape()).isEqualTo(new Shape(2, 3));
    }
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

  /** Channels that do not see each other are padded in another way than one that is alone. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void samePaddingPutsTheOddZeroAtTheBottomAndTheRight(int channels) {
    Network network =
        new Network(
            new Volume(channels, 4, 4),
            List.of(
                new Convolution("conv1", channels, 3, 2, Padding.SAME, channels, true),
                new Flatten()),
            List.of(new Head("t01", 4 * channels)));
    SequencedMap<String, Weights.Array> arrays = new LinkedHashMap<>();
    arrays.put("conv1.weight", new Weights.Array(List.of(channels, 1, 3, 3), ones(9 * channels)));
    float[] half = new float[channels];
    Arrays.fill(half, 0.5f);
    arrays.put("conv1.bias", new Weights.Array(List.of(channels), half));
    int answers = 4 * channels;
    arrays.put("answers.weight", new Weights.Array(List.of(answers, answers), identity(answers)));
    arrays.put("answers.bias", new Weights.Array(List.of(answers), new float[answers]));
    NDArray plane = manager.arange(1f, 17f).reshape(1, 1, 4, 4);
    NDArray image = plane.repeat(1, channels);

    float[] sums = forward(new NetworkBlock(network, new Weights(arrays)), image).toFloatArray();

    // windows start at rows and columns 0 and 2; the fifth row and column are zeros
    for (int channel = 0; channel < channels; channel++) {
      assertThat(Arrays.copyOfRange(sums, 4 * channel, 4 * channel + 4))
          .containsExactly(54.5f, 45.5f, 72.5f, 54.5f);
    }
  }

  /** Of the operations that are not DJL's own: ReLU6, and odd padding where channels are apart. */
  @Test
  void gradientsAreTheSlopesOfWhatIsComputed() {
    Network network =
        new Network(
            new Volume(2, 6, 6),
            List.of(
                new Convolution("conv1", 2, 3, 2, Padding.SAME, 2, false),
                new Relu6(),
                new Flatten()),
            List.of(new Head("t01", 3)));
    NDArray image = manager.randomUniform(-8, 8, new Shape(1, 2, 6, 6));
    Weights weights = Weights.initial(network, 5);
    float[] kernels = weights.array(network.weights().getFirst().name()).values();
    NetworkBlock block = new NetworkBlock(network, weights);
    block.initialize(manager, DataType.FLOAT32, image.getShape());
    block.freeze(0);
    float[] gradients;
    try (GradientCollector collector = PyTorch.engine().newGradientCollector()) {
      collector.backward(
          block
              .forward(new ParameterStore(manager, false), new NDList(image), true)
              .singletonOrThrow()
              .square()
              .sum());
      gradients = block.array("conv1.weight").getGradient().toFloatArray();
    }

    assertThat(gradients).hasSameSizeAs(kernels);
    for (int i = 0; i < kernels.length; i++) {
      double slope =
          (loss(network, weights, i, 1e-3f, image) - loss(network, weights, i, -1e-3f, image))
              / 2e-3;
      assertThat((double) gradients[i]).isCloseTo(slope, within(0.02 * Math.abs(slope) + 0.02));
    }
  }

  private double loss(Network network, Weights weights, int kernel, float change, NDArray image) {
    WeightSpec spec = network.weights().getFirst();
    float[] changed = weights.array(spec.name()).values().clone();
    changed[kernel] += change;
    SequencedMap<String, Weights.Array> arrays = new LinkedHashMap<>(weights.arrays());
    arrays.put(spec.name(), new Weights.Array(spec.shape(), changed));
    return forward(new NetworkBlock(network, new Weights(arrays)), image).square().sum().getFloat();
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
            "The array answers.weight of the weights has the shape [5, 8], but the network expects [7, 8].");
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
