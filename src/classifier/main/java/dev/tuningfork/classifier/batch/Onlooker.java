package dev.tuningfork.classifier.batch;

import dev.tuningfork.image.PreparedImage;
import dev.tuningfork.tree.AnswerProbabilities;
import org.jspecify.annotations.Nullable;

/** Is shown each image when the model has answered it, and may keep something of it. */
@FunctionalInterface
public interface Onlooker {

  /** Keeps nothing. */
  Onlooker NOBODY = (image, answers) -> null;

  /** What is kept of an image. It travels with the image's outcome. */
  interface Keepsake {}

  /**
   * Looks, on the thread that feeds the model, which waits: so this is quick, and never throws.
   *
   * @param image not to be held on to, but copied
   * @return what is kept; null, which is usual, for nothing
   */
  @Nullable Keepsake look(PreparedImage image, AnswerProbabilities answers);
}
