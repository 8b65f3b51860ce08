package dev.tuningfork.standalone.session;

import dev.tuningfork.classifier.message.GalaxyMorphology;

/** The result of one image. Each published image has exactly one. */
public sealed interface ImageResult {

  /** It was classified. */
  record Classified(GalaxyMorphology morphology) implements ImageResult {}

  /**
   * It failed permanently, and is a dead letter.
   *
   * @param objectId the record's key
   * @param reason why, in a sentence
   */
  record Failed(String objectId, String reason) implements ImageResult {}
}
