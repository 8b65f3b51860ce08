package dev.tuningfork.network.module;

import java.util.List;

/**
 * The numbers of a convolution.
 *
 * @param shape outputs × inputs of a group × height × width, or outputs × inputs
 * @param weights in the order of the shape, rounded to the arithmetic
 * @param biases one for each output
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Kernels(List<Integer> shape, float[] weights, float[] biases) {

  /** The same convolution with a row of zeros above its kernels, or a column left of them. */
  Kernels grown(boolean row, boolean column) {
    int height = shape.get(2);
    int width = shape.get(3);
    int top = row ? 1 : 0;
    int left = column ? 1 : 0;
    int planes = shape.get(0) * shape.get(1);
    float[] grown = new float[planes * (height + top) * (width + left)];
    for (int line = 0; line < planes * height; line++) {
      int to = (line / height * (height + top) + line % height + top) * (width + left) + left;
      System.arraycopy(weights, line * width, grown, to, width);
    }
    return new Kernels(
        List.of(shape.get(0), shape.get(1), height + top, width + left), grown, biases);
  }
}
