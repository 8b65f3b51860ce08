package dev.tuningfork.image;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tuningfork.file.Sha256;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How an image becomes the input of a network: crop, stretch (images of linear flux only),
 * resample, standardise, in this order. It belongs to a model and travels in its bundle, so that
 * training and classifying prepare images alike.
 *
 * @param channels what the network sees
 * @param size the side of the square input, in pixels
 * @param crop which part of the image is taken
 * @param resampling how the crop is brought to {@code size}
 * @param stretch how linear flux (FITS) becomes brightness; images that were made for the eye
 *     (JPEG, PNG) are stretched already
 * @param mean for each channel, what is subtracted from a brightness of 0..1
 * @param std for each channel, what the difference is then divided by
 * @param recipe the {@linkplain Recipe#id id} of the recipe that makes pictures from linear flux in
 *     place of the stretch; null, and absent in JSON, for none
 */
public record InputSpec(
    Channels channels,
    int size,
    Crop crop,
    Resampling resampling,
    Stretch stretch,
    List<Double> mean,
    List<Double> std,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String recipe) {

  private static final int LARGEST_SIZE = 4096;

  public InputSpec {
    if (size < 1 || size > LARGEST_SIZE) {
      throw new IllegalArgumentException(
          "The input of a network must be 1 to "
              + LARGEST_SIZE
              + " pixels wide, not "
              + size
              + ".");
    }
    mean = List.copyOf(mean);
    std = List.copyOf(std);
    if (mean.size() != channels.count() || std.size() != channels.count()) {
      throw new IllegalArgumentException(
          "%s needs %d means and as many standard deviations, not %d and %d."
              .formatted(channels, channels.count(), mean.size(), std.size()));
    }
    if (!mean.stream().allMatch(Double::isFinite)
        || !std.stream().allMatch(s -> s > 0 && Double.isFinite(s))) {
      throw new IllegalArgumentException(
          "Means must be numbers and standard deviations positive numbers, not "
              + mean
              + " and "
              + std
              + ".");
    }
    if (recipe != null) {
      recipe = Recipe.named(recipe).id();
    }
  }

  /**
   * The input of the article's networks: luminance of 0..1, the central 169×169 of a 424×424 image
   * without resampling, and the same part of images of other sizes.
   */
  public static InputSpec article() {
    return new InputSpec(
        Channels.LUMINANCE,
        169,
        new Crop.Fraction(169.0 / 424.0),
        Resampling.BILINEAR,
        Stretch.DEFAULT,
        List.of(0.0),
        List.of(1.0),
        null);
  }

  /** The same with other channels, neither shifted nor scaled. */
  public InputSpec withChannels(Channels other) {
    return new InputSpec(
        other,
        size,
        crop,
        resampling,
        stretch,
        Collections.nCopies(other.count(), 0.0),
        Collections.nCopies(other.count(), 1.0),
        recipe);
  }

  /**
   * The same with pictures that a recipe makes from linear flux.
   *
   * @param other null for the stretch
   */
  public InputSpec withRecipe(@Nullable Recipe other) {
    return new InputSpec(
        channels, size, crop, resampling, stretch, mean, std, other == null ? null : other.id());
  }

  /** The same at another size of the network's input. */
  public InputSpec withSize(int other) {
    return new InputSpec(channels, other, crop, resampling, stretch, mean, std, recipe);
  }

  /** The same of another part of the image. */
  public InputSpec withCrop(Crop other) {
    return new InputSpec(channels, size, other, resampling, stretch, mean, std, recipe);
  }

  /** The same with another standardisation: a mean and a standard deviation for each channel. */
  public InputSpec withStandardisation(List<Double> otherMean, List<Double> otherStd) {
    return new InputSpec(channels, size, crop, resampling, stretch, otherMean, otherStd, recipe);
  }

  /** The number of values in a prepared image: channels × size × size. */
  public int valueCount() {
    return channels.count() * size * size;
  }

  /**
   * What the network computes with: standardised, and planar (channel by channel, row by row from
   * the top).
   *
   * @param pixels {@link #valueCount()} numbers
   * @return a new array of as many
   */
  public float[] standardised(Pixels pixels) {
    int plane = size * size;
    float[] planes = new float[valueCount()];
    for (int channel = 0; channel < channels.count(); channel++) {
      float shift = mean.get(channel).floatValue();
      float factor = (float) (1 / std.get(channel));
      for (int i = 0; i < plane; i++) {
        float brightness = pixels.brightness(i * channels.count() + channel);
        planes[channel * plane + i] = (brightness - shift) * factor;
      }
    }
    return planes;
  }

  /**
   * A short identifier of this preprocessing, such as {@code luminance-169-1b2c3d4e}: equal for
   * equal specifications, on every machine, and otherwise different but for chance.
   */
  public String id() {
    try {
      String hash = Sha256.abbreviated(new ObjectMapper().writeValueAsString(this));
      return channels.name().toLowerCase(Locale.ROOT) + "-" + size + "-" + hash;
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("A record of numbers is JSON.", e);
    }
  }
}
