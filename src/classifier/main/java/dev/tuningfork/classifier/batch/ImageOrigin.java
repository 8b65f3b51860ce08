package dev.tuningfork.classifier.batch;

import dev.tuningfork.classifier.message.GalaxyImageReference;
import org.jspecify.annotations.Nullable;

/** Which galaxy an image shows, and where its bytes come from. */
public sealed interface ImageOrigin {

  /** The galaxy's identifier. */
  String objectId();

  /** They have to be fetched. */
  record Referenced(String objectId, GalaxyImageReference.Image image) implements ImageOrigin {}

  /**
   * They came with the message.
   *
   * @param bytes not copied, so whoever hands them over must not write to them again
   * @param mediaType as in {@link GalaxyImageReference.Image#mediaType}
   */
  @SuppressWarnings("ArrayRecordComponent") // handed on once, and never compared
  record Carried(String objectId, byte[] bytes, @Nullable String mediaType)
      implements ImageOrigin {}
}
