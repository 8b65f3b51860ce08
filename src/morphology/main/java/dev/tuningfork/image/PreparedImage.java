package dev.tuningfork.image;

import java.util.Set;

/**
 * An image as a model takes it. Standardisation is left to the model, which does it in the course
 * of its arithmetic.
 *
 * @param pixels size × size × channels numbers
 * @param width the width of the image that it came from, in pixels
 * @param height the height of the image that it came from, in pixels
 * @param flags what was noticed on the way
 * @param facts what was found out on the way
 */
public record PreparedImage(
    Pixels pixels, int width, int height, Set<QualityFlag> flags, ImageFacts facts) {

  public PreparedImage {
    flags = Set.copyOf(flags);
  }

  /** An image of which nothing more is known. */
  public PreparedImage(Pixels pixels, int width, int height, Set<QualityFlag> flags) {
    this(pixels, width, height, flags, ImageFacts.NONE);
  }
}
