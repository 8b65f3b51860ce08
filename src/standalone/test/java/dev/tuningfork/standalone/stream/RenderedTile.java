package dev.tuningfork.standalone.stream;

import dev.tuningfork.catalogue.Catalogue;
import dev.tuningfork.catalogue.CatalogueRow;
import dev.tuningfork.catalogue.ColumnChoice;
import dev.tuningfork.classifier.message.GalaxyImageReference;
import dev.tuningfork.classifier.message.GalaxyImageReference.Band;
import dev.tuningfork.standalone.survey.TilePlan;
import dev.tuningfork.standalone.survey.TileWriter;
import dev.tuningfork.tile.Cut;
import dev.tuningfork.tile.Sizing;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** A survey image that {@code mock-tile} would render, and its catalogue. */
final class RenderedTile {

  final Path folder;
  private final List<GalaxyImageReference> references = new ArrayList<>();

  /** Renders the one tile of a plan into a new folder. */
  RenderedTile(Path folder, TilePlan plan, String recipe) throws Exception {
    this.folder = Files.createDirectory(folder);
    TileWriter writer = new TileWriter(plan, folder);
    writer.writeTile(0);
    writer.writeCatalogues();
    Sizing sizing = new Sizing(OptionalDouble.empty(), OptionalDouble.empty(), null);
    try (Catalogue catalogue =
            Catalogue.open(
                catalogue(), ColumnChoice.NONE, sizing.radii(), List.of(), Optional.empty());
        Catalogue.Rows rows = catalogue.rows()) {
      for (var row = rows.next(); row.isPresent(); row = rows.next()) {
        var galaxy = (CatalogueRow.Galaxy) row.get();
        var side = (Cut.Side.Arcseconds) sizing.of(galaxy, () -> 1).orElseThrow().side();
        references.add(
            reference(
                galaxy.id(),
                galaxy.position().ra(),
                galaxy.position().dec(),
                side.value(),
                bands(),
                recipe));
      }
    }
  }

  Path catalogue() {
    return folder.resolve("objects.fits");
  }

  Path file(String band) {
    return folder.resolve("tile-" + band + ".fits");
  }

  List<Band> bands() {
    return List.of(band("i"), band("r"), band("g"));
  }

  private Band band(String name) {
    return new Band(name, file(name).toUri().toString(), null);
  }

  /** References to its galaxies, in the order of the catalogue. */
  List<GalaxyImageReference> references() {
    return references;
  }

  static GalaxyImageReference reference(
      String objectId, double ra, double dec, double fieldOfView, List<Band> bands, String recipe) {
    return new GalaxyImageReference(
        objectId,
        GalaxyImageReference.Image.of(
            new GalaxyImageReference.Cutout("tile", bands, fieldOfView, null, recipe, false)),
        null,
        null,
        null,
        ra,
        dec,
        null,
        null,
        null,
        null,
        false);
  }
}
