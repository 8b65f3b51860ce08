package dev.tuningfork.image;

/**
 * An image file whose header has been read and is within the limits; its pixels are not decoded
 * yet.
 */
interface ImageFile {

  int width();

  int height();

  /** What the header says beyond the sizes. */
  default ImageFacts facts() {
    return ImageFacts.NONE;
  }

  /** About how many bytes of heap it takes to decode a part of the image. */
  long heapToRead(Window window, Channels channels);

  /**
   * Decodes a part of the image.
   *
   * @param window lies within the image
   * @param channels what is wanted; a grey file gives {@link Channels#LUMINANCE} all the same, and
   *     linear flux comes in its own bands
   */
  Cutout read(Window window, Channels channels) throws ImageException;
}
