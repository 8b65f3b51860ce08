package dev.tuningfork.trainer.learn;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import dev.tuningfork.network.Layer;
import dev.tuningfork.network.Network;
import dev.tuningfork.network.NetworkBlock;
import dev.tuningfork.network.Volume;
import dev.tuningfork.network.WeightSpec;
import dev.tuningfork.network.WeightSpec.Role;
import dev.tuningfork.network.Weights;
import dev.tuningfork.trainer.data.LabelledGalaxy;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/**
 * A network that learns, on one device or on several.
 *
 * <p>Invariants: each device holds a whole copy of the network (a replica) and takes its part of
 * every batch; after a step the weights of all replicas are equal. Running statistics are those of
 * the first replica. The averaged weights are a network of their own on the first device. Belongs
 * to one thread, which starts the work of all devices before it waits for any.
 *
 * <p>Random numbers (dropout) depend on the seed that a step is given and on nothing before it.
 */
final class Learner implements AutoCloseable {

  private final Engine engine;
  private final Network network;
  private final TrainingSettings settings;
  private final NDManager manager;
  private final List<Replica> replicas = new ArrayList<>();
  private final NetworkBlock averaged;
  private final ParameterStore averagedStore;
  private final Optimizer optimizer;
  private final Average average;
  private final List<Learning> learning;

  private record Replica(
      NDManager manager, NetworkBlock block, ParameterStore store, Objectives objectives) {}

  /** How an array of the network learns: its part of the rate, and by how much it shrinks. */
  private record Learning(String name, double rate, double decay) {}

  /** What a step found out: the loss, and the raw outputs, galaxies × answers. */
  @SuppressWarnings("ArrayRecordComponent") // made once a step and never compared
  record Step(double loss, float[] outputs) {}

  Learner(
      Engine engine,
      Network network,
      TrainingSettings settings,
      Weights weights,
      List<Device> devices) {
    this.engine = engine;
    this.network = network;
    this.settings = settings;
    this.manager = engine.newBaseManager(devices.getFirst());
    for (Device device : devices) {
      NDManager own = manager.newSubManager(device);
      NetworkBlock block = block(own, weights);
      block.freeze(0);
      replicas.add(
          new Replica(own, block, new ParameterStore(own, false), new Objectives(own, settings)));
    }
    this.averaged = block(manager, weights);
    this.averagedStore = new ParameterStore(manager, false);
    this.optimizer = new Optimizer(settings.descent().optimizer(), manager);
    this.average = new Average(settings.descent().average());
    this.learning = learning(network, settings.descent());
  }

  private NetworkBlock block(NDManager own, Weights weights) {
    Volume input = network.input();
    NetworkBlock block = new NetworkBlock(network, weights);
    block.initialize(
        own, DataType.FLOAT32, new Shape(1, input.channels(), input.height(), input.width()));
    return block;
  }

  /** The rate is 1 for the last layer with weights, and less by the same factor below it. */
  private static List<Learning> learning(Network network, TrainingSettings.Descent descent) {
    List<List<WeightSpec>> layers = new ArrayList<>();
    Volume volume = network.input();
    for (Layer layer : network.layers()) {
      if (!layer.weights(volume).isEmpty()) {
        layers.add(layer.weights(volume));
      }
      volume = layer.output(volume);
    }
    List<Learning> learning = new ArrayList<>();
    double rate = 1;
    for (List<WeightSpec> weights : layers.reversed()) {
      for (WeightSpec spec : weights) {
        learning.add(
            new Learning(
                spec.name(), rate, spec.role() == Role.KERNEL ? descent.weightDecay() : 0));
      }
      rate *= descent.depthDecay();
    }
    return List.copyOf(learning);
  }

  /** Lets all layers but the last one stay as they are, or learn again. */
  void freezeBackbone(boolean frozen) {
    replicas.forEach(r -> r.block().freeze(frozen ? network.trunk().size() : 0));
  }

  /**
   * Learns from a batch.
   *
   * @param images galaxies × channels × size × size as float32, direct, from position 0 on; read
   *     until this returns
   * @param rate of the last layer
   * @param number of the step, counted from 1 over the whole run
   */
  Step step(
      ByteBuffer images, List<LabelledGalaxy> galaxies, double rate, int number, int randomSeed) {
    engine.setRandomSeed(randomSeed);
    double sum = 0;
    float[] outputs = new float[galaxies.size() * network.outputs()];
    try (NDManager local = manager.newSubManager()) {
      List<NDArray> losses = new ArrayList<>();
      List<NDArray> answers = new ArrayList<>();
      try (GradientCollector collector = engine.newGradientCollector()) {
        int from = 0;
        for (int r = 0; r < replicas.size(); r++) {
          int to = galaxies.size() * (r + 1) / replicas.size();
          if (to > from) {
            Replica replica = replicas.get(r);
            NDManager here = local.newSubManager(replica.manager().getDevice());
            NDArray raw = raw(here, replica, images, from, to);
            NDArray loss = share(here, replica, raw, galaxies.subList(from, to), galaxies.size());
            collector.backward(loss);
            losses.add(loss);
            answers.add(raw);
            from = to;
          }
        }
      }
      int at = 0;
      for (int r = 0; r < losses.size(); r++) {
        sum += losses.get(r).getFloat();
        float[] part = answers.get(r).toFloatArray();
        System.arraycopy(part, 0, outputs, at, part.length);
        at += part.length;
      }
      if (Double.isFinite(sum)) {
        update(local, rate, number);
      }
    }
    return new Step(sum, outputs);
  }

  /** The raw outputs of a replica for its part of the batch. */
  private NDArray raw(NDManager here, Replica replica, ByteBuffer images, int from, int to) {
    return replica
        .block()
        .forward(replica.store(), new NDList(images(here, images, from, to)), true)
        .singletonOrThrow();
  }

  /** What a replica's part adds to the loss of the whole batch of this size. */
  private NDArray share(
      NDManager here, Replica replica, NDArray raw, List<LabelledGalaxy> part, int size) {
    return replica.objectives().of(here, raw, part).mul((float) part.size() / size);
  }

  /**
   * Shares the memory of the images. DJL would copy any other kind of buffer into a direct one of
   * its own, which lives until the garbage collector runs: gigabytes of them, in a large heap.
   */
  private NDArray images(NDManager here, ByteBuffer images, int from, int to) {
    Volume input = network.input();
    int size = Float.BYTES * input.size();
    ByteBuffer part = images.slice(from * size, (to - from) * size).order(ByteOrder.nativeOrder());
    return here.create(
        part,
        new Shape(to - from, input.channels(), input.height(), input.width()),
        DataType.FLOAT32);
  }

  private void update(NDManager local, double rate, int number) {
    NetworkBlock first = replicas.getFirst().block();
    List<NetworkBlock> others = replicas.stream().skip(1).map(Replica::block).toList();
    List<Learning> learns = learning.stream().filter(l -> first.learns(l.name())).toList();
    List<NDArray> gradients = new ArrayList<>();
    for (Learning one : learns) {
      NDArray sum = gradient(first, one.name(), local);
      for (NetworkBlock other : others) {
        NDArray gradient = gradient(other, one.name(), local);
        sum.addi(gradient.toDevice(sum.getDevice(), true));
        gradient.subi(gradient);
      }
      gradients.add(sum);
    }
    clip(gradients);
    for (int i = 0; i < learns.size(); i++) {
      Learning one = learns.get(i);
      optimizer.update(
          one.name(),
          first.array(one.name()),
          gradients.get(i),
          rate * one.rate(),
          one.decay(),
          number);
    }
    for (NetworkBlock other : others) {
      other.copyFrom(first);
    }
    average.update(averaged, first, number);
  }

  private static NDArray gradient(NetworkBlock block, String name, NDManager local) {
    NDArray gradient = block.array(name).getGradient();
    gradient.attach(local);
    return gradient;
  }

  private void clip(List<NDArray> gradients) {
    NDList norms = new NDList();
    gradients.forEach(gradient -> norms.add(gradient.norm().reshape(1)));
    double norm = Math.sqrt(NDArrays.concat(norms).square().sum().getFloat());
    if (norm > settings.descent().clipNorm()) {
      gradients.forEach(gradient -> gradient.muli(settings.descent().clipNorm() / norm));
    }
  }

  /** What the averaged weights say, and the loss, without learning from it. */
  Step judge(ByteBuffer images, List<LabelledGalaxy> galaxies) {
    try (NDManager local = manager.newSubManager()) {
      NDArray raw =
          averaged
              .forward(averagedStore, new NDList(images(local, images, 0, galaxies.size())), false)
              .singletonOrThrow();
      double loss = replicas.getFirst().objectives().of(local, raw, galaxies).getFloat();
      return new Step(loss, raw.toFloatArray());
    }
  }

  /** The averaged weights: what a model is made of. */
  Weights averages() {
    return averaged.weights();
  }

  /** All that a checkpoint holds. */
  Checkpoint checkpoint(Progress progress, String fingerprint) {
    SequencedMap<String, Weights.Array> remembered = new LinkedHashMap<>();
    optimizer
        .state()
        .forEach(
            (name, array) ->
                remembered.put(
                    name,
                    new Weights.Array(
                        Arrays.stream(array.getShape().getShape())
                            .mapToObj(Math::toIntExact)
                            .toList(),
                        array.toFloatArray())));
    return new Checkpoint(
        progress,
        fingerprint,
        replicas.getFirst().block().weights(),
        averaged.weights(),
        new Weights(remembered));
  }

  /** Takes up what a checkpoint holds; its weights are those of this network. */
  void restore(Checkpoint checkpoint) {
    checkpoint.weights().requireFor(network);
    checkpoint.averages().requireFor(network);
    replicas.forEach(replica -> replica.block().set(checkpoint.weights()));
    averaged.set(checkpoint.averages());
    checkpoint
        .optimizer()
        .arrays()
        .forEach(
            (name, array) -> {
              long[] shape = array.shape().stream().mapToLong(Integer::longValue).toArray();
              try (NDArray made = manager.create(array.values(), new Shape(shape))) {
                optimizer.restore(name, made);
              }
            });
  }

  @Override
  public void close() {
    manager.close();
  }
}
