package dev.tuningfork.network;

/**
 * The numbers between two layers for one image: channels × height × width. A flat vector of n
 * numbers is n × 1 × 1.
 */
public record Volume(int channels, int height, int width) {

  public Volume {
    if (channels < 1 || height < 1 || width < 1) {
      throw new IllegalArgumentException(
          "A volume needs at least 1 × 1 × 1 numbers, not %d × %d × %d."
              .formatted(channels, height, width));
    }
  }

  /** How many numbers there are. */
  public int size() {
    return Math.multiplyExact(Math.multiplyExact(channels, height), width);
  }

  @Override
  public String toString() {
    return channels + " × " + height + " × " + width;
  }
}
