package dev.tuningfork.image;

/** The luma of ITU-R BT.601, as JPEG defines its Y. */
final class Luma {

  private Luma() {}

  static float of(float red, float green, float blue) {
    return 0.299f * red + 0.587f * green + 0.114f * blue;
  }

  /** Of red, green and blue planes. */
  static float[] of(float[] rgb, int plane) {
    float[] luma = new float[plane];
    for (int i = 0; i < plane; i++) {
      luma[i] = of(rgb[i], rgb[plane + i], rgb[2 * plane + i]);
    }
    return luma;
  }
}
