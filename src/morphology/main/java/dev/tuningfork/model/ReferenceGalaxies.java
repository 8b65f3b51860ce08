package dev.tuningfork.model;

import dev.tuningfork.image.Channels;
import dev.tuningfork.image.InputSpec;
import dev.tuningfork.image.Pixels;
import dev.tuningfork.image.PreparedImage;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * A handful of galaxies that are drawn, so that a bundle can show what its model says about them
 * without passing on anybody's images: round, with two spiral arms, barred, and edge-on.
 */
final class ReferenceGalaxies {

  /**
   * One of them; lengths in shares of the image's side.
   *
   * @param radius in which its disk fades by e
   * @param axisRatio of its short axis to the long one
   * @param bulge its bulge's brightness over that of the disk
   * @param arms how much the spiral arms stand out, 0 to 1
   * @param bar how much the bar stands out, 0 to 1
   * @param angle of the long axis, in radians
   */
  private record Galaxy(
      double radius, double axisRatio, double bulge, double arms, double bar, double angle) {

    private static final double BULGE = 0.04;
    private static final double WINDING = 3.5;

    /** Of 0 to about 1, at a place counted from the centre. */
    double brightness(double x, double y) {
      double along = Math.cos(angle) * x + Math.sin(angle) * y;
      double across = (Math.cos(angle) * y - Math.sin(angle) * x) / axisRatio;
      double r = Math.hypot(along, across);
      double turn = Math.atan2(across, along) - WINDING * Math.log(r + BULGE);
      double disk = Math.exp(-r / radius) * (1 + arms * Math.cos(2 * turn));
      double core = bulge * Math.exp(-r / BULGE);
      double barred = bar * Math.exp(-Math.pow(along / radius, 4) - Math.pow(across / BULGE, 2));
      return (disk + core + barred) / (1 + arms + bulge + bar);
    }
  }

  private static final List<Galaxy> GALAXIES =
      List.of(
          new Galaxy(0.10, 0.9, 1, 0, 0, 0.3),
          new Galaxy(0.16, 0.8, 0.5, 0.9, 0, 1.2),
          new Galaxy(0.18, 0.7, 0.3, 0.5, 1, 2.1),
          new Galaxy(0.20, 0.15, 0.5, 0, 0, 0.8));

  /** Bulges are redder than disks, and so is everything here towards the first channel. */
  private static final double[] TINT = {1, 0.9, 0.75};

  private static final double SKY = 12;
  private static final double NOISE = 4;
  private static final double LIGHT = 220;

  private ReferenceGalaxies() {}

  /** As a model of this input takes them: levels. */
  static List<PreparedImage> draw(InputSpec input) {
    SplittableRandom random = new SplittableRandom(1);
    return GALAXIES.stream()
        .map(galaxy -> draw(galaxy, input, random))
        .map(levels -> new PreparedImage(levels, input.size(), input.size(), Set.of()))
        .toList();
  }

  private static Pixels draw(Galaxy galaxy, InputSpec input, SplittableRandom random) {
    int size = input.size();
    int channels = input.channels().count();
    byte[] levels = new byte[input.valueCount()];
    for (int i = 0; i < levels.length; i++) {
      int column = i / channels % size;
      int row = i / channels / size;
      double x = (column + 0.5) / size - 0.5;
      double y = (row + 0.5) / size - 0.5;
      double tint = input.channels() == Channels.RGB ? TINT[i % channels] : 1;
      double level = SKY + LIGHT * tint * galaxy.brightness(x, y) + NOISE * random.nextGaussian();
      levels[i] = (byte) Math.round(Math.clamp(level, 0, 255));
    }
    return new Pixels.Levels(levels);
  }
}
