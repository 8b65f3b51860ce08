package dev.tuningfork.benchmark.suite;

import dev.tuningfork.benchmark.suite.TileMorphologies.Cutout;
import dev.tuningfork.classifier.ClassifierSettings;
import dev.tuningfork.classifier.message.GalaxyImageReference.Band;
import dev.tuningfork.classifier.message.SurveyImageReference;
import dev.tuningfork.classifier.stream.SurveySettings;
import dev.tuningfork.model.MorphologyModel;
import dev.tuningfork.standalone.survey.MockTiles;
import dev.tuningfork.standalone.survey.TileGalaxy;
import dev.tuningfork.standalone.survey.TilePlan;
import dev.tuningfork.standalone.survey.TileWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * A rendered tile as several survey images, uncompressed and in Rice's code, each with a catalogue
 * of its own, and as JPEG cutouts of the same galaxies. To the classifier, the files of two survey
 * images are different ones: they are links to the same bytes, so that they share the system's page
 * cache and nothing else. Belongs to one thread.
 */
final class RenderedSurvey {

  private final TilePlan plan;
  private final Path folder;
  private final List<Cutout> cutouts;
  private final int images;

  private RenderedSurvey(TilePlan plan, Path folder, List<Cutout> cutouts, int images) {
    this.plan = plan;
    this.folder = folder;
    this.cutouts = cutouts;
    this.images = images;
  }

  /**
   * Writes everything.
   *
   * @param folder an empty one
   * @param least how many galaxies all survey images together have at least
   */
  static RenderedSurvey write(MorphologyModel model, TilePlan plan, Path folder, int least)
      throws IOException {
    Path tile = Files.createDirectory(folder.resolve("tile"));
    TileMorphologies rendered = TileMorphologies.render(model, plan, tile);
    // some galaxies can be cut out, and the part of them that the model sees is missing
    Set<String> answered = rendered.ofTile().messages().keySet();
    List<Cutout> cutouts =
        rendered.cutouts().stream().filter(one -> answered.contains(one.id())).toList();
    int images = Math.ceilDiv(least, cutouts.size());
    RenderedSurvey survey = new RenderedSurvey(plan, folder, cutouts, images);
    for (int image = 0; image < images; image++) {
      survey.writeImage(tile, Files.createDirectory(survey.folder(image)), image);
    }
    return survey;
  }

  private Path folder(int image) {
    return folder.resolve("image-" + image);
  }

  private void writeImage(Path tile, Path into, int image) throws IOException {
    TileWriter writer = new TileWriter(plan, tile);
    for (String band : TileWriter.bands(plan.layout())) {
      Files.createLink(rice(image, band), writer.file(0, band));
      Files.createLink(
          TileMorphologies.plainFile(into, band), TileMorphologies.plainFile(tile, band));
    }
    MockTiles sky = new MockTiles(plan);
    double scale = plan.layout().pixelScale();
    List<String> lines = new ArrayList<>(List.of("id,ra,dec,petroth50,petroth90"));
    int number = image * cutouts.size();
    for (Cutout one : cutouts) {
      TileGalaxy galaxy = sky.galaxy(Math.toIntExact(one.row() - 1));
      double radius = galaxy.radius() * scale;
      lines.add(
          String.format(
              Locale.ROOT,
              "%d,%.9f,%.9f,%.5f,%.5f",
              number++,
              galaxy.ra(),
              galaxy.dec(),
              0.45 * radius,
              radius));
    }
    Files.write(catalogue(image), lines);
  }

  private Path rice(int image, String band) {
    return folder(image).resolve(band + ".fits.fz");
  }

  private Path catalogue(int image) {
    return folder(image).resolve("objects.csv");
  }

  /** How many galaxies all survey images together have. Each can be cut out. */
  int galaxies() {
    return images * cutouts.size();
  }

  /** The cutouts of the tile's galaxies. */
  List<Path> jpegs() {
    return cutouts.stream().map(Cutout::file).toList();
  }

  /**
   * All survey images.
   *
   * @param compressed whether in Rice's code
   */
  Pipeline.Backlog backlog(boolean compressed) {
    return (servers, settings) -> {
      SurveyBacklog.createTopics(servers, settings.topics());
      List<SurveyImageReference> all = new ArrayList<>();
      for (int image = 0; image < images; image++) {
        all.add(reference(image, compressed));
      }
      SurveyBacklog.publish(servers, all);
      ClassifierSettings reading = settings.withFolders(List.of(folder));
      return reading.with(SurveySettings.TOPIC, Optional.of(SurveyBacklog.INPUT));
    };
  }

  private SurveyImageReference reference(int image, boolean compressed) {
    List<Band> bands =
        TileWriter.bands(plan.layout()).stream()
            .map(
                band -> {
                  Path file =
                      compressed
                          ? rice(image, band)
                          : TileMorphologies.plainFile(folder(image), band);
                  return new Band(band, file.toUri().toString(), null);
                })
            .toList();
    return new SurveyImageReference(
        "survey-" + image,
        bands,
        List.of(),
        SurveyImageReference.Catalogue.of(catalogue(image).toUri().toString()),
        TileMorphologies.RECIPE.name(),
        null,
        null,
        null,
        null,
        false);
  }
}
