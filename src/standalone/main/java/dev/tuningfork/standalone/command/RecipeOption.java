package dev.tuningfork.standalone.command;

import dev.tuningfork.image.Recipe;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The recipe by which pictures are made of the flux of tiles. */
final class RecipeOption {

  @Option(
      names = "--recipe",
      paramLabel = "NAME",
      description =
          "How pictures are made from the flux: sdss-gri, legacy-grz, euclid-vis, euclid-composite,"
              + " hsc-gri or asinh. Default: as the model prepares FITS cutouts.")
  private @Nullable String recipe;

  /** Refuses a recipe without tiles, and one that does not exist. */
  void check(CommandLine line, TileOptions tiles) {
    if (recipe != null && !tiles.given()) {
      throw TileOptions.needed(line, "--recipe");
    }
    try {
      chosen();
    } catch (IllegalArgumentException e) {
      throw new ParameterException(line, String.valueOf(e.getMessage()), e);
    }
  }

  /** The recipe that was chosen; null where none was. */
  @Nullable Recipe chosen() {
    return recipe == null ? null : Recipe.named(recipe);
  }
}
