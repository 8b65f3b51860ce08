package dev.tuningfork.image;

import java.util.Set;

/** A JPEG file, not decoded yet. */
@SuppressWarnings("ArrayRecordComponent") // lives for one image and is never compared
record JpegFile(byte[] bytes, JpegHeader header, JpegDecoder decoder) implements ImageFile {

  static JpegFile open(byte[] bytes, ImageLimits limits, JpegDecoder decoder)
      throws ImageException {
    JpegHeader header = JpegHeader.read(bytes);
    limits.check("JPEG", header.width(), header.height());
    return new JpegFile(bytes, header, decoder);
  }

  @Override
  public int width() {
    return header.width();
  }

  @Override
  public int height() {
    return header.height();
  }

  @Override
  public Cutout read(Window window, Channels wanted) throws ImageException {
    Channels channels = header.colour() == JpegHeader.Colour.GREY ? Channels.LUMINANCE : wanted;
    return new Cutout(
        window.side(),
        new Cutout.Display(channels),
        decoder.decode(bytes, header, window, channels),
        Set.of());
  }
}
