package dev.tuningfork.classifier.batch;

import dev.tuningfork.classifier.message.GalaxyImageReference;
import dev.tuningfork.image.ImageDescription;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which galaxy an image shows, and where its bytes come from. */
public sealed interface ImageOrigin {

  /** The galaxy's identifier. */
  String objectId();

  /** What its message says of the image. */
  default ImageDescription description() {
    return switch (this) {
      case Referenced(_, var image) ->
          new ImageDescription(
              image.mediaType(),
              image.hdu(),
              image.pixelScale(),
              image.bands(),
              image.fieldOfView());
      case Carried(_, _, var mediaType) ->
          new ImageDescription(mediaType, null, null, List.of(), null);
    };
  }

  /** They have to be fetched. */
  record Referenced(String objectId, GalaxyImageReference.Image image) implements ImageOrigin {}

  /**
   * The message contains them.
   *
   * @param bytes not copied, so the caller must not write to them afterwards
   * @param mediaType as in {@link GalaxyImageReference.Image#mediaType}
   */
  @SuppressWarnings("ArrayRecordComponent") // handed on once, and never compared
  record Carried(String objectId, byte[] bytes, @Nullable String mediaType)
      implements ImageOrigin {}
}
