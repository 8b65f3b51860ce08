package dev.tuningfork.classifier.stream;

import dev.tuningfork.classifier.batch.ImageOrigin;
import dev.tuningfork.classifier.batch.Onlooker.Keepsake;
import dev.tuningfork.classifier.message.GalaxyMorphology;

/** Hears of those morphologies of whose image an onlooker has kept something. */
@FunctionalInterface
public interface MorphologyListener {

  /** Hears nothing. */
  MorphologyListener NOBODY = (morphology, origin, keepsake) -> {};

  /**
   * A morphology was published, in the transaction that is open on this thread: it may still be
   * rolled back. Called on the stream's thread, which waits: so this is quick, and never throws.
   */
  void published(GalaxyMorphology morphology, ImageOrigin origin, Keepsake keepsake);
}
