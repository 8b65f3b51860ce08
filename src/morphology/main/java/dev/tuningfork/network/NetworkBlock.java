package dev.tuningfork.network;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Activation;
import ai.djl.nn.Parameter;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.nn.norm.Dropout;
import ai.djl.nn.pooling.Pool;
import ai.djl.training.ParameterStore;
import ai.djl.training.initializer.Initializer;
import ai.djl.util.PairList;
import dev.tuningfork.network.WeightSpec.Role;
import java.nio.FloatBuffer;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * A {@link Network} as a DJL block: the form that trains. It takes one float32 array of batch ×
 * channels × height × width and gives the logits, batch × answers; there is no softmax in it.
 *
 * <p>Its parameters bear the names of {@link Network#weights()} and begin with the {@link Weights}
 * that it is made with; {@link #weights()} reads them back. To train it, hand it to a DJL model and
 * initialise the trainer with the shape of a batch:
 *
 * <pre>{@code
 * Network network = architecture.describe(1, 169, Head.of(tree.questions()));
 * NetworkBlock block = new NetworkBlock(network, Weights.initial(network, seed));
 * model.setBlock(block);
 * trainer.initialize(new Shape(1, 1, 169, 169));
 * }</pre>
 *
 * <p>Convolutions keep their weights in memory as output × height × width × input ("channels
 * last"), which makes PyTorch compute the whole network in that layout. Not safe for several
 * threads.
 */
public final class NetworkBlock extends AbstractBlock {

  private final Network network;
  private int frozen;

  public NetworkBlock(Network network, Weights weights) {
    weights.requireFor(network);
    this.network = network;
    for (WeightSpec spec : network.weights()) {
      Weights.Array array = weights.array(spec.name());
      addParameter(
          Parameter.builder()
              .setName(spec.name())
              .setType(type(spec.role()))
              .optShape(shape(spec.shape()))
              .optRequiresGrad(spec.role().trained())
              .optInitializer((manager, shape, type) -> create(manager, array))
              .build());
    }
  }

  /** What this block computes. */
  public Network network() {
    return network;
  }

  /** A copy of the parameters as they are now; the block must be initialised. */
  public Weights weights() {
    SequencedMap<String, Weights.Array> arrays = new LinkedHashMap<>();
    for (WeightSpec spec : network.weights()) {
      arrays.put(
          spec.name(),
          new Weights.Array(spec.shape(), parameter(spec.name()).getArray().toFloatArray()));
    }
    return new Weights(arrays);
  }

  @Override
  public void initialize(NDManager manager, DataType dataType, Shape... inputShapes) {
    super.initialize(manager, dataType, inputShapes);
    // the initializers hold the Java copy of the weights, which has served its purpose
    parameters.values().forEach(parameter -> parameter.setInitializer(Initializer.ZEROS));
  }

  /**
   * Keeps the first layers of the trunk as they are: their parameters get no gradient, and their
   * batch normalisations use and keep the running statistics that they have, in training too.
   *
   * @param layers how many; 0 sets all of them free
   */
  public void freeze(int layers) {
    frozen = layers;
    Set<String> kept = new HashSet<>();
    Volume volume = network.input();
    for (Layer layer : network.layers().subList(0, layers)) {
      layer.weights(volume).forEach(spec -> kept.add(spec.name()));
      volume = layer.output(volume);
    }
    for (WeightSpec spec : network.weights()) {
      if (spec.role().trained()) {
        parameter(spec.name()).freeze(kept.contains(spec.name()));
      }
    }
  }

  /** Whether this array gets a gradient: it is no running statistic, and not frozen. */
  public boolean learns(String name) {
    return parameter(name).requiresGradient();
  }

  /** The array of this name, where it lives; the block must be initialised. */
  public NDArray array(String name) {
    return parameter(name).getArray();
  }

  /**
   * Overwrites the arrays that the block has.
   *
   * @throws IllegalArgumentException if these are not the network's
   */
  public void set(Weights weights) {
    weights.requireFor(network);
    for (WeightSpec spec : network.weights()) {
      NDArray own = array(spec.name());
      try (NDArray given =
          own.getManager()
              .create(
                  FloatBuffer.wrap(weights.array(spec.name()).values()),
                  own.getShape(),
                  DataType.FLOAT32)) {
        overwrite(own, given);
      }
    }
  }

  /** Overwrites the arrays that the block has with those of another block of the same network. */
  public void copyFrom(NetworkBlock other) {
    for (WeightSpec spec : network.weights()) {
      overwrite(array(spec.name()), other.array(spec.name()));
    }
  }

  /**
   * In place and past the record of gradients, by arithmetic: DJL's own ways to copy give the array
   * the layout of what is copied.
   */
  private static void overwrite(NDArray target, NDArray source) {
    try (NDArray to = target.stopGradient();
        NDArray from = source.stopGradient();
        NDArray here = from.toDevice(to.getDevice(), false)) {
      to.subi(to).addi(here);
    }
  }

  /**
   * Computes the network as it is used, not trained, and hands over what comes out of each layer,
   * in order; of a {@link Layer.Block}, first what comes out of the layers within it.
   *
   * @param images batch × channels × height × width
   * @param seen must not keep the arrays beyond the life of the images' manager
   */
  public void observe(NDArray images, BiConsumer<Layer, NDArray> seen) {
    NDArray x = images;
    for (Layer layer : network.layers()) {
      x = forward(layer, x, name -> parameter(name).getArray(), false, seen, false);
    }
  }

  @Override
  protected NDList forwardInternal(
      ParameterStore store, NDList inputs, boolean training, PairList<String, Object> params) {
    NDArray images = inputs.singletonOrThrow();
    NDArray x = images;
    Weigher weights = name -> store.getValue(parameter(name), inputs.head().getDevice(), training);
    int place = 0;
    for (Layer layer : network.layers()) {
      NDArray output = forward(layer, x, weights, training && place >= frozen, (_, _) -> {}, true);
      close(x, images, output);
      x = output;
      place++;
    }
    return new NDList(x);
  }

  /**
   * @param closing whether what passes between the layers of a block is closed as soon as the next
   *     layer has seen it. PyTorch keeps what a gradient needs; the rest is free for the next
   *     layers. Kept to the end of a step, it is gigabytes, of which glibc 2.36 did not find all
   *     again: memory grew by tens of megabytes a step
   */
  private static NDArray forward(
      Layer layer,
      NDArray x,
      Weigher weights,
      boolean training,
      BiConsumer<Layer, NDArray> seen,
      boolean closing) {
    NDArray output =
        switch (layer) {
          case Layer.Convolution c -> convolution(c, x, weights);
          case Layer.MaxPool p ->
              Pool.maxPool2d(
                  x,
                  new Shape(p.kernel(), p.kernel()),
                  new Shape(p.stride(), p.stride()),
                  new Shape(0, 0),
                  false);
          case Layer.BatchNorm n ->
              BatchNorm.batchNorm(
                      x,
                      weights.of(n.name() + ".running_mean"),
                      weights.of(n.name() + ".running_var"),
                      weights.of(n.name() + ".weight"),
                      weights.of(n.name() + ".bias"),
                      1,
                      n.momentum(),
                      n.epsilon(),
                      training)
                  .singletonOrThrow();
          case Layer.Relu _ -> Activation.relu(x);
          case Layer.Relu6 _ -> Hardtanh.from0To6(x);
          case Layer.MeanOverPlane _ -> Pool.globalAvgPool2d(x);
          case Layer.Flatten _ -> x.reshape(x.getShape().get(0), -1);
          case Layer.Linear l ->
              Linear.linear(x, weights.of(l.name() + ".weight"), weights.of(l.name() + ".bias"))
                  .singletonOrThrow();
          case Layer.Dropout d -> Dropout.dropout(x, d.probability(), training).singletonOrThrow();
          case Layer.Block b -> {
            NDArray inner = x;
            for (Layer one : b.layers()) {
              NDArray next = forward(one, inner, weights, training, seen, closing);
              if (closing) {
                close(inner, x, next);
              }
              inner = next;
            }
            if (!b.residual()) {
              yield inner;
            }
            NDArray sum = inner.add(x);
            if (closing) {
              close(inner, x);
            }
            yield sum;
          }
        };
    seen.accept(layer, output);
    return output;
  }

  /** Closes an array unless it is one of those that are needed still. */
  @SuppressWarnings("ReferenceEquality") // equals would compare numbers
  private static void close(NDArray array, NDArray... needed) {
    for (NDArray one : needed) {
      if (one == array) {
        return;
      }
    }
    array.close();
  }

  /**
   * An odd number of zeros around the image, which PyTorch cannot pad with, becomes an even one
   * where channels do not see each other: the kernels grow by a row and a column of zeros, which
   * costs less than a copy of the image and of its gradient. Other convolutions get the copy.
   */
  private static NDArray convolution(Layer.Convolution c, NDArray x, Weigher weights) {
    long vertical = c.zeros(Math.toIntExact(x.getShape().get(2)));
    long horizontal = c.zeros(Math.toIntExact(x.getShape().get(3)));
    NDArray given = weights.of(c.name() + ".weight");
    NDArray kernels = given;
    NDArray image = x;
    Shape padding = new Shape(vertical / 2, horizontal / 2);
    if (vertical % 2 != 0 || horizontal % 2 != 0) {
      if (c.groups() > 1) {
        kernels = kernels.pad(new Shape(horizontal % 2, 0, vertical % 2, 0), 0);
        padding = new Shape((vertical + 1) / 2, (horizontal + 1) / 2);
      } else {
        image =
            x.pad(
                new Shape(
                    horizontal / 2,
                    horizontal - horizontal / 2,
                    vertical / 2,
                    vertical - vertical / 2),
                0);
        padding = new Shape(0, 0);
      }
    }
    NDArray output =
        Conv2d.conv2d(
                image,
                kernels,
                c.biased() ? weights.of(c.name() + ".bias") : null,
                new Shape(c.stride(), c.stride()),
                padding,
                new Shape(1, 1),
                c.groups())
            .singletonOrThrow();
    close(image, x);
    close(kernels, given);
    return output;
  }

  @Override
  public Shape[] getOutputShapes(Shape[] inputShapes) {
    return new Shape[] {new Shape(inputShapes[0].get(0), network.outputs())};
  }

  private Parameter parameter(String name) {
    Parameter parameter = parameters.get(name);
    if (parameter == null) {
      throw new IllegalArgumentException("The network has no parameter " + name + ".");
    }
    return parameter;
  }

  /** The array lives in native memory of its own: the buffer that it is made from is shared. */
  private static NDArray create(NDManager manager, Weights.Array array) {
    try (NDManager local = manager.newSubManager()) {
      NDArray made =
          local.create(FloatBuffer.wrap(array.values()), shape(array.shape()), DataType.FLOAT32);
      if (array.shape().size() == 4) {
        Shape channelsLast = made.transpose(0, 2, 3, 1).getShape();
        made = made.transpose(0, 2, 3, 1).flatten().reshape(channelsLast).transpose(0, 3, 1, 2);
      }
      NDArray own = made.duplicate();
      own.attach(manager);
      return own;
    }
  }

  private static Parameter.Type type(Role role) {
    return switch (role) {
      case KERNEL -> Parameter.Type.WEIGHT;
      case BIAS -> Parameter.Type.BIAS;
      case SCALE -> Parameter.Type.GAMMA;
      case SHIFT -> Parameter.Type.BETA;
      case RUNNING_MEAN -> Parameter.Type.RUNNING_MEAN;
      case RUNNING_VARIANCE -> Parameter.Type.RUNNING_VAR;
    };
  }

  private static Shape shape(List<Integer> dimensions) {
    return new Shape(dimensions.stream().mapToLong(Integer::longValue).toArray());
  }

  @FunctionalInterface
  private interface Weigher {
    NDArray of(String name);
  }
}
