package dev.tuningfork.classifier.stream;

/**
 * The topics of a classifier.
 *
 * @param input of {@code GalaxyImageReference} messages, or of images themselves
 * @param output of {@code GalaxyMorphology} messages
 * @param deadLetters of records that were given up
 */
public record Topics(String input, String output, String deadLetters) {

  public static final Topics DEFAULT =
      new Topics("galaxy-images", "galaxy-morphologies", "galaxy-images-dead-letters");
}
