package dev.tuningfork.torchscript;

import java.util.Locale;

/** The numbers that a compiled network computes with. What it gives is float32 in any case. */
public enum Arithmetic {
  /** IEEE 754 single precision: 24 significant bits. */
  FLOAT32,
  /**
   * The upper half of float32: its range, 8 significant bits. Products are summed in float32. Twice
   * as many of them fit into an instruction, on processors that have one for them.
   */
  BFLOAT16,
  /**
   * IEEE 754 half precision: 11 significant bits, and nothing beyond 65,504. GPUs of NVIDIA's have
   * instructions for it since Volta and Turing, which have none for bfloat16.
   */
  FLOAT16;

  /** The name that PyTorch has for these numbers, such as {@code bfloat16}. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The number's code in TorchScript (c10::ScalarType). */
  public int code() {
    return switch (this) {
      case FLOAT32 -> 6;
      case BFLOAT16 -> 15;
      case FLOAT16 -> 5;
    };
  }

  /** The number of this kind that is nearest, ties to even. */
  public float rounded(float value) {
    return switch (this) {
      case FLOAT32 -> value;
      case BFLOAT16 -> Float.intBitsToFloat(upperHalf(value) << 16);
      case FLOAT16 -> Float.float16ToFloat(Float.floatToFloat16(value));
    };
  }

  /** The bits of the nearest bfloat16, ties to even, of a number that is not NaN. */
  static int upperHalf(float value) {
    int bits = Float.floatToRawIntBits(value);
    return (bits + 0x7fff + (bits >>> 16 & 1)) >>> 16;
  }
}
