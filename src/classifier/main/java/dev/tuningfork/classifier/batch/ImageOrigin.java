package dev.tuningfork.classifier.batch;

import dev.tuningfork.classifier.message.GalaxyImageReference;
import org.jspecify.annotations.Nullable;

/** Where the bytes of an image come from. */
public sealed interface ImageOrigin {

  /** They have to be fetched. */
  record Referenced(GalaxyImageReference.Image image) implements ImageOrigin {}

  /**
   * They came with the message.
   *
   * @param bytes not copied, so whoever hands them over must not write to them again
   * @param mediaType as in {@link GalaxyImageReference.Image#mediaType}
   */
  @SuppressWarnings("ArrayRecordComponent") // handed on once, and never compared
  record Carried(byte[] bytes, @Nullable String mediaType) implements ImageOrigin {}
}
