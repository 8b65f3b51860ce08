package dev.tuningfork.standalone.tile;

import dev.tuningfork.classifier.batch.Answerer;
import dev.tuningfork.classifier.message.GalaxyMorphology;
import dev.tuningfork.classifier.stream.Provenance;
import dev.tuningfork.image.ImageException;
import dev.tuningfork.image.PreparedImage;
import dev.tuningfork.image.Recipe;
import dev.tuningfork.model.MorphologyModel;
import dev.tuningfork.model.PredictionException;
import dev.tuningfork.standalone.tile.TileRun.Outcome;
import dev.tuningfork.tile.CutLimit;
import dev.tuningfork.tile.GalaxyCutter;
import dev.tuningfork.tile.GalaxyCutter.CutGalaxy;
import dev.tuningfork.tile.SkyCutout;
import dev.tuningfork.tile.SurveyImage;
import dev.tuningfork.tile.TileException;
import dev.tuningfork.tree.AnswerProbabilities;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Cuts galaxies out of a tile, prepares them and asks a model, a chunk at a time: from the tile's
 * pixels to the answers on one thread. Safe for use by many threads at once.
 */
public final class TileClassifier implements TileRun.Work<byte[]> {

  private final MorphologyModel model;
  private final GalaxyCutter cutter;
  private final Provenance provenance;
  private final String catalogue;

  /**
   * @param model the caller's to close
   * @param recipe null for the model's own, or its stretch
   * @param catalogue the name of the catalogue
   */
  public TileClassifier(
      MorphologyModel model, @Nullable Recipe recipe, String catalogue, CutLimit limit) {
    this.model = model;
    this.cutter = new GalaxyCutter(model.input(), recipe, limit);
    this.provenance = Provenance.of(Answerer.of(model));
    this.catalogue = catalogue;
  }

  /** A galaxy that is cut out. */
  private record Ready(Place place, CutGalaxy cut, Instant since) {}

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
    Shown shown = Shown.of(tile);
    for (int from = 0; from < ready.size(); from += model.largestBatch()) {
      answer(
          shown,
          ready.subList(from, Math.min(ready.size(), from + model.largestBatch())),
          outcomes);
    }
    return outcomes;
  }

  /** A tile as messages name it; to find out a file's URI, the JVM looks at the file. */
  private record Shown(String name, List<GalaxyMorphology.Band> bands) {
    static Shown of(NamedTile tile) {
      return new Shown(
          tile.name(),
          tile.bands().entrySet().stream()
              .map(
                  band ->
                      new GalaxyMorphology.Band(
                          band.getKey(), band.getValue().file().toUri().toString()))
              .toList());
    }
  }

  private Ready cut(SurveyImage image, Place place) throws ImageException, TileException {
    Instant since = Instant.now();
    return new Ready(place, cutter.cut(image, place.cut(), place.suspect()), since);
  }

  /** A batch that fails is halved until the culprit is alone. */
  private void answer(Shown tile, List<Ready> batch, List<Outcome<byte[]>> outcomes) {
    List<AnswerProbabilities> answers;
    try {
      answers = model.predict(batch.stream().map(one -> one.cut().image()).toList());
    } catch (PredictionException e) {
      if (batch.size() == 1) {
        outcomes.add(
            new Outcome.Failed<>(batch.getFirst().place(), String.valueOf(e.getMessage())));
        return;
      }
      answer(tile, batch.subList(0, batch.size() / 2), outcomes);
      answer(tile, batch.subList(batch.size() / 2, batch.size()), outcomes);
      return;
    }
    Instant now = Instant.now();
    for (int i = 0; i < batch.size(); i++) {
      Ready one = batch.get(i);
      outcomes.add(
          new Outcome.Done<>(one.place(), message(tile, one, answers.get(i), now).toJson()));
      cutter.recycle(one.cut().image());
    }
  }

  private GalaxyMorphology message(Shown tile, Ready one, AnswerProbabilities answer, Instant now) {
    SkyCutout cutout = one.cut().cutout();
    PreparedImage seen = one.cut().image();
    return provenance.answer(
        one.place().id(),
        Integer.toString(one.place().ordinal()),
        one.place().position(),
        answer,
        seen.flags(),
        GalaxyMorphology.Image.of(
            GalaxyMorphology.Cutout.of(tile.name(), tile.bands(), cutout, cutter.recipe()),
            seen.pixels().sha256(),
            seen.facts()),
        one.since(),
        now,
        new GalaxyMorphology.Source(catalogue, 0, one.place().row()));
  }
}
