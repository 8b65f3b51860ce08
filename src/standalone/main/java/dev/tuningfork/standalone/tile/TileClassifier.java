package dev.tuningfork.standalone.tile;

import dev.tuningfork.classifier.batch.Answerer;
import dev.tuningfork.classifier.message.GalaxyMorphology;
import dev.tuningfork.classifier.stream.Provenance;
import dev.tuningfork.image.ImageException;
import dev.tuningfork.image.ImageLimits;
import dev.tuningfork.image.Pixels;
import dev.tuningfork.image.PreparedImage;
import dev.tuningfork.image.Preprocessor;
import dev.tuningfork.image.QualityFlag;
import dev.tuningfork.image.Recipe;
import dev.tuningfork.image.SkyPosition;
import dev.tuningfork.model.MorphologyModel;
import dev.tuningfork.model.PredictionException;
import dev.tuningfork.standalone.tile.TileRun.Outcome;
import dev.tuningfork.tile.Cut;
import dev.tuningfork.tile.SkyCutout;
import dev.tuningfork.tile.SurveyImage;
import dev.tuningfork.tile.TileException;
import dev.tuningfork.tree.AnswerProbabilities;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Cuts galaxies out of a tile, prepares them and asks a model, a chunk at a time: from the tile's
 * pixels to the answers on one thread. Safe for use by many threads at once.
 */
public final class TileClassifier implements TileRun.Work<byte[]> {

  private final MorphologyModel model;
  private final Preprocessor preprocessor;
  private final Provenance provenance;
  private final String recipe;

  /** Whether the model learnt from pictures by another recipe, as far as it says so. */
  private final boolean otherRecipe;

  private final String catalogue;
  private final CutLimit limit;

  /**
   * @param model the caller's to close
   * @param recipe null for the model's own, or its stretch
   * @param catalogue the name of the catalogue
   */
  public TileClassifier(
      MorphologyModel model, @Nullable Recipe recipe, String catalogue, CutLimit limit) {
    this.model = model;
    this.preprocessor =
        recipe == null
            ? new Preprocessor(model.input(), ImageLimits.DEFAULT)
            : new Preprocessor(model.input(), ImageLimits.DEFAULT, recipe);
    this.provenance = Provenance.of(Answerer.of(model));
    String learnt = model.input().recipe();
    this.recipe = recipe == null ? Objects.requireNonNullElse(learnt, "model") : recipe.id();
    this.otherRecipe = recipe != null && learnt != null && !learnt.equals(recipe.id());
    this.catalogue = catalogue;
    this.limit = limit;
  }

  /** A galaxy that is cut out. */
  private record Ready(Place place, SkyCutout cutout, PreparedImage image, Instant since) {}

  /** The messages as JSON. */
  @Override
  public List<Outcome<byte[]>> on(NamedTile tile, SurveyImage image, List<Place> places) {
    List<Outcome<byte[]>> outcomes = new ArrayList<>(places.size());
    List<Ready> ready = new ArrayList<>(places.size());
    for (Place place : places) {
      try {
        ready.add(cut(image, place));
      } catch (ImageException | TileException e) {
        outcomes.add(new Outcome.Failed<>(place, String.valueOf(e.getMessage())));
      }
    }
    for (int from = 0; from < ready.size(); from += model.largestBatch()) {
      answer(
          tile,
          image,
          ready.subList(from, Math.min(ready.size(), from + model.largestBatch())),
          outcomes);
    }
    return outcomes;
  }

  private Ready cut(SurveyImage image, Place place) throws ImageException, TileException {
    Instant since = Instant.now();
    Cut cut = place.cut().cropped(model.input().crop());
    limit.check(image, cut);
    SkyCutout cutout = image.cut(cut);
    Set<QualityFlag> flags = EnumSet.noneOf(QualityFlag.class);
    flags.addAll(cutout.flags());
    if (place.suspect()) {
      flags.add(QualityFlag.SIZE_SUSPECT);
    }
    if (otherRecipe) {
      flags.add(QualityFlag.OTHER_RECIPE);
    }
    return new Ready(
        place,
        cutout,
        preprocessor.prepare(cutout.flux(), cutout.pixelScale(), cutout.centre(), flags),
        since);
  }

  /** A batch that fails is halved until the culprit is alone. */
  private void answer(
      NamedTile tile, SurveyImage image, List<Ready> batch, List<Outcome<byte[]>> outcomes) {
    List<AnswerProbabilities> answers;
    try {
      answers = model.predict(batch.stream().map(Ready::image).toList());
    } catch (PredictionException e) {
      if (batch.size() == 1) {
        outcomes.add(
            new Outcome.Failed<>(batch.getFirst().place(), String.valueOf(e.getMessage())));
        return;
      }
      answer(tile, image, batch.subList(0, batch.size() / 2), outcomes);
      answer(tile, image, batch.subList(batch.size() / 2, batch.size()), outcomes);
      return;
    }
    Instant now = Instant.now();
    for (int i = 0; i < batch.size(); i++) {
      Ready one = batch.get(i);
      outcomes.add(
          new Outcome.Done<>(one.place(), message(tile, image, one, answers.get(i), now).toJson()));
      preprocessor.recycle(one.image());
    }
  }

  private GalaxyMorphology message(
      NamedTile tile, SurveyImage image, Ready one, AnswerProbabilities answer, Instant now) {
    SkyCutout cutout = one.cutout();
    SkyPosition position = one.place().position();
    return provenance.answer(
        one.place().id(),
        Integer.toString(one.place().ordinal()),
        position,
        answer,
        one.image().flags(),
        new GalaxyMorphology.Image(
            tile.first().file().toUri().toString(),
            sha256(one.image().pixels()),
            cutout.square().side(),
            cutout.square().side(),
            image.reference().hdu(),
            cutout.pixelScale(),
            cutout.centre().ra(),
            cutout.centre().dec(),
            one.image().facts().undefined() == 0 ? null : one.image().facts().undefined(),
            new GalaxyMorphology.Cutout(
                tile.name(),
                tile.bands().entrySet().stream()
                    .map(
                        band ->
                            new GalaxyMorphology.Band(
                                band.getKey(), band.getValue().file().toUri().toString()))
                    .toList(),
                cutout.square().x(),
                cutout.square().y(),
                cutout.square().side(),
                recipe,
                cutout.missing() == 0 ? null : cutout.missing())),
        one.since(),
        now,
        new GalaxyMorphology.Source(catalogue, 0, one.place().row()));
  }

  /** Of what the network saw: a tile's own hash would need the whole tile. */
  private static String sha256(Pixels pixels) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      switch (pixels) {
        case Pixels.Levels(byte[] levels) -> digest.update(levels);
        case Pixels.Brightness(float[] brightness) -> {
          ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * brightness.length);
          bytes.asFloatBuffer().put(brightness);
          digest.update(bytes.array());
        }
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every JDK has SHA-256.", e);
    }
  }
}
