package dev.tuningfork.standalone.session;

import dev.tuningfork.classifier.message.GalaxyMorphology;
import java.util.Optional;

/** What became of one image. Each image that is published gets exactly one. */
public sealed interface Reply {

  /** The reference's own identifier, where it had one. */
  Optional<String> referenceId();

  /**
   * It was classified.
   *
   * @param json the message as it was published; not to be written to
   */
  @SuppressWarnings("ArrayRecordComponent") // passed on to a file, never compared
  record Classified(GalaxyMorphology morphology, byte[] json) implements Reply {
    @Override
    public Optional<String> referenceId() {
      return Optional.ofNullable(morphology.referenceId());
    }
  }

  /**
   * It was given up: a dead letter.
   *
   * @param objectId the record's key
   * @param stage where it failed, such as {@code decode-image}
   * @param reason why, in a sentence
   */
  record GivenUp(String objectId, Optional<String> referenceId, String stage, String reason)
      implements Reply {}
}
