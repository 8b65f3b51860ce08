package dev.tuningfork.image;

/** A library that decodes JPEG. Implementations are thread-safe. */
interface JpegDecoder {

  /**
   * Decodes a window as brightness of 0..1, plane by plane.
   *
   * @param header the file's own, already found within limits
   * @param channels {@link Channels#LUMINANCE} if the file is grey
   * @throws ImageException also where only a part of the image is missing or damaged
   */
  float[] decode(byte[] bytes, JpegHeader header, Window window, Channels channels)
      throws ImageException;
}
