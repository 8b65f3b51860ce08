package dev.tuningfork.trainer.augment;

import java.util.random.RandomGenerator;

/**
 * The random views of a galaxy that the network sees; each is drawn again each time.
 *
 * @param rotate by any angle
 * @param flip mirrored, every second time
 * @param zoom the factor of the sky's width that is shown, between 1 / zoom and zoom; 1 for none
 * @param shift how far the galaxy moves along each axis, at most, in pixels of the network's input;
 *     0 for none
 * @param brightness what the brightness is multiplied by, between 1 / brightness and brightness; 1
 *     for none
 * @param noise the standard deviation of added noise, at most, where white is 1; 0 for none
 */
public record Augmentation(
    boolean rotate, boolean flip, double zoom, double shift, double brightness, double noise) {

  /** As the classifier shows a galaxy: for evaluation. */
  public static final Augmentation NONE = new Augmentation(false, false, 1, 0, 1, 0);

  public Augmentation {
    if (!(zoom >= 1 && zoom <= 4)) {
      throw new IllegalArgumentException("The zoom must be 1 to 4, not " + zoom + ".");
    }
    if (!(shift >= 0 && shift <= 1000)) {
      throw new IllegalArgumentException(
          "The shift must be 0 to 1000 pixels of the network's input, not " + shift + ".");
    }
    if (!(brightness >= 1 && brightness <= 10)) {
      throw new IllegalArgumentException(
          "The factor of brightness must be 1 to 10, not " + brightness + ".");
    }
    if (!(noise >= 0 && noise <= 1)) {
      throw new IllegalArgumentException(
          "The noise must be 0 to 1, where white is 1, not " + noise + ".");
    }
  }

  /** For a model's card. */
  public String describe() {
    return equals(NONE)
        ? "none"
        : "%s%szoom up to ×%s, shift up to %s pixels, brightness up to ×%s, noise up to %s"
            .formatted(
                rotate ? "rotation by any angle, " : "",
                flip ? "mirroring, " : "",
                zoom,
                shift,
                brightness,
                noise);
  }

  /** Whether any view reaches beyond the crop that the network sees. */
  boolean movesPixels() {
    return rotate || flip || zoom > 1 || shift > 0;
  }

  /** How many pixels of the input a view reaches from the crop's centre, along an axis. */
  double reach(int size) {
    return size / 2.0 * (rotate ? Math.sqrt(2) : 1) * zoom + shift;
  }

  /** One of the views; takes as many numbers from the generator whatever the ranges. */
  View draw(RandomGenerator random) {
    double angle = 2 * Math.PI * random.nextDouble();
    boolean mirrored = random.nextBoolean();
    double width = Math.pow(zoom, 2 * random.nextDouble() - 1);
    double right = shift * (2 * random.nextDouble() - 1);
    double down = shift * (2 * random.nextDouble() - 1);
    double factor = Math.pow(brightness, 2 * random.nextDouble() - 1);
    double sigma = noise * random.nextDouble();
    return new View(
        rotate ? angle : 0, flip && mirrored, width, right, down, factor, sigma, random.nextLong());
  }

  /**
   * One way to show a galaxy.
   *
   * @param angle in radians
   * @param mirrored whether left and right are exchanged
   * @param zoom how many times as much sky is shown, along an axis
   * @param right where the view's centre lies from the galaxy's, in pixels of the input
   * @param down the same, downwards
   * @param brightness a factor
   * @param noise the standard deviation of what is added
   * @param noiseSeed chooses the noise
   */
  record View(
      double angle,
      boolean mirrored,
      double zoom,
      double right,
      double down,
      double brightness,
      double noise,
      long noiseSeed) {

    static final View PLAIN = new View(0, false, 1, 0, 0, 1, 0, 0);
  }
}
