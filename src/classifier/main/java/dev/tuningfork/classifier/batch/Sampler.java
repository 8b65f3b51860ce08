package dev.tuningfork.classifier.batch;

import dev.tuningfork.classifier.message.GalaxyMorphology;
import dev.tuningfork.image.PreparedImage;
import dev.tuningfork.tree.AnswerProbabilities;
import org.jspecify.annotations.Nullable;

/** Chooses galaxies to show, and learns when their morphologies are committed. */
@FunctionalInterface
public interface Sampler {

  /** Chooses no galaxy. */
  Sampler NONE = (image, answers) -> null;

  /** What a sampler keeps of one image. It travels with the image's outcome. */
  @FunctionalInterface
  interface Sample {

    /**
     * The galaxy's morphology is committed. A galaxy whose transaction is rolled back is classified
     * again, and sampled again or not. Called at most once, on a stream thread, which waits: so
     * this must be quick and must not throw.
     */
    void committed(GalaxyMorphology morphology, ImageOrigin origin);
  }

  /**
   * Decides about one image that the model has answered. Called on the thread that runs the model,
   * which waits: so this must be quick and must not throw.
   *
   * @param image its memory is used again afterwards, so what is kept of it is a copy
   * @return null, usually, to keep nothing
   */
  @Nullable Sample sample(PreparedImage image, AnswerProbabilities answers);
}
