package dev.tuningfork.image;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A way to lay a square image: the four rotations by right angles, each as it is and mirrored,
 * which are the symmetry group of the square. They move pixels without touching their values, and a
 * galaxy has no up.
 *
 * @param mirrored whether rows run backwards
 * @param quarterTurns 0 to 3, clockwise, before mirroring
 */
public record Orientation(boolean mirrored, int quarterTurns) {

  /** The eight of them; the first leaves an image as it is. */
  public static final List<Orientation> ALL =
      Stream.of(false, true)
          .flatMap(
              mirrored -> IntStream.range(0, 4).mapToObj(turns -> new Orientation(mirrored, turns)))
          .toList();

  public Orientation {
    if (quarterTurns < 0 || quarterTurns > 3) {
      throw new IllegalArgumentException(
          "A square is turned by 0 to 3 quarters, not " + quarterTurns + ".");
    }
  }

  /**
   * Lays an image this way.
   *
   * @param size its height and width, in pixels
   * @return the image itself where nothing is to be moved
   */
  public PreparedImage of(PreparedImage image, int size) {
    if (!mirrored && quarterTurns == 0) {
      return image;
    }
    return new PreparedImage(
        image.pixels().laid(this, size),
        image.width(),
        image.height(),
        image.flags(),
        image.facts());
  }

  /** Where a pixel goes: both places are row × size + column. */
  @FunctionalInterface
  interface Move {
    void pixel(int from, int to);
  }

  /** Moves each pixel of a square image from its place to that which it has when laid this way. */
  void move(int size, Move move) {
    int last = size - 1;
    // where (0, 0) of the turned image comes from, and the steps for one to the right or down
    int origin =
        switch (quarterTurns) {
          case 0 -> 0;
          case 1 -> last * size;
          case 2 -> last * size + last;
          default -> last;
        };
    int right =
        switch (quarterTurns) {
          case 0 -> 1;
          case 1 -> -size;
          case 2 -> -1;
          default -> size;
        };
    int down =
        switch (quarterTurns) {
          case 0 -> size;
          case 1 -> 1;
          case 2 -> -size;
          default -> -1;
        };
    int step = mirrored ? -1 : 1;
    for (int y = 0; y < size; y++) {
      int from = origin + y * down;
      int to = y * size + (mirrored ? last : 0);
      for (int x = 0; x < size; x++) {
        move.pixel(from, to);
        from += right;
        to += step;
      }
    }
  }
}
