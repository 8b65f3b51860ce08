package dev.tuningfork.image;

/** The luma of ITU-R BT.601, as JPEG defines its Y. */
final class Luma {

  private Luma() {}

  static float of(float red, float green, float blue) {
    return 0.299f * red + 0.587f * green + 0.114f * blue;
  }
}
