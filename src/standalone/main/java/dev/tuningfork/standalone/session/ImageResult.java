package dev.tuningfork.standalone.session;

import dev.tuningfork.classifier.message.GalaxyMorphology;
import java.util.Optional;

/** The result of one image. Each published image has exactly one. */
public sealed interface ImageResult {

  /** The reference's own identifier, where it had one. */
  Optional<String> referenceId();

  /**
   * It was classified.
   *
   * @param json the message as it was published; not to be written to
   */
  @SuppressWarnings("ArrayRecordComponent") // passed on to a file, never compared
  record Classified(GalaxyMorphology morphology, byte[] json) implements ImageResult {
    @Override
    public Optional<String> referenceId() {
      return Optional.ofNullable(morphology.referenceId());
    }
  }

  /**
   * It failed permanently, and is a dead letter.
   *
   * @param objectId the record's key
   * @param stage where it failed, such as {@code decode-image}
   * @param reason why, in a sentence
   */
  record Failed(String objectId, Optional<String> referenceId, String stage, String reason)
      implements ImageResult {}
}
