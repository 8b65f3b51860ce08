package dev.tuningfork.image;

import java.util.List;
import java.util.Set;

/**
 * A square part of an image, decoded and not yet stretched or resampled.
 *
 * @param side its width and height in pixels
 * @param light what the values mean
 * @param values planes × side × side numbers, plane by plane, row by row from the top; all finite;
 *     not copied
 * @param flags what was noticed while decoding
 * @param undefined the share of pixels that were undefined and have been filled, 0 to 1
 */
@SuppressWarnings("ArrayRecordComponent") // made once an image, on the hot path, and never compared
public record Cutout(
    int side, Light light, float[] values, Set<QualityFlag> flags, double undefined) {

  /** What the values of a cutout mean. */
  public sealed interface Light {

    /** The number of planes. */
    int planes();
  }

  /**
   * Brightness of 0..1 that was made for the eye, stretched already.
   *
   * @param channels the planes
   */
  public record Display(Channels channels) implements Light {
    @Override
    public int planes() {
      return channels.count();
    }
  }

  /**
   * Linear flux above the sky, in the image's own unit.
   *
   * @param bands the planes, from blue to red
   */
  public record Flux(List<Band> bands) implements Light {
    public Flux {
      bands = List.copyOf(bands);
    }

    @Override
    public int planes() {
      return bands.size();
    }
  }

  /**
   * One plane of linear flux.
   *
   * @param name such as {@code g}, or empty where it is not known
   * @param noise the standard deviation of the sky, in the plane's unit; 0 where there is none
   * @param sky the level that was subtracted, in the plane's unit
   */
  public record Band(String name, double noise, double sky) {

    /** Of flux from which nothing was subtracted. */
    public Band(String name, double noise) {
      this(name, noise, 0);
    }
  }

  public Cutout {
    if (values.length != light.planes() * side * side) {
      throw new IllegalArgumentException(
          "%d planes of %d×%d are not %d values."
              .formatted(light.planes(), side, side, values.length));
    }
    flags = Set.copyOf(flags);
  }
}
