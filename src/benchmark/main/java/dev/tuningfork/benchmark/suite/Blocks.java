package dev.tuningfork.benchmark.suite;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import dev.tuningfork.network.Network;
import dev.tuningfork.network.NetworkBlock;
import dev.tuningfork.network.PyTorch;
import dev.tuningfork.network.Volume;
import dev.tuningfork.network.WeightSpec;
import dev.tuningfork.network.Weights;
import java.nio.FloatBuffer;
import java.util.Objects;

/**
 * A network as DJL blocks, on a batch of numbers that lies in memory already: what a plain DJL
 * program reaches. Belongs to one thread.
 */
final class Blocks implements AutoCloseable {

  /** How the weights of convolutions, and with them all that is computed, lie in memory. */
  enum Layout {
    /** Output × input × height × width, as DJL makes them. */
    CHANNELS_FIRST,
    /** Output × height × width × input, as the product makes them. */
    CHANNELS_LAST
  }

  private final NDManager manager;
  private final NetworkBlock block;
  private final ParameterStore store;
  private final NDArray images;
  private final int batch;
  private final Optimizer optimizer =
      Optimizer.adamW().optLearningRateTracker(Tracker.fixed(1e-4f)).build();

  /**
   * @param batch how many images at a time; their numbers are random, from 0 to 1
   * @param training whether it will learn
   */
  Blocks(Network network, Weights weights, Layout layout, int batch, boolean training) {
    this.batch = batch;
    Engine engine = PyTorch.engine();
    manager = engine.newBaseManager();
    block = new NetworkBlock(network, weights);
    if (layout == Layout.CHANNELS_FIRST) {
      for (WeightSpec spec : network.weights()) {
        float[] values = Objects.requireNonNull(weights.arrays().get(spec.name())).values();
        block
            .getParameters()
            .get(spec.name())
            .setInitializer(
                (owner, shape, type) -> {
                  try (NDArray shared = owner.create(FloatBuffer.wrap(values), shape, type)) {
                    return shared.duplicate();
                  }
                });
      }
    }
    Volume input = network.input();
    Shape shape = new Shape(batch, input.channels(), input.height(), input.width());
    block.initialize(manager, DataType.FLOAT32, shape);
    if (training) {
      block.freeze(0);
    } else {
      block.freezeParameters(true);
    }
    store = new ParameterStore(manager, false);
    images = manager.randomUniform(0, 1, shape);
  }

  /** Computes one batch as it is used, and returns how many images that was. */
  int predict() {
    try (NDManager local = manager.newSubManager()) {
      NDArray input = images.duplicate();
      input.attach(local);
      float[] outputs =
          block.forward(store, new NDList(input), false).singletonOrThrow().toFloatArray();
      require(outputs.length > 0 && Float.isFinite(outputs[0]));
      return batch;
    }
  }

  /** Learns one step from a batch, and returns how many images that was. */
  int step() {
    try (NDManager local = manager.newSubManager()) {
      NDArray input = images.duplicate();
      input.attach(local);
      float loss;
      try (GradientCollector collector = manager.getEngine().newGradientCollector()) {
        NDArray outputs = block.forward(store, new NDList(input), true).singletonOrThrow();
        NDArray cost = outputs.square().mean();
        collector.backward(cost);
        loss = cost.getFloat();
      }
      require(Float.isFinite(loss));
      for (Parameter parameter : block.getParameters().values()) {
        if (parameter.requiresGradient()) {
          NDArray array = parameter.getArray();
          NDArray gradient = array.getGradient();
          gradient.attach(local);
          optimizer.update(parameter.getId(), array, gradient);
        }
      }
      return batch;
    }
  }

  private static void require(boolean finite) {
    if (!finite) {
      throw new IllegalStateException("The network's output is not numeric.");
    }
  }

  @Override
  public void close() {
    manager.close();
  }
}
