package dev.tuningfork.torchscript;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * An array of numbers as an archive holds it.
 *
 * @param type of its numbers
 * @param shape its dimensions
 * @param strides for each dimension, how many numbers one step leads on
 * @param bytes the numbers, little endian
 */
@SuppressWarnings("ArrayRecordComponent") // written once and never compared
public record Tensor(Type type, List<Integer> shape, List<Integer> strides, byte[] bytes) {

  /** The numbers that there are, by what PyTorch calls an array of them. */
  public enum Type {
    FLOAT32("FloatStorage", Float.BYTES),
    BFLOAT16("BFloat16Storage", Short.BYTES),
    FLOAT16("HalfStorage", Short.BYTES),
    INT64("LongStorage", Long.BYTES);

    final String storage;
    final int width;

    Type(String storage, int width) {
      this.storage = storage;
      this.width = width;
    }

    static Type of(Arithmetic arithmetic) {
      return switch (arithmetic) {
        case FLOAT32 -> FLOAT32;
        case BFLOAT16 -> BFLOAT16;
        case FLOAT16 -> FLOAT16;
      };
    }
  }

  /** How many numbers there are. */
  int count() {
    return bytes.length / type.width;
  }

  /** Numbers in row-major order of their shape. */
  public static Tensor of(Arithmetic arithmetic, List<Integer> shape, float[] values) {
    return new Tensor(Type.of(arithmetic), shape, strides(shape), bytes(arithmetic, values));
  }

  /** Whole numbers in one row. */
  public static Tensor of(int[] values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (int value : values) {
      bytes.putLong(value);
    }
    return new Tensor(Type.INT64, List.of(values.length), List.of(1), bytes.array());
  }

  /**
   * The kernels of a convolution, channels last: for each output row by row, and the inputs of a
   * pixel side by side.
   *
   * @param shape output × input × height × width, which is the order of the values too
   */
  public static Tensor channelsLast(Arithmetic arithmetic, List<Integer> shape, float[] values) {
    int inputs = shape.get(1);
    int height = shape.get(2);
    int width = shape.get(3);
    int plane = height * width;
    float[] laid = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      int output = i / (inputs * plane);
      int input = i / plane % inputs;
      laid[(output * plane + i % plane) * inputs + input] = values[i];
    }
    return new Tensor(
        Type.of(arithmetic),
        shape,
        List.of(inputs * plane, 1, inputs * width, inputs),
        bytes(arithmetic, laid));
  }

  private static List<Integer> strides(List<Integer> shape) {
    Integer[] strides = new Integer[shape.size()];
    int stride = 1;
    for (int dimension = shape.size() - 1; dimension >= 0; dimension--) {
      strides[dimension] = stride;
      stride *= shape.get(dimension);
    }
    return List.of(strides);
  }

  private static byte[] bytes(Arithmetic arithmetic, float[] values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * Type.of(arithmetic).width)
            .order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      switch (arithmetic) {
        case FLOAT32 -> bytes.putFloat(value);
        case BFLOAT16 -> bytes.putShort((short) Arithmetic.upperHalf(value));
        case FLOAT16 -> bytes.putShort(Float.floatToFloat16(value));
      }
    }
    return bytes.array();
  }
}
