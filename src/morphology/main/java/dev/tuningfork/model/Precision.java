package dev.tuningfork.model;

/** The precision of the weights in a bundle; in memory they are float32. */
public enum Precision {
  /** As they are, float32. */
  SINGLE,
  /**
   * What makes up nearly all of them, the kernels of convolutions and linear layers, as float16,
   * rounded to the nearest (IEEE 754, ties to even): half the size. A weight changes by at most
   * 2⁻¹¹ of itself, one smaller than 2⁻¹⁴ by at most 2⁻²⁵. Arrays of one dimension, such as biases
   * and the means and variances of batch normalisation, weigh little and may be very small or
   * large; they stay float32.
   */
  HALF
}
