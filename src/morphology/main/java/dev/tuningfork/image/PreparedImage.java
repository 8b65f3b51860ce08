package dev.tuningfork.image;

import java.util.Set;

/**
 * An image as the network takes it.
 *
 * @param values channels × size × size numbers, planar (channel by channel, row by row from the
 *     top); not copied, so whoever hands it over must not write to it again
 * @param width the width of the image that it came from, in pixels
 * @param height the height of the image that it came from, in pixels
 * @param flags what was noticed on the way
 */
@SuppressWarnings("ArrayRecordComponent") // made once an image, on the hot path, and never compared
public record PreparedImage(float[] values, int width, int height, Set<QualityFlag> flags) {

  public PreparedImage {
    flags = Set.copyOf(flags);
  }
}
