package dev.tuningfork.benchmark.faults;

import java.util.function.IntPredicate;

/**
 * The survey images of a fault run, and what must come of each. Their galaxies have the numbers
 * behind those of the references, image by image and row by row; their outcomes have the numbers
 * behind these.
 *
 * <p>All survey images have the same pixels and positions. One row is off the image and one has no
 * declination: these are dead letters, and all others are answered.
 *
 * @param first the number of the first galaxy
 * @param images how many survey images there are
 * @param rows how many galaxies each has
 * @param mayFail whether an image or its catalogue may be out of reach
 */
record Surveys(int first, int images, int rows, IntPredicate mayFail) {

  static final Surveys NONE = new Surveys(0, 0, 0, _ -> false);

  /** The row of a galaxy that is off the image. */
  static final int OFF_THE_IMAGE = 1;

  /** The row of a galaxy without a declination. */
  static final int UNUSABLE = 2;

  private static final String PREFIX = "survey-";

  static boolean isAnswered(int row) {
    return row != OFF_THE_IMAGE && row != UNUSABLE;
  }

  static String id(int image) {
    return PREFIX + image;
  }

  /** The survey image of an identifier. */
  static int image(String id) {
    return Integer.parseInt(id.substring(PREFIX.length()));
  }

  static boolean isId(String key) {
    return key.startsWith(PREFIX);
  }

  /** How many numbers there are, from {@link #first} on. */
  int numbers() {
    return images * (rows + 1);
  }

  /** The number of a galaxy. */
  int galaxy(int image, int row) {
    return first + image * rows + row - 1;
  }

  /** The number of an outcome. */
  int outcome(int image) {
    return first + images * rows + image;
  }

  boolean isGalaxy(int number) {
    return number >= first && number < outcome(0);
  }

  /** The survey image that a galaxy or an outcome belongs to. */
  int imageOf(int number) {
    return isGalaxy(number) ? (number - first) / rows : number - outcome(0);
  }

  /** The row of a galaxy, from 1. */
  int rowOf(int number) {
    return (number - first) % rows + 1;
  }

  /** What a number stands for, in words. */
  String name(int number) {
    if (number < first || images == 0) {
      return "reference " + number;
    }
    return isGalaxy(number)
        ? "galaxy %d (row %d of %s)".formatted(number, rowOf(number), id(imageOf(number)))
        : "the outcome of " + id(imageOf(number));
  }
}
