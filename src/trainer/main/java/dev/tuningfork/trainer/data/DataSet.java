package dev.tuningfork.trainer.data;

import dev.tuningfork.image.Crop;
import dev.tuningfork.image.InputSpec;
import java.util.OptionalInt;

/**
 * A source of galaxies and its role in training.
 *
 * @param source where they come from
 * @param weight how often a galaxy is drawn in an epoch, on average: 1 is once, 0.5 in every other
 *     epoch
 * @param judged whether a share of the galaxies is held out to judge the model on; a choice of
 *     galaxies that is biased is not
 * @param cropPixels how many central pixels of an image the network sees, where the images were
 *     trimmed and the model's share of an image would mean another part of the sky
 */
public record DataSet(GalaxySource source, double weight, boolean judged, OptionalInt cropPixels) {

  /** A model's way to prepare images, for images that may be trimmed. */
  public static InputSpec cropped(InputSpec input, OptionalInt cropPixels) {
    return cropPixels.isPresent() ? input.withCrop(new Crop.Pixels(cropPixels.getAsInt())) : input;
  }

  public DataSet {
    if (!(weight > 0 && weight <= 1000)) {
      throw new IllegalArgumentException(
          "A data set's weight must be above 0 and at most 1000, not %s (%s)."
              .formatted(weight, source.describe()));
    }
    if (cropPixels.isPresent() && cropPixels.getAsInt() < 1) {
      throw new IllegalArgumentException(
          "A crop must be 1 pixel or more, not %d (%s)."
              .formatted(cropPixels.getAsInt(), source.describe()));
    }
  }
}
