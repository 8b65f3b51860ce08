package dev.tuningfork.benchmark.faults;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tuningfork.standalone.survey.MockTiles;
import dev.tuningfork.standalone.survey.TileGalaxy;
import dev.tuningfork.standalone.survey.TileLayout;
import dev.tuningfork.standalone.survey.TilePlan;
import dev.tuningfork.standalone.survey.TileWriter;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * The survey images that a fault run publishes: one rendered tile in Rice's code, and lists of its
 * galaxies. Immutable.
 *
 * <p>Survey images take three forms in turn: a catalogue and files; a list in the message and
 * files; a catalogue and files on the image host.
 */
final class SurveyTiles {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int SEED = 29;
  private static final double FIELD_OF_VIEW = 16;
  private static final int FORMS = 3;

  /** Rows of a catalogue for which its filter does not hold. */
  private static final int EXCLUDED = 2;

  /** Pixels from the edges within which no galaxy is listed: its cutout would lack too much. */
  private static final int MARGIN = 40;

  private final Surveys surveys;
  private final Path folder;
  private final Map<String, Path> bands = new LinkedHashMap<>();
  private final List<TileGalaxy> galaxies;

  private SurveyTiles(Surveys surveys, Path folder, TilePlan plan) {
    this.surveys = surveys;
    this.folder = folder;
    MockTiles sky = new MockTiles(plan);
    this.galaxies =
        IntStream.range(0, plan.galaxies())
            .mapToObj(sky::galaxy)
            .filter(galaxy -> isShown(galaxy, plan.side()))
            .limit(surveys.rows() + EXCLUDED)
            .toList();
    if (galaxies.size() < surveys.rows() + EXCLUDED) {
      throw new IllegalStateException(
          "Only %d galaxies of the tile are far from its edges.".formatted(galaxies.size()));
    }
  }

  /** Whether a galaxy is off the edges, and off the columns where the gap of a tile lies. */
  private static boolean isShown(TileGalaxy galaxy, int side) {
    return Math.min(galaxy.x(), galaxy.y()) > MARGIN
        && Math.max(galaxy.x(), galaxy.y()) < side - MARGIN
        && (galaxy.x() < 0.52 * side || galaxy.x() > 0.68 * side);
  }

  /**
   * Renders the tile and writes the catalogues.
   *
   * @param side of the tile, pixels
   * @param folder an empty one
   */
  static SurveyTiles write(Surveys surveys, int side, Path folder) throws IOException {
    // the smaller the tile, the more galaxies are near its edges
    int rendered = (int) Math.ceil(surveys.rows() * (1.25 + 750.0 / side));
    TilePlan plan = new TilePlan(TileLayout.LEGACY, side, rendered, 1, 0, 150, 2, SEED);
    SurveyTiles tiles = new SurveyTiles(surveys, folder, plan);
    TileWriter writer = new TileWriter(plan, folder);
    writer.writeTile(0);
    for (String band : TileWriter.bands(plan.layout())) {
      tiles.bands.put(band, writer.file(0, band));
    }
    for (int image = 0; image < surveys.images(); image++) {
      if (hasCatalogue(image)) {
        tiles.writeCatalogue(image);
      }
    }
    return tiles;
  }

  private static boolean hasCatalogue(int image) {
    return image % FORMS != 1;
  }

  /** Whether a survey image and its catalogue are on the image host. */
  static boolean isRemote(int image) {
    return image % FORMS == 2;
  }

  Path folder() {
    return folder;
  }

  /**
   * The message of a survey image, JSON.
   *
   * @param host where a file of the folder is on the image host, for one survey image
   */
  byte[] message(int image, Function<Path, URI> host) {
    Function<Path, String> where =
        file -> (isRemote(image) ? host.apply(file) : file.toUri()).toString();
    Map<String, Object> message = new LinkedHashMap<>();
    message.put("surveyImageId", Surveys.id(image));
    message.put(
        "bands",
        bands.entrySet().stream()
            .map(band -> Map.of("name", band.getKey(), "uri", where.apply(band.getValue())))
            .toList());
    message.put("recipe", "legacy-grz");
    if (hasCatalogue(image)) {
      message.put(
          "catalogue",
          Map.of(
              "uri",
              where.apply(catalogue(image)),
              "where",
              "flag = 0",
              "fieldOfView",
              FIELD_OF_VIEW));
    } else {
      message.put(
          "galaxies",
          IntStream.rangeClosed(1, surveys.rows()).mapToObj(row -> inline(image, row)).toList());
    }
    try {
      return JSON.writeValueAsBytes(message);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("A map of texts and numbers is not JSON.", e);
    }
  }

  private Map<String, Object> inline(int image, int row) {
    TileGalaxy galaxy = galaxies.get(row - 1);
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("objectId", String.valueOf(surveys.galaxy(image, row)));
    fields.put("ra", galaxy.ra());
    if (row != Surveys.UNUSABLE) {
      fields.put("dec", declination(galaxy, row));
    }
    fields.put("fieldOfView", FIELD_OF_VIEW);
    return fields;
  }

  private static double declination(TileGalaxy galaxy, int row) {
    return row == Surveys.OFF_THE_IMAGE ? galaxy.dec() + 1 : galaxy.dec();
  }

  private Path catalogue(int image) {
    return folder.resolve(Surveys.id(image) + ".csv");
  }

  private void writeCatalogue(int image) throws IOException {
    List<String> lines = new ArrayList<>(List.of("id,ra,dec,flag"));
    for (int row = 1; row <= surveys.rows() + EXCLUDED; row++) {
      TileGalaxy galaxy = galaxies.get(row - 1);
      String dec =
          row == Surveys.UNUSABLE
              ? ""
              : String.format(Locale.ROOT, "%.9f", declination(galaxy, row));
      lines.add(
          String.format(
              Locale.ROOT,
              "%d,%.9f,%s,%d",
              surveys.galaxy(image, row),
              galaxy.ra(),
              dec,
              row <= surveys.rows() ? 0 : 1));
    }
    Files.write(catalogue(image), lines);
  }
}
