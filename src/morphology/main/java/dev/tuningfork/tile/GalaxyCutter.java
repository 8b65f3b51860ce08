package dev.tuningfork.tile;

import dev.tuningfork.image.ImageException;
import dev.tuningfork.image.ImageFacts;
import dev.tuningfork.image.ImageLimits;
import dev.tuningfork.image.InputSpec;
import dev.tuningfork.image.PreparedImage;
import dev.tuningfork.image.Preprocessor;
import dev.tuningfork.image.QualityFlag;
import dev.tuningfork.image.Recipe;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Cuts galaxies out of survey images, as much of each as a model looks at, and prepares them for
 * it. Thread-safe.
 */
public final class GalaxyCutter {

  private final Preprocessor preprocessor;
  private final @Nullable Recipe chosen;
  private final String recipe;

  /** Whether the model learnt from pictures by another recipe, as far as it says so. */
  private final boolean otherRecipe;

  private final CutLimit limit;

  /**
   * @param input what the model takes
   * @param recipe null for the model's own, or its stretch
   */
  public GalaxyCutter(InputSpec input, @Nullable Recipe recipe, CutLimit limit) {
    this.preprocessor = new Preprocessor(input, ImageLimits.DEFAULT, recipe);
    this.chosen = recipe;
    String learnt = input.recipe();
    this.recipe = recipe == null ? Objects.requireNonNullElse(learnt, "model") : recipe.id();
    this.otherRecipe = recipe != null && learnt != null && !learnt.equals(recipe.id());
    this.limit = limit;
  }

  /** The same for a model that takes another input. */
  public GalaxyCutter of(InputSpec input) {
    return new GalaxyCutter(input, chosen, limit);
  }

  /** A galaxy that was cut out. */
  public record CutGalaxy(SkyCutout cutout, PreparedImage image) {}

  /** The identifier of the recipe; {@code model} for the model's own stretch. */
  public String recipe() {
    return recipe;
  }

  /**
   * Cuts a galaxy out.
   *
   * @param cut the square that shows it
   * @param sizeSuspect whether the catalogue's size is one of a failed fit
   * @throws ImageException if the galaxy is off the image, too much is missing, or the square is
   *     too large
   * @throws TileException if a file is damaged or has changed
   */
  public CutGalaxy cut(SurveyImage image, Cut cut, boolean sizeSuspect)
      throws ImageException, TileException {
    Cut shown = cut.cropped(preprocessor.spec().crop());
    limit.check(image, shown);
    SkyCutout cutout = image.cut(shown);
    Set<QualityFlag> flags = EnumSet.noneOf(QualityFlag.class);
    flags.addAll(cutout.flags());
    if (sizeSuspect) {
      flags.add(QualityFlag.SIZE_SUSPECT);
    }
    if (otherRecipe) {
      flags.add(QualityFlag.OTHER_RECIPE);
    }
    PreparedImage prepared =
        preprocessor.prepare(cutout.flux(), cutout.pixelScale(), cutout.centre(), flags);
    ImageFacts facts = prepared.facts();
    return new CutGalaxy(
        cutout,
        new PreparedImage(
            prepared.pixels(),
            prepared.width(),
            prepared.height(),
            prepared.flags(),
            new ImageFacts(
                image.reference().hdu(), facts.pixelScale(), facts.centre(), facts.undefined())));
  }

  /** Takes the memory of an image back that nobody will look at again. */
  public void recycle(PreparedImage image) {
    preprocessor.recycle(image);
  }
}
