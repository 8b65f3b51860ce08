package dev.tuningfork.classifier.page;

import dev.tuningfork.image.Channels;
import dev.tuningfork.image.JpegWriter;
import dev.tuningfork.image.Pixels;
import dev.tuningfork.image.PreparedImage;

/**
 * A square image for display, of levels 0 to 255.
 *
 * @param levels row by row from the top, the channels of each pixel beside each other; not copied
 */
@SuppressWarnings("ArrayRecordComponent") // kept and shown, never compared
record DisplayImage(int side, Channels channels, byte[] levels) {

  private static final int QUALITY = 88;

  /** A copy of what a model takes. */
  static DisplayImage of(PreparedImage image) {
    byte[] levels =
        switch (image.pixels()) {
          case Pixels.Levels(byte[] values) -> values.clone();
          case Pixels.Brightness brightness -> {
            byte[] rounded = new byte[brightness.count()];
            for (int i = 0; i < rounded.length; i++) {
              rounded[i] = (byte) brightness.level(i);
            }
            yield rounded;
          }
        };
    // a square of whole numbers, or three times one, which never is a square itself
    int side = (int) Math.round(Math.sqrt(levels.length));
    if (side * side == levels.length) {
      return new DisplayImage(side, Channels.LUMINANCE, levels);
    }
    return new DisplayImage((int) Math.round(Math.sqrt(levels.length / 3.0)), Channels.RGB, levels);
  }

  /** As a JPEG file. */
  byte[] toJpeg() {
    return JpegWriter.write(levels, side, side, channels, QUALITY);
  }
}
