package dev.tuningfork.classifier.batch;

import dev.tuningfork.classifier.message.GalaxyImageReference;
import dev.tuningfork.image.ImageDescription;
import dev.tuningfork.tile.Cut;
import java.util.Objects;

/** Which galaxy an image shows, and where its bytes come from. */
public sealed interface ImageOrigin {

  /** The galaxy's identifier. */
  String objectId();

  /** What its message says of the image. */
  default ImageDescription description() {
    return switch (this) {
      case Referenced(_, var image) ->
          new ImageDescription(image.hdu(), image.pixelScale(), image.bands(), image.fieldOfView());
      case OnTile _, Carried _ -> ImageDescription.NONE;
    };
  }

  /** What a reference names. */
  static ImageOrigin of(GalaxyImageReference reference) {
    GalaxyImageReference.Cutout cutout = reference.image().cutout();
    return cutout == null
        ? new Referenced(reference.objectId(), reference.image())
        : new OnTile(
            reference.objectId(),
            new Cut.Centre.Sky(
                Objects.requireNonNull(reference.ra()), Objects.requireNonNull(reference.dec())),
            reference.image(),
            cutout);
  }

  /** They have to be fetched. */
  record Referenced(String objectId, GalaxyImageReference.Image image) implements ImageOrigin {}

  /**
   * They are a square of a survey image.
   *
   * @param image with a cutout
   */
  record OnTile(
      String objectId,
      Cut.Centre.Sky position,
      GalaxyImageReference.Image image,
      GalaxyImageReference.Cutout cutout)
      implements ImageOrigin {

    /** The square. */
    public Cut cut() {
      Double angle = cutout.fieldOfView();
      Double side = cutout.side();
      return new Cut(
          position,
          angle != null
              ? new Cut.Side.Arcseconds(angle)
              : new Cut.Side.Pixels(Objects.requireNonNull(side)));
    }
  }

  /**
   * The message contains them.
   *
   * @param bytes not copied, so the caller must not write to them afterwards
   */
  @SuppressWarnings("ArrayRecordComponent") // handed on once, and never compared
  record Carried(String objectId, byte[] bytes) implements ImageOrigin {}
}
