package dev.tuningfork.network.module;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import dev.tuningfork.image.Channels;
import dev.tuningfork.image.InputSpec;
import dev.tuningfork.model.DeviceSetting;
import dev.tuningfork.model.Forms;
import dev.tuningfork.network.Architecture;
import dev.tuningfork.network.Architectures;
import dev.tuningfork.network.Head;
import dev.tuningfork.network.Layer;
import dev.tuningfork.network.Network;
import dev.tuningfork.network.NetworkBlock;
import dev.tuningfork.network.PyTorch;
import dev.tuningfork.network.Weights;
import dev.tuningfork.torchscript.Arithmetic;
import dev.tuningfork.tree.AnswerProbabilities;
import dev.tuningfork.tree.DecisionTree;
import dev.tuningfork.tree.Question;
import java.io.ByteArrayInputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A module beside the blocks of the same network, which are what training makes good. */
class NetworkModuleTest {

  private static final DecisionTree TREE = DecisionTree.galaxyZoo2();
  private static final int IMAGES = 3;

  /** A network of any layers, and what it looks at. */
  private record Drawn(Network network, Weights weights, InputSpec input, byte[] levels) {

    static Drawn of(long seed) {
      RandomNetworks networks = new RandomNetworks(seed);
      Network network = networks.network();
      return new Drawn(
          network,
          networks.weights(network),
          NetworkModuleTest.input(network, 0.2, 0.3),
          NetworkModuleTest.levels(network, seed));
    }

    Drawn exact() {
      List<Layer> trunk = network.trunk();
      return new Drawn(
          new Network(network.input(), trunk, network.heads(), trunk.size()),
          weights,
          input,
          levels);
    }

    void assertSameAsItsBlocks(Arithmetic arithmetic, Operators operators) throws Exception {
      List<AnswerProbabilities> due = blocks(network, weights, input, levels);
      byte[] module = write(network, weights, input, arithmetic, 0, operators);

      assertSame(run(network, levels, module), due, 2e-5);
    }
  }

  @Property(tries = 60)
  void anyNetworkGivesTheSameProbabilitiesAsItsBlocks(@ForAll long seed) throws Exception {
    Drawn.of(seed).assertSameAsItsBlocks(Arithmetic.FLOAT32, Operators.PORTABLE);
  }

  @Property(tries = 60)
  void oneDnnSaysTheSame(@ForAll long seed) throws Exception {
    assumeTrue(
        Forms.on(new DeviceSetting.Cpu()).operators() == Operators.ONEDNN,
        "PyTorch's portable operators are what works here.");
    Drawn.of(seed).assertSameAsItsBlocks(Arithmetic.FLOAT32, Operators.ONEDNN);
  }

  @Property(tries = 20)
  void whatIsToBeExactComputesInFloat32(@ForAll long seed) throws Exception {
    Drawn.of(seed).exact().assertSameAsItsBlocks(Arithmetic.BFLOAT16, Operators.PORTABLE);
  }

  @Property(tries = 30)
  void roundedWeightsAreTheSameInAnyArithmetic(@ForAll long seed) {
    Drawn drawn = Drawn.of(seed);
    Network network = drawn.network();

    Weights rounded = NetworkModule.rounded(network, drawn.weights(), drawn.input());

    List<Folding> layers = layers(network, rounded, drawn.input());
    assertThat(layers).hasSameSizeAs(layers(network, drawn.weights(), drawn.input()));
    for (Folding layer : layers) {
      Kernels single = layer.kernels(Arithmetic.FLOAT32);
      Kernels half = layer.kernels(Arithmetic.BFLOAT16);
      assertThat(half.weights()).containsExactly(single.weights(), within(1e-5f));
      if (layer.norm() != null || layer.convolution().biased()) {
        for (float bias : single.biases()) {
          assertThat(Arithmetic.BFLOAT16.rounded(bias)).isCloseTo(bias, within(1e-5f));
        }
      }
    }
  }

  private static List<Folding> layers(Network network, Weights weights, InputSpec input) {
    return TrunkCode.write(
        new ModuleCode(), network, weights, input, Arithmetic.BFLOAT16, Operators.PORTABLE);
  }

  static Stream<Architecture> architectures() {
    return Architectures.all().stream();
  }

  @ParameterizedTest
  @MethodSource("architectures")
  void everyArchitectureGivesTheSameProbabilitiesAsItsBlocks(Architecture architecture)
      throws Exception {
    for (int size : new int[] {160, 155}) {
      InputSpec input = architecture.input().withSize(size);
      Network network =
          architecture.describe(input.channels().count(), size, Head.of(TREE.questions()));
      Weights weights = Weights.initial(network, 1);
      byte[] levels = levels(network, 5);

      List<AnswerProbabilities> due = blocks(network, weights, input, levels);

      assertSame(module(network, weights, input, Arithmetic.FLOAT32, 0, levels), due, 1e-5);
      assertSame(module(network, weights, input, Arithmetic.BFLOAT16, 0, levels), due, 0.03);
      assertSame(module(network, weights, input, Arithmetic.FLOAT16, 0, levels), due, 0.005);
    }
  }

  @Test
  void concentrationsAreGivenWithinTheirBounds() throws Exception {
    // so bright that outputs leave their bounds
    InputSpec input =
        InputSpec.article().withSize(32).withStandardisation(List.of(0.1), List.of(0.001));
    Network network = Architectures.named("baseline").describe(1, 32, Head.of(TREE.questions()));
    Weights weights = Weights.initial(network, 1);
    byte[] levels = levels(network, 4);

    float[] outputs = blocksOutputs(network, weights, input, levels);
    List<float[]> results = module(network, weights, input, Arithmetic.FLOAT32, 10, levels);

    assertThat(results).hasSize(4);
    boolean bounded = false;
    for (int i = 0; i < outputs.length; i++) {
      double log = Math.clamp(outputs[i], -10, 10);
      bounded |= log != outputs[i];
      assertThat(Math.log(results.get(3)[i])).isCloseTo(log, within(1e-3));
    }
    assertThat(bounded).isTrue();
  }

  @Test
  void whatDependsOnAQuestionThatIsNotAnsweredIsNotKnown() throws Exception {
    InputSpec input = InputSpec.article().withSize(32);
    List<Head> heads = Head.of(List.of(TREE.question("t03"), TREE.question("t01")));
    Network network = Architectures.named("baseline").describe(1, 32, heads);

    List<float[]> results =
        module(
            network, Weights.initial(network, 1), input, Arithmetic.FLOAT32, 0, levels(network, 1));

    assertThat(results.get(1)[0]).as("the bar depends on edge-on, which is not asked").isNaN();
    assertThat(results.get(1)[1]).as("the root is always asked").isEqualTo(1);
    assertThat(results.get(2)[1]).isNaN();
    assertThat(results.get(2)[2]).isEqualTo(results.get(0)[2]);
    assertThat(results.get(0)[0] + results.get(0)[1]).isCloseTo(1, within(1e-6f));
  }

  @Test
  void brightnessAndLevelsAreTheSame() throws Exception {
    InputSpec input = InputSpec.article().withChannels(Channels.RGB).withSize(40);
    Network network =
        Architectures.named("residual-lite").describe(3, 40, Head.of(TREE.questions()));
    Weights weights = Weights.initial(network, 1);
    byte[] levels = levels(network, 2);
    float[] brightness = new float[levels.length];
    for (int i = 0; i < levels.length; i++) {
      brightness[i] = Byte.toUnsignedInt(levels[i]) / 255f;
    }

    List<float[]> ofLevels = module(network, weights, input, Arithmetic.FLOAT32, 0, levels);
    List<float[]> ofBrightness =
        run(
            write(network, weights, input, Arithmetic.FLOAT32, 0),
            manager -> manager.create(brightness, shape(network)));

    assertThat(ofBrightness.getFirst()).containsExactly(ofLevels.getFirst(), within(1e-6f));
  }

  @Test
  void theSameNetworkGivesTheSameFile() {
    RandomNetworks networks = new RandomNetworks(9);
    Network network = networks.network();
    Weights weights = networks.weights(network);
    InputSpec input = input(network, 0, 1);

    assertThat(write(network, weights, input, Arithmetic.BFLOAT16, 0))
        .isEqualTo(write(network, weights, input, Arithmetic.BFLOAT16, 0));
  }

  private static InputSpec input(Network network, double mean, double std) {
    Channels channels = network.input().channels() == 1 ? Channels.LUMINANCE : Channels.RGB;
    int count = channels.count();
    return InputSpec.article()
        .withChannels(channels)
        .withSize(network.input().height())
        .withStandardisation(
            Stream.iterate(mean, m -> m + 0.1).limit(count).toList(),
            Stream.iterate(std, s -> s + 0.1).limit(count).toList());
  }

  private static Shape shape(Network network) {
    return new Shape(
        IMAGES, network.input().height(), network.input().width(), network.input().channels());
  }

  private static byte[] levels(Network network, long seed) {
    byte[] levels = new byte[IMAGES * network.input().size()];
    new SplittableRandom(seed).nextBytes(levels);
    return levels;
  }

  private static byte[] write(
      Network network, Weights weights, InputSpec input, Arithmetic arithmetic, double largestLog) {
    return write(network, weights, input, arithmetic, largestLog, Operators.PORTABLE);
  }

  private static byte[] write(
      Network network,
      Weights weights,
      InputSpec input,
      Arithmetic arithmetic,
      double largestLog,
      Operators operators) {
    return NetworkModule.write(
        network, weights, input, TREE, largestLog, arithmetic, operators, new LinkedHashMap<>());
  }

  private static List<float[]> module(
      Network network,
      Weights weights,
      InputSpec input,
      Arithmetic arithmetic,
      double largestLog,
      byte[] levels)
      throws Exception {
    return run(network, levels, write(network, weights, input, arithmetic, largestLog));
  }

  private static List<float[]> run(Network network, byte[] levels, byte[] module) throws Exception {
    return run(
        module,
        manager -> {
          ByteBuffer direct = ByteBuffer.allocateDirect(levels.length).put(levels).flip();
          return manager.create(direct, shape(network), DataType.UINT8);
        });
  }

  @FunctionalInterface
  private interface Images {
    NDArray in(NDManager manager);
  }

  private static List<float[]> run(byte[] module, Images images) throws Exception {
    try (Model model = Model.newInstance("module", PyTorch.engine().getEngineName())) {
      model.load(new ByteArrayInputStream(module), Map.of("mapLocation", "true"));
      NDManager manager = model.getNDManager();
      return model
          .getBlock()
          .forward(new ParameterStore(manager, false), new NDList(images.in(manager)), false)
          .stream()
          .map(NDArray::toFloatArray)
          .toList();
    }
  }

  /** The network's outputs as its blocks compute them. */
  private static float[] blocksOutputs(
      Network network, Weights weights, InputSpec input, byte[] levels) {
    int channels = network.input().channels();
    int height = network.input().height();
    int width = network.input().width();
    float[] planes = new float[levels.length];
    for (int i = 0; i < levels.length; i++) {
      int channel = i % channels;
      int pixel = i / channels;
      int image = pixel / (height * width);
      planes[(image * channels + channel) * height * width + pixel % (height * width)] =
          (float)
              ((Byte.toUnsignedInt(levels[i]) / 255.0 - input.mean().get(channel))
                  / input.std().get(channel));
    }
    Shape shape = new Shape(IMAGES, channels, height, width);
    try (NDManager manager = PyTorch.engine().newBaseManager()) {
      NetworkBlock block = new NetworkBlock(network, weights);
      block.freezeParameters(true);
      block.initialize(manager, DataType.FLOAT32, shape);
      return block
          .forward(
              new ParameterStore(manager, false), new NDList(manager.create(planes, shape)), false)
          .singletonOrThrow()
          .toFloatArray();
    }
  }

  private static List<AnswerProbabilities> blocks(
      Network network, Weights weights, InputSpec input, byte[] levels) {
    float[] outputs = blocksOutputs(network, weights, input, levels);
    int answers = network.outputs();
    return Stream.iterate(0, i -> i + 1)
        .limit(IMAGES)
        .map(i -> softmax(Arrays.copyOfRange(outputs, i * answers, (i + 1) * answers)))
        .map(vector -> AnswerProbabilities.of(TREE, vector))
        .toList();
  }

  private static double[] softmax(float[] row) {
    double[] vector = new double[row.length];
    for (Question question : TREE.questions()) {
      int first = TREE.firstAnswer(question);
      int end = first + question.answers().size();
      double largest = Double.NEGATIVE_INFINITY;
      for (int a = first; a < end; a++) {
        largest = Math.max(largest, row[a]);
      }
      double sum = 0;
      for (int a = first; a < end; a++) {
        vector[a] = Math.exp(row[a] - largest);
        sum += vector[a];
      }
      for (int a = first; a < end; a++) {
        vector[a] /= sum;
      }
    }
    return vector;
  }

  private static void assertSame(
      List<float[]> results, List<AnswerProbabilities> due, double tolerance) {
    assertThat(results).hasSize(3);
    int answers = TREE.answerCount();
    int questions = TREE.questions().size();
    for (int i = 0; i < IMAGES; i++) {
      for (int q = 0; q < questions; q++) {
        Question question = TREE.questions().get(q);
        assertThat((double) results.get(1)[i * questions + q])
            .as("asked %s", question.id())
            .isCloseTo(due.get(i).asked(question).orElseThrow(), within(2 * tolerance));
        for (int a = 0; a < question.answers().size(); a++) {
          int at = i * answers + TREE.firstAnswer(question) + a;
          assertThat((double) results.get(0)[at])
              .as("probability of answer %d of %s", a, question.id())
              .isCloseTo(due.get(i).conditional(question)[a], within(tolerance));
          assertThat((double) results.get(2)[at])
              .as("joint probability of answer %d of %s", a, question.id())
              .isCloseTo(due.get(i).joint(question)[a], within(2 * tolerance));
        }
      }
    }
  }
}
