package dev.tuningfork.image;

import dev.tuningfork.file.Sha256;
import java.nio.ByteBuffer;

/**
 * The pixels of a square image as they were taken from a file, cropped and resampled but not
 * standardised: pixel by pixel, row by row from the top, the channels of a pixel side by side
 * (height × width × channel).
 *
 * <p>The numbers are not copied, so the caller must not write to them afterwards.
 */
@SuppressWarnings("ArrayRecordComponent") // made once an image, on the hot path, and never compared
public sealed interface Pixels {

  /**
   * Levels of an image that was made for the eye (JPEG, PNG).
   *
   * @param values unsigned, 0 is black and 255 white
   */
  record Levels(byte[] values) implements Pixels {
    @Override
    public int count() {
      return values.length;
    }

    @Override
    public float brightness(int index) {
      return Byte.toUnsignedInt(values[index]) / 255f;
    }

    @Override
    public Levels laid(Orientation orientation, int size) {
      int channels = values.length / (size * size);
      byte[] laid = new byte[values.length];
      orientation.move(
          size,
          (from, to) -> {
            for (int c = 0; c < channels; c++) {
              laid[to * channels + c] = values[from * channels + c];
            }
          });
      return new Levels(laid);
    }
  }

  /**
   * Brightness of an image of linear flux (FITS) that was stretched.
   *
   * @param values 0 is black and 1 white; resampling may overshoot a little
   */
  record Brightness(float[] values) implements Pixels {
    @Override
    public int count() {
      return values.length;
    }

    @Override
    public float brightness(int index) {
      return values[index];
    }

    @Override
    public Brightness laid(Orientation orientation, int size) {
      int channels = values.length / (size * size);
      float[] laid = new float[values.length];
      orientation.move(
          size,
          (from, to) -> {
            for (int c = 0; c < channels; c++) {
              laid[to * channels + c] = values[from * channels + c];
            }
          });
      return new Brightness(laid);
    }
  }

  /** How many numbers there are: height × width × channels. */
  int count();

  /** One of the numbers as brightness, of which 0 is black and 1 white. */
  float brightness(int index);

  /** One of the numbers as a level of 0 to 255, rounded where it lies between two. */
  default int level(int index) {
    return Math.round(255 * Math.clamp(brightness(index), 0f, 1f));
  }

  /** The SHA-256 of the numbers, 64 hexadecimal digits; brightness is hashed big-endian. */
  default String sha256() {
    byte[] bytes =
        switch (this) {
          case Levels(byte[] levels) -> levels;
          case Brightness(float[] brightness) -> {
            ByteBuffer buffer = ByteBuffer.allocate(Float.BYTES * brightness.length);
            buffer.asFloatBuffer().put(brightness);
            yield buffer.array();
          }
        };
    return Sha256.hex(bytes);
  }

  /**
   * The same image, laid in a way.
   *
   * @param size its height and width
   */
  Pixels laid(Orientation orientation, int size);
}
