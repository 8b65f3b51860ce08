package dev.tuningfork.standalone.survey;

import dev.tuningfork.standalone.survey.Exposure.Colour;
import dev.tuningfork.standalone.survey.Exposure.Light;
import java.util.random.RandomGenerator;

/**
 * Puts on an exposure what a walk says: Sérsic bulges, exponential disks, bars, logarithmic
 * spirals, edge-on disks, rings and companions, and a field of stars and small galaxies around.
 *
 * <p>Lengths are in pixels, angles in radians. Belongs to one thread and one galaxy.
 */
final class GalaxyPainter {

  private static final Colour OLD_STARS = new Colour(1.3, 0.98, 0.68);
  private static final Colour YOUNG_STARS = new Colour(0.92, 1.0, 1.16);
  private static final double SKY_RADIUS = 150;

  private final TrueWalk walk;
  private final RandomGenerator random;
  private final SkyNoise noise;
  private final double loudness;
  private final Exposure exposure;
  private final double seeing;

  GalaxyPainter(TrueWalk walk, RandomGenerator random, SkyNoise noise, double loudness) {
    this.walk = walk;
    this.random = random;
    this.noise = noise;
    this.loudness = loudness;
    this.seeing = between(1.6, 3.4);
    this.exposure = new Exposure(seeing);
  }

  /** A cutout: the galaxy, a field around it and the sky's noise. */
  byte[] paint() {
    paintGalaxy();
    paintField();
    exposure.addNoise(noise, loudness, random);
    return exposure.toJpeg();
  }

  /** The galaxy alone, on a sky without noise. */
  Exposure paintAlone() {
    paintGalaxy();
    return exposure;
  }

  private void paintGalaxy() {
    switch (walk.answer("smooth-or-featured")) {
      case "smooth" -> paintSmooth();
      case "features-or-disk" -> {
        if (walk.is("edge-on", "yes")) {
          paintEdgeOn();
        } else {
          paintDisk();
        }
      }
      default -> paintBrightStar();
    }
    if (walk.is("odd-feature", "merger")) {
      paintCompanion();
    }
  }

  private void paintSmooth() {
    double axisRatio =
        switch (walk.answer("rounded")) {
          case "completely-round" -> between(0.93, 1);
          case "cigar-shaped" -> between(0.24, 0.36);
          default -> between(0.58, 0.76);
        };
    double sersic = axisRatio < 0.4 ? between(1.3, 2.2) : between(2.2, 4.2);
    double radius = between(17, 27) / Math.sqrt(axisRatio);
    Colour colour = OLD_STARS.towards(YOUNG_STARS, between(0, 0.45));
    exposure.add(
        rotated(angle(), elliptical(axisRatio, 2, sersic(sersic, radius, between(18, 42)))),
        colour,
        0,
        0,
        5.5 * radius);
  }

  private void paintEdgeOn() {
    double length = between(24, 36);
    double height = length * between(0.09, 0.15);
    double brightness = between(45, 95);
    double tilt = angle();
    double dust = walk.is("odd-feature", "dust-lane") ? between(0.75, 0.9) : 0;
    Light disk =
        (x, y) -> {
          double sech = 1 / Math.cosh(y / height);
          return brightness * Math.exp(-Math.abs(x) / length) * sech * sech;
        };
    Light lane = (x, y) -> 1 - dust * Math.exp(-square((y - 0.25 * height) / (0.55 * height)));
    exposure.add(
        rotated(tilt, (x, y) -> disk.at(x, y) * lane.at(x, y)),
        OLD_STARS.towards(YOUNG_STARS, between(0.2, 0.9)),
        0,
        0,
        5 * length);
    boolean boxy = walk.is("bulge-shape", "boxy");
    if (boxy || walk.is("bulge-shape", "rounded")) {
      double radius = length * between(0.2, 0.3);
      Light bulge =
          elliptical(
              boxy ? 0.7 : between(0.7, 0.9), boxy ? 4 : 2, sersic(1.6, radius, between(50, 80)));
      exposure.add(
          rotated(tilt, (x, y) -> bulge.at(x, y) * lane.at(x, y)), OLD_STARS, 0, 0, 6 * radius);
    }
  }

  private void paintDisk() {
    double scale = between(19, 27);
    double axisRatio = between(0.55, 1);
    double tilt = angle();
    double brightness = between(16, 30);
    boolean barred = walk.is("bar", "bar");
    double barLength = scale * between(1.0, 1.35);
    double barAngle = angle();
    Light arms =
        walk.is("spiral", "spiral")
            ? spiral(barred ? barLength : 0.35 * scale, barAngle)
            : (x, y) -> 1;
    double ringRadius = scale * between(1.9, 2.5);
    double ring = walk.is("odd-feature", "ring") ? between(1.1, 1.8) : 0;
    double ringWidth = 0.16 * ringRadius;
    Light disk =
        (x, y) -> {
          double r = radius(x, y);
          if (r > 5.2 * scale) {
            return 0;
          }
          double edge = 1 / (1 + Math.exp((r - 4.2 * scale) / (0.35 * scale)));
          double annulus = ring * Math.exp(-square((r - ringRadius) / ringWidth));
          double exponential = brightness * Math.exp(-r / scale) * edge;
          return exponential * arms.at(x, y) + 0.35 * brightness * annulus;
        };
    Colour diskColour = OLD_STARS.towards(YOUNG_STARS, between(0.4, 1));
    exposure.add(rotated(tilt, flattened(axisRatio, disk)), diskColour, 0, 0, 5 * scale);
    if (barred) {
      double barBrightness = brightness * between(1.3, 1.8);
      Light bar =
          elliptical(
              between(0.2, 0.28),
              3,
              r -> barBrightness / (1 + Math.exp((r / barLength - 0.85) * 9)));
      exposure.add(
          rotated(tilt, flattened(axisRatio, rotated(barAngle, bar))),
          OLD_STARS.towards(diskColour, 0.2),
          0,
          0,
          2 * barLength);
    }
    paintBulge(scale, axisRatio, tilt, brightness);
  }

  private void paintBulge(double scale, double axisRatio, double tilt, double brightness) {
    double bulge =
        switch (walk.answer("bulge-prominence")) {
          case "no-bulge" -> 0;
          case "just-noticeable" -> 0.22;
          case "obvious" -> 0.42;
          default -> 0.8;
        };
    if (bulge > 0) {
      double radius = scale * bulge * between(0.85, 1.15);
      exposure.add(
          rotated(
              tilt,
              elliptical(
                  Math.max(axisRatio, 0.8), 2, sersic(2, radius, brightness * between(1.3, 2)))),
          OLD_STARS,
          0,
          0,
          6 * radius);
    }
  }

  /**
   * Brightens a disk along logarithmic spirals and dims it between them.
   *
   * @param start the radius where the arms begin
   * @param phase the angle at which they begin there: with a bar, its end
   */
  private Light spiral(double start, double phase) {
    double pitch =
        Math.toRadians(
            switch (walk.answer("arms-winding")) {
              case "tight" -> between(8, 11);
              case "loose" -> between(28, 36);
              default -> between(15, 21);
            });
    double winding = (random.nextBoolean() ? 1 : -1) / Math.tan(pitch);
    boolean flocculent = walk.is("arms-number", "cant-tell");
    int arms =
        switch (walk.answer("arms-number")) {
          case "1" -> 1;
          case "3" -> 3;
          case "4" -> 4;
          case "more-than-4" -> 5 + random.nextInt(2);
          default -> 2;
        };
    double contrast = flocculent ? between(0.25, 0.4) : between(0.6, 0.85);
    double patchiness = flocculent ? 0.9 : 0.5;
    double grainX = random.nextDouble() * 1000;
    double grainY = random.nextDouble() * 1000;
    return (x, y) -> {
      double r = Math.max(1, radius(x, y));
      double turn = Math.log(r / start) * winding;
      double theta = Math.atan2(y, x) - phase - turn;
      double crest = 0.5 + 0.5 * Math.cos(arms * theta);
      // grains follow the arms; they are drawn out along them as rotation shears them
      double grain =
          0.5
                  * noise.at(
                      grainX + 9 * Math.cos(theta), grainY + 9 * Math.sin(theta) + 3 * Math.log(r))
              + 0.5 * noise.at(grainX + x * 0.16, grainY + y * 0.16);
      double inside = 1 / (1 + Math.exp((start - r) / (0.12 * start)));
      double relative = (1 - contrast) + contrast * 2.4 * crest * crest * crest;
      double structure = relative * Math.max(0.15, 1 + patchiness * grain);
      // arms outshine the exponential disk ever more outwards, where real ones are still seen
      return 1 + inside * (structure * (0.8 + 0.22 * r / start) - 1);
    };
  }

  /** A second galaxy that touches the first, and a tail that the tides drew out. */
  private void paintCompanion() {
    double direction = angle();
    double distance = between(34, 50);
    double x = distance * Math.cos(direction);
    double y = distance * Math.sin(direction);
    double radius = between(8, 13);
    Colour colour = OLD_STARS.towards(YOUNG_STARS, between(0.2, 0.9));
    exposure.add(
        rotated(angle(), elliptical(between(0.6, 0.95), 2, sersic(1.5, radius, between(30, 60)))),
        colour,
        x,
        y,
        6 * radius);
    double tailRadius = between(45, 60);
    Light tail =
        (u, v) -> {
          double r = radius(u, v);
          double along = Math.IEEEremainder(Math.atan2(v, u) - direction - 1.2, 2 * Math.PI);
          double ridge = tailRadius * (1 + 0.35 * along);
          return 9 * Math.exp(-square((r - ridge) / 7)) * Math.exp(-square(along / 0.9));
        };
    exposure.add(tail, YOUNG_STARS.towards(OLD_STARS, 0.4), 0, 0, 120);
  }

  private void paintBrightStar() {
    double spikes = between(0, Math.PI / 2);
    double brightness = between(2_000, 9_000);
    Light glow = (x, y) -> 0.012 * brightness * Math.exp(-radius(x, y) / 26);
    Light cross =
        rotated(
            spikes,
            (x, y) ->
                0.02 * brightness * Math.exp(-Math.abs(x) / 45) / (1 + square(y / 1.2))
                    + 0.02 * brightness * Math.exp(-Math.abs(y) / 45) / (1 + square(x / 1.2)));
    exposure.add(glow, new Colour(1.9, 0.45, 0.75), 0, 0, 150);
    exposure.add(cross, new Colour(1.2, 0.9, 0.9), 0, 0, 170);
    exposure.addStar(brightness, new Colour(1, 1, 1.05), 0, 0);
  }

  private void paintField() {
    int stars = 4 + random.nextInt(12);
    for (int i = 0; i < stars; i++) {
      double brightness = 4 / Math.pow(random.nextDouble() + 0.004, 0.9);
      Colour colour = OLD_STARS.towards(YOUNG_STARS, between(-0.8, 1.3));
      double x = between(-0.5, 0.5) * Exposure.SIZE;
      double y = between(-0.5, 0.5) * Exposure.SIZE;
      // a star upon the galaxy would make its truth a matter of opinion
      if (radius(x, y) > 90) {
        exposure.addStar(brightness, colour, x, y);
      }
    }
    int galaxies = random.nextInt(4);
    for (int i = 0; i < galaxies; i++) {
      double direction = angle();
      double distance = between(110, SKY_RADIUS + 60);
      double radius = between(3, 7);
      exposure.add(
          rotated(angle(), elliptical(between(0.3, 1), 2, sersic(1.2, radius, between(5, 18)))),
          OLD_STARS.towards(YOUNG_STARS, between(-0.3, 1)),
          distance * Math.cos(direction),
          distance * Math.sin(direction),
          5 * radius);
    }
  }

  @FunctionalInterface
  private interface Profile {
    double at(double radius);
  }

  /**
   * Sérsic's profile (1963), with b of Ciotti and Bertin (1999), its cusp softened by a pixel's
   * size. It is worked out once for every quarter of a pixel, and is nothing beyond the image.
   */
  private static Profile sersic(double index, double effectiveRadius, double atEffectiveRadius) {
    double b = 2 * index - 1.0 / 3 + 4 / (405 * index);
    float[] table = new float[4 * Exposure.SIZE];
    for (int i = 0; i < table.length; i++) {
      double r = i / 4.0;
      table[i] =
          (float)
              (atEffectiveRadius
                  * Math.exp(
                      -b * (Math.pow(Math.sqrt(r * r + 0.5) / effectiveRadius, 1 / index) - 1)));
    }
    return r -> 4 * r < table.length ? table[(int) (4 * r)] : 0;
  }

  /** Isophotes |x|ᵉ + |y/q|ᵉ = rᵉ: ellipses for an exponent of 2, boxes above. */
  private static Light elliptical(double axisRatio, double exponent, Profile profile) {
    if (exponent == 2) {
      return (x, y) -> profile.at(radius(x, y / axisRatio));
    }
    return (x, y) ->
        profile.at(
            Math.pow(
                Math.pow(Math.abs(x), exponent) + Math.pow(Math.abs(y / axisRatio), exponent),
                1 / exponent));
  }

  /** A thin disk seen at an inclination whose cosine is {@code axisRatio}. */
  private static Light flattened(double axisRatio, Light light) {
    return (x, y) -> light.at(x, y / axisRatio);
  }

  private static Light rotated(double angle, Light light) {
    double cos = Math.cos(angle);
    double sin = Math.sin(angle);
    return (x, y) -> light.at(x * cos + y * sin, y * cos - x * sin);
  }

  /** Math.hypot guards against overflow, at ten times the cost. */
  private static double radius(double x, double y) {
    return Math.sqrt(x * x + y * y);
  }

  private static double square(double x) {
    return x * x;
  }

  private double between(double least, double most) {
    return least + (most - least) * random.nextDouble();
  }

  private double angle() {
    return between(0, 2 * Math.PI);
  }
}
