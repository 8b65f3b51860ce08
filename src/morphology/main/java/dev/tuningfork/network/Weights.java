package dev.tuningfork.network;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import java.util.function.Predicate;

/**
 * The numbers of a network, by name. Immutable: arrays are not copied on their way in or out, so
 * neither the caller nor a reader may write to them.
 *
 * @param arrays from the first layer to the last
 */
public record Weights(SequencedMap<String, Array> arrays) {

  /**
   * Numbers in row-major order of their shape; a convolution's are output × input × height × width,
   * whatever a form of the network makes of them in memory.
   */
  @SuppressWarnings("ArrayRecordComponent") // megabytes of numbers that nobody compares
  public record Array(List<Integer> shape, float[] values) {

    public Array {
      shape = List.copyOf(shape);
      if (shape.stream().reduce(1, Math::multiplyExact) != values.length) {
        throw new IllegalArgumentException(
            "An array of shape %s does not have %d numbers.".formatted(shape, values.length));
      }
    }

    /** Some of the first dimension's entries, from one to before another. */
    Array rows(int from, int to) {
      int size = values.length / shape.getFirst();
      List<Integer> fewer = new ArrayList<>(shape);
      fewer.set(0, to - from);
      return new Array(fewer, Arrays.copyOfRange(values, from * size, to * size));
    }
  }

  public Weights {
    arrays = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(arrays));
  }

  /**
   * What training starts from, as Keras does: weights drawn uniformly from ±√(6 ÷ (inputs +
   * outputs)) (Glorot and Bengio 2010), biases 0, batch normalisation 1 and 0. The same seed gives
   * the same numbers on every machine.
   */
  public static Weights initial(Network network, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    SequencedMap<String, Array> arrays = new LinkedHashMap<>();
    for (WeightSpec spec : network.weights()) {
      float[] values = new float[spec.size()];
      switch (spec.role()) {
        case KERNEL -> {
          double limit = glorotLimit(spec.shape());
          for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextDouble(-limit, limit);
          }
        }
        case SCALE, RUNNING_VARIANCE -> Arrays.fill(values, 1);
        case BIAS, SHIFT, RUNNING_MEAN -> {}
      }
      arrays.put(spec.name(), new Array(spec.shape(), values));
    }
    return new Weights(arrays);
  }

  private static double glorotLimit(List<Integer> shape) {
    int window = shape.stream().skip(2).reduce(1, Math::multiplyExact);
    return Math.sqrt(6.0 / ((double) (shape.get(0) + shape.get(1)) * window));
  }

  /**
   * These weights with some of them replaced, such as a backbone that was trained elsewhere.
   *
   * @throws IllegalArgumentException if an array is not among these, or of another shape
   */
  public Weights with(Weights others) {
    SequencedMap<String, Array> merged = new LinkedHashMap<>(arrays);
    others.arrays.forEach(
        (name, array) -> {
          Array mine = merged.replace(name, array);
          if (mine == null) {
            throw new IllegalArgumentException(
                "The network has no array " + name + " to take from other weights.");
          }
          if (!mine.shape().equals(array.shape())) {
            throw new IllegalArgumentException(
                "The network's array %s has the shape %s, not %s."
                    .formatted(name, mine.shape(), array.shape()));
          }
        });
    return new Weights(merged);
  }

  /** These weights with other numbers in one array, whose shape stays. */
  public Weights with(String name, float[] values) {
    SequencedMap<String, Array> changed = new LinkedHashMap<>(arrays);
    changed.put(name, new Array(array(name).shape(), values));
    return new Weights(changed);
  }

  /** The arrays of the last layer, which makes the answers. */
  public Weights head() {
    return only(Weights::isOfHead);
  }

  /** All arrays but those of the last layer. */
  public Weights trunk() {
    return only(name -> !isOfHead(name));
  }

  /** This trunk with the last layer of others. */
  public Weights withHeadOf(Weights others) {
    SequencedMap<String, Array> joined = new LinkedHashMap<>(trunk().arrays);
    joined.putAll(others.head().arrays);
    return new Weights(joined);
  }

  /**
   * These weights for some of the answers: the last layer has only their rows.
   *
   * @param from the first answer, in the order of the network's outputs
   * @param to the answer behind the last one
   */
  public Weights answering(int from, int to) {
    SequencedMap<String, Array> fewer = new LinkedHashMap<>(arrays);
    head().arrays.forEach((name, array) -> fewer.put(name, array.rows(from, to)));
    return new Weights(fewer);
  }

  private Weights only(Predicate<String> wanted) {
    SequencedMap<String, Array> some = new LinkedHashMap<>(arrays);
    some.keySet().removeIf(wanted.negate());
    return new Weights(some);
  }

  private static boolean isOfHead(String name) {
    return name.startsWith(Network.ANSWERS + ".");
  }

  /**
   * Each number on the straight line from these weights to others of the same network.
   *
   * @param share of the way: 0 gives these, 1 the others
   * @throws IllegalArgumentException if an array is missing in either, or of another shape
   */
  public Weights towards(Weights others, double share) {
    if (!arrays.keySet().equals(others.arrays.keySet())) {
      throw new IllegalArgumentException(
          "Weights can only be averaged with those of the same network, but these have different arrays.");
    }
    SequencedMap<String, Array> mixed = new LinkedHashMap<>(with(others).arrays);
    arrays.forEach(
        (name, start) -> mixed.computeIfPresent(name, (_, end) -> between(start, end, share)));
    return new Weights(mixed);
  }

  private static Array between(Array start, Array end, double share) {
    float[] values = new float[start.values().length];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) ((1 - share) * start.values()[i] + share * end.values()[i]);
    }
    return new Array(start.shape(), values);
  }

  /**
   * Refuses these weights where they are not this network's.
   *
   * @throws IllegalArgumentException naming the first array that is missing, of another shape, or
   *     too many
   */
  public void requireFor(Network network) {
    List<WeightSpec> specs = network.weights();
    for (WeightSpec spec : specs) {
      Array array = array(spec.name());
      if (!array.shape().equals(spec.shape())) {
        throw new IllegalArgumentException(
            "The array %s of the weights has the shape %s, but the network expects %s."
                .formatted(spec.name(), array.shape(), spec.shape()));
      }
    }
    List<String> expected = specs.stream().map(WeightSpec::name).toList();
    for (String name : arrays.keySet()) {
      if (!expected.contains(name)) {
        throw new IllegalArgumentException(
            "The weights contain the array " + name + ", which the network does not have.");
      }
    }
  }

  /**
   * One array.
   *
   * @throws IllegalArgumentException naming it, if it is not there
   */
  public Array array(String name) {
    Array array = arrays.get(name);
    if (array == null) {
      throw new IllegalArgumentException("The weights lack the array " + name + ".");
    }
    return array;
  }
}
