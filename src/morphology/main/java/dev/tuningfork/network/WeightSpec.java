package dev.tuningfork.network;

import java.util.List;

/**
 * An array of numbers that a layer holds.
 *
 * @param name the layer's name and PyTorch's name of the array, such as {@code conv1.weight}
 * @param role what the numbers are for
 * @param shape output × input × height × width for a convolution, output × input for a linear
 *     layer, one dimension for everything else
 */
public record WeightSpec(String name, Role role, List<Integer> shape) {

  /** What the numbers of an array are for. */
  public enum Role {
    KERNEL,
    BIAS,
    SCALE,
    SHIFT,
    RUNNING_MEAN,
    RUNNING_VARIANCE;

    /** Whether the numbers are found by gradient descent; the others are running statistics. */
    public boolean trained() {
      return this != RUNNING_MEAN && this != RUNNING_VARIANCE;
    }
  }

  public WeightSpec {
    shape = List.copyOf(shape);
  }

  /** How many numbers there are. */
  public int size() {
    return shape.stream().reduce(1, Math::multiplyExact);
  }
}
