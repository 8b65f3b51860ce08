package dev.tuningfork.image;

import com.fasterxml.jackson.annotation.JsonCreator;

/** What a network sees of an image. */
public enum Channels {
  /** One plane: the luma of ITU-R BT.601, 0.299 R + 0.587 G + 0.114 B, which is a JPEG's Y. */
  LUMINANCE(1),
  /** Three planes: red, green, blue. */
  RGB(3);

  private final int count;

  Channels(int count) {
    this.count = count;
  }

  /** The number of planes. */
  public int count() {
    return count;
  }

  /** As many planes, of one that is grey or of three: red, green and blue. */
  float[] of(float[] shown, int plane) {
    if (shown.length == count * plane) {
      return shown;
    }
    return switch (this) {
      case LUMINANCE -> Luma.of(shown, plane);
      case RGB -> {
        float[] rgb = new float[3 * plane];
        for (int at = 0; at < rgb.length; at += plane) {
          System.arraycopy(shown, 0, rgb, at, plane);
        }
        yield rgb;
      }
    };
  }

  @JsonCreator
  static Channels fromJson(String name) {
    for (Channels known : values()) {
      if (known.name().equalsIgnoreCase(name)) {
        return known;
      }
    }
    throw new IllegalArgumentException(
        "\"" + name + "\" is not a kind of channels: LUMINANCE and RGB are known.");
  }
}
