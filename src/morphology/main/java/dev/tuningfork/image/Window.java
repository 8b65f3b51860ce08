package dev.tuningfork.image;

/**
 * A square of an image, in its pixels.
 *
 * @param x its left column
 * @param y its top row, counted from the image's top
 * @param side its width and height
 */
record Window(int x, int y, int side) {

  /** The central square of a side that is rounded to whole pixels and limited to the image's. */
  static Window central(int width, int height, double side) {
    int whole = Math.clamp(Math.round(side), 1, Math.min(width, height));
    return new Window((width - whole) / 2, (height - whole) / 2, whole);
  }
}
