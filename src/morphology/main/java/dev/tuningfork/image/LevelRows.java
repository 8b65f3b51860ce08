package dev.tuningfork.image;

/** Takes the rows of a window of an 8-bit image, each once, from the top. */
@FunctionalInterface
interface LevelRows {

  /**
   * The next row.
   *
   * @param pixels one number a pixel, from the left, as many as the window is wide: the level of a
   *     grey pixel, or {@code red | green << 8 | blue << 16}. The array belongs to the caller, may
   *     be longer, and is overwritten by the next row
   */
  void row(int[] pixels);
}
