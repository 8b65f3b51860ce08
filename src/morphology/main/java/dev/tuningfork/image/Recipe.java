package dev.tuningfork.image;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How a survey makes pictures of galaxies from linear flux: which bands, which tone and how wide.
 * Recipes are data; {@link #id} changes with each of their numbers.
 *
 * @param name such as {@code legacy-grz}
 * @param version 1, 2, …
 * @param source where the numbers are published
 * @param bands the bands in the order of the tone: red, green and blue, unless the tone says how
 *     they are mixed; empty for any one to three bands
 * @param tone how flux becomes levels
 * @param size how wide a cutout is; null where the catalogue must say
 */
public record Recipe(
    String name, int version, String source, List<String> bands, Tone tone, @Nullable Size size) {

  /**
   * How wide a cutout is: the smallest of some radii times their factors, or a least side.
   *
   * @param factors by the usual name of a catalogue's column, in lower case
   * @param pixels whether the radii are in pixels rather than arcseconds
   * @param least the smallest side, in the same unit
   * @param suspects radii that the catalogue gives where its fit has failed
   * @param tolerance how near to a suspect a radius is suspect
   */
  public record Size(
      Map<String, Double> factors,
      boolean pixels,
      double least,
      List<Double> suspects,
      double tolerance) {

    public Size {
      factors = Map.copyOf(factors);
      suspects = List.copyOf(suspects);
    }

    /** The side that some radii make; empty where no radius is a positive number. */
    public Optional<Sized> of(Map<String, Double> radii) {
      throw new UnsupportedOperationException();
    }
  }

  /**
   * The side of a cutout.
   *
   * @param side in arcseconds or pixels
   * @param suspect whether a radius is one of a failed fit
   */
  public record Sized(double side, boolean suspect) {}

  public Recipe {
    bands = List.copyOf(bands);
  }

  /** All recipes that are built in. */
  public static List<Recipe> all() {
    throw new UnsupportedOperationException();
  }

  /**
   * A recipe that is built in.
   *
   * @throws IllegalArgumentException with the known names, if there is none of this name
   */
  public static Recipe named(String name) {
    throw new UnsupportedOperationException();
  }

  /** Name, version and the beginning of a SHA-256 of the numbers: {@code legacy-grz-1-0a1b2c3d}. */
  public String id() {
    throw new UnsupportedOperationException();
  }

  /**
   * Which of an image's bands the recipe shows, in its order.
   *
   * @param available names of bands; case, an instrument's name before it ({@code HSC-G}) and a
   *     system's name ({@code sdss_r}) do not matter
   * @return indices into these
   * @throws ImageException if one is missing, which it names
   */
  public List<Integer> choose(List<String> available) throws ImageException {
    throw new UnsupportedOperationException();
  }

  /**
   * Makes the picture.
   *
   * @param flux already at the picture's size; undefined pixels are shown as flux 0
   * @param channels what the picture has; grey is the luma of the colours
   */
  public Pixels.Levels picture(LinearFlux flux, Channels channels) throws ImageException {
    throw new UnsupportedOperationException();
  }
}
