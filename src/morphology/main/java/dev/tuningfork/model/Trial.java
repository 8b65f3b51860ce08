package dev.tuningfork.model;

import ai.djl.Device;
import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.training.ParameterStore;
import dev.tuningfork.image.InputSpec;
import dev.tuningfork.image.Pixels;
import dev.tuningfork.network.Head;
import dev.tuningfork.network.Layer;
import dev.tuningfork.network.Layer.BatchNorm;
import dev.tuningfork.network.Layer.Convolution;
import dev.tuningfork.network.Layer.MaxPool;
import dev.tuningfork.network.Layer.MeanOverPlane;
import dev.tuningfork.network.Layer.Padding;
import dev.tuningfork.network.Layer.Relu;
import dev.tuningfork.network.Layer.Relu6;
import dev.tuningfork.network.Network;
import dev.tuningfork.network.NetworkBlock;
import dev.tuningfork.network.PyTorch;
import dev.tuningfork.network.Volume;
import dev.tuningfork.network.Weights;
import dev.tuningfork.network.module.NetworkModule;
import dev.tuningfork.network.module.Operators;
import dev.tuningfork.torchscript.Arithmetic;
import dev.tuningfork.tree.DecisionTree;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Computes a small network in one form, to see whether a device can. The network has every kind of
 * layer that the product's networks are made of, because PyTorch chooses an implementation for each
 * kind. One trial takes some hundredths of a second.
 */
final class Trial {

  private static final int IMAGES = 2;
  private static final InputSpec INPUT = InputSpec.article().withSize(16);
  private static final DecisionTree TREE = DecisionTree.galaxyZoo2();

  private static final Network NETWORK =
      new Network(
          new Volume(INPUT.channels().count(), INPUT.size(), INPUT.size()),
          List.of(
              new Convolution("stem", 16, 3, 2, Padding.SAME),
              new BatchNorm("norm"),
              new Relu(),
              new Layer.Block(
                  "bottleneck",
                  List.of(
                      new Convolution("depthwise", 16, 3, 1, Padding.SAME, 16, false),
                      new Relu6(),
                      new Convolution("project", 16, 1, 1, Padding.VALID)),
                  true),
              new MaxPool(2, 2),
              new MeanOverPlane()),
          Head.of(List.of(TREE.root())));

  private static final Weights WEIGHTS = Weights.initial(NETWORK, 1);

  private Trial() {}

  /**
   * Why a form does not work, in PyTorch's words where they are PyTorch's.
   *
   * @param operators what a compiled form calls
   * @return empty if the form gives the probabilities that the blocks give on the CPU
   */
  static Optional<String> failure(Form form, Device device, Operators operators) {
    boolean gradients = JniUtils.isGradMode();
    JniUtils.setGradMode(false);
    try {
      double distance = 0;
      float[] due = ofBlocks(Device.cpu());
      float[] given =
          form.arithmetic().isPresent()
              ? ofModule(form.arithmetic().get(), device, operators)
              : ofBlocks(device);
      for (int i = 0; i < due.length; i++) {
        distance = Math.max(distance, Math.abs(due[i] - given[i])); // NaN stays NaN
      }
      double tolerance = form.tolerance(false);
      return distance <= tolerance
          ? Optional.empty()
          : Optional.of(
              "In a trial, its probabilities differ by up to %s from those of the blocks on the CPU; at most %s is allowed."
                  .formatted(distance, tolerance));
    } catch (EngineException | MalformedModelException | IOException e) {
      return Optional.of(PyTorch.reason(e));
    } finally {
      JniUtils.setGradMode(gradients);
    }
  }

  /** Levels of 0 to 255, of one image after the other. */
  private static byte[] levels() {
    byte[] levels = new byte[IMAGES * INPUT.valueCount()];
    for (int i = 0; i < levels.length; i++) {
      levels[i] = (byte) (i * 37);
    }
    return levels;
  }

  /** The same as the blocks take them. */
  private static float[] planes() {
    byte[] levels = levels();
    FloatBuffer planes = FloatBuffer.allocate(levels.length);
    for (int from = 0; from < levels.length; from += INPUT.valueCount()) {
      byte[] image = Arrays.copyOfRange(levels, from, from + INPUT.valueCount());
      planes.put(INPUT.standardised(new Pixels.Levels(image)));
    }
    return planes.array();
  }

  private static float[] ofBlocks(Device device) {
    Shape shape = new Shape(IMAGES, INPUT.channels().count(), INPUT.size(), INPUT.size());
    try (NDManager manager = PyTorch.engine().newBaseManager(device)) {
      NetworkBlock block = new NetworkBlock(NETWORK, WEIGHTS);
      block.freezeParameters(true);
      block.initialize(manager, DataType.FLOAT32, shape);
      NDArray images = manager.create(planes(), shape);
      return forward(block, images).softmax(1).toFloatArray();
    }
  }

  private static float[] ofModule(Arithmetic arithmetic, Device device, Operators operators)
      throws MalformedModelException, IOException {
    byte[] module =
        NetworkModule.write(
            NETWORK, WEIGHTS, INPUT, TREE, 0, arithmetic, operators, new LinkedHashMap<>());
    try (Model model = Model.newInstance("trial", device, PyTorch.engine().getEngineName())) {
      PyTorch.readModule(model, module, Map.of("mapLocation", "true"));
      byte[] levels = levels();
      ByteBuffer buffer = ByteBuffer.allocateDirect(levels.length).put(levels).flip();
      Shape shape = new Shape(IMAGES, INPUT.size(), INPUT.size(), INPUT.channels().count());
      NDArray images = model.getNDManager().create(buffer, shape, DataType.UINT8);
      return forward(model.getBlock(), images).toFloatArray();
    }
  }

  /** The first result, which belongs to the manager of the images. */
  private static NDArray forward(Block block, NDArray images) {
    ParameterStore parameters = new ParameterStore(images.getManager(), false);
    return block.forward(parameters, new NDList(images), false).getFirst();
  }
}
