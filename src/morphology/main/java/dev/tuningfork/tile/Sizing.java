package dev.tuningfork.tile;

import dev.tuningfork.catalogue.CatalogueRow;
import dev.tuningfork.catalogue.Extent;
import dev.tuningfork.image.Recipe;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How wide a galaxy is cut out: one angle for all, or what the catalogue says is the width, or its
 * radii as the recipe says, or its radius times a factor.
 *
 * @param all arcseconds, for all galaxies
 * @param factor what a radius is multiplied by where no recipe says it, or a width
 * @param recipe null where the model prepares pictures by itself
 */
public record Sizing(OptionalDouble all, OptionalDouble factor, @Nullable Recipe recipe) {

  /** Galaxy Zoo 2's pictures are so many petroR90 wide (Willett et al. 2013). */
  private static final double GALAXY_ZOO_2 = 8.48;

  /** The side of a square, and whether the size is one of a failed fit. */
  public record Sized(Cut.Side side, boolean suspect) {}

  /** The names that the recipe has for radii. */
  public List<String> radii() {
    return recipe == null || recipe.size() == null
        ? List.of("petror90_r")
        : recipe.size().factors().keySet().stream().sorted().toList();
  }

  /**
   * What is missing to know how wide galaxies are cut.
   *
   * @param radii what the catalogue's columns of radii are used for
   * @param widths whether the catalogue says how wide a cutout is
   * @param option what a user gives one size for all with
   * @return a sentence; empty where nothing is missing
   */
  public Optional<String> lacking(Set<String> radii, boolean widths, String option) {
    if (all.isPresent() || widths) {
      return Optional.empty();
    }
    boolean general = radii.contains("radius");
    if (recipe == null || recipe.size() == null) {
      return general || radii.contains("petror90_r")
          ? Optional.empty()
          : Optional.of(
              "The catalogue has no sizes: name a column with --columns radius=…, or give one size"
                  + " for all with "
                  + option
                  + " ARCSEC.");
    }
    Set<String> wanted = recipe.size().factors().keySet();
    boolean enough =
        (general && (factor.isPresent() || wanted.size() == 1))
            || wanted.stream().anyMatch(radii::contains);
    return enough
        ? Optional.empty()
        : Optional.of(
            "The recipe %s cuts by %s, which the catalogue does not have: name the column with --columns %s=…, or a radius and how many of it a cutout is wide with --columns radius=… --size-factor N, or give one size for all with %s ARCSEC."
                .formatted(
                    recipe.name(), String.join(" and ", wanted), wanted.iterator().next(), option));
  }

  /**
   * The side for a galaxy.
   *
   * @param scale arcseconds a pixel at its position, for sizes in the other unit
   * @return empty where nothing says how large the galaxy is
   */
  public Optional<Sized> of(CatalogueRow.Galaxy galaxy, DoubleSupplier scale) {
    if (all.isPresent()) {
      return Optional.of(new Sized(new Cut.Side.Arcseconds(all.getAsDouble()), false));
    }
    if (galaxy.width().isPresent()) {
      return Optional.of(new Sized(side(galaxy.width().get()).times(factor.orElse(1)), false));
    }
    Extent general = galaxy.radii().get("radius");
    if (recipe == null || recipe.size() == null) {
      Extent radius = general == null ? galaxy.radii().get("petror90_r") : general;
      return Optional.ofNullable(radius)
          .map(known -> new Sized(side(known).times(factor.orElse(GALAXY_ZOO_2)), false));
    }
    if (general != null && factor.isPresent()) {
      return Optional.of(new Sized(side(general).times(factor.getAsDouble()), false));
    }
    return byRecipe(recipe.size(), galaxy.radii(), general, scale);
  }

  private static Optional<Sized> byRecipe(
      Recipe.Size size, Map<String, Extent> radii, @Nullable Extent general, DoubleSupplier scale) {
    Map<String, Double> known = new HashMap<>();
    for (String name : size.factors().keySet()) {
      Extent radius = radii.get(name);
      if (radius == null && size.factors().size() == 1) {
        radius = general;
      }
      if (radius != null) {
        known.put(name, inUnit(radius, size.pixels(), scale));
      }
    }
    return size.of(known)
        .map(
            sized ->
                new Sized(
                    size.pixels()
                        ? new Cut.Side.Pixels(sized.side())
                        : new Cut.Side.Arcseconds(sized.side()),
                    sized.suspect()));
  }

  private static double inUnit(Extent extent, boolean pixels, DoubleSupplier scale) {
    boolean isPixels = extent.unit() == Extent.Unit.PIXELS;
    if (isPixels == pixels) {
      return extent.value();
    }
    return pixels ? extent.value() / scale.getAsDouble() : extent.value() * scale.getAsDouble();
  }

  private static Cut.Side side(Extent extent) {
    return switch (extent.unit()) {
      case ARCSECONDS -> new Cut.Side.Arcseconds(extent.value());
      case PIXELS -> new Cut.Side.Pixels(extent.value());
    };
  }
}
