package dev.tuningfork.image;

import java.util.Set;

/** A JPEG file, not decoded yet. */
@SuppressWarnings("ArrayRecordComponent") // lives for one image and is never compared
record JpegFile(byte[] bytes, JpegHeader header, JpegCodec decoder) implements ImageFile {

  private static final float WHITE = 255;

  static JpegFile open(byte[] bytes, ImageLimits limits, JpegCodec decoder) throws ImageException {
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
  public long heapToRead(Window window, Channels wanted) {
    return decoder.heapToDecode(header)
        + (long) Float.BYTES * shown(wanted).count() * window.side() * window.side();
  }

  /** What a window is decoded to: a grey file has no more than its luminance. */
  Channels shown(Channels wanted) {
    return header.colour() == JpegHeader.Colour.GREY ? Channels.LUMINANCE : wanted;
  }

  /** Decodes a window, of the channels that are {@link #shown}. */
  void read(Window window, Channels shown, LevelRows rows) throws ImageException {
    decoder.decode(bytes, header, window, shown, rows);
  }

  @Override
  public Cutout read(Window window, Channels wanted) throws ImageException {
    Channels channels = shown(wanted);
    int side = window.side();
    var planes =
        new LevelRows() {
          private final float[] values = new float[channels.count() * side * side];
          private int at;

          @Override
          public void row(int[] pixels) {
            for (int channel = 0; channel < channels.count(); channel++) {
              int out = channel * side * side + at;
              for (int x = 0; x < side; x++) {
                values[out + x] = ((pixels[x] >>> (8 * channel)) & 0xff) / WHITE;
              }
            }
            at += side;
          }
        };
    read(window, channels, planes);
    return new Cutout(side, new Cutout.Display(channels), planes.values, Set.of(), 0);
  }
}
