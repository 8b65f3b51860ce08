package dev.tuningfork.benchmark.suite;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tuningfork.benchmark.python.Python;
import dev.tuningfork.benchmark.python.Python.Unavailable;
import dev.tuningfork.benchmark.python.PythonPeer;
import dev.tuningfork.benchmark.stream.AnsweringProcess;
import dev.tuningfork.benchmark.suite.Tally.Measurement;
import dev.tuningfork.model.MorphologyModel;
import dev.tuningfork.standalone.survey.TilePlan;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

/**
 * Galaxies cut out of survey images in three bands, and made pictures of bytes: in processes of
 * their own, with the same files and positions, one after the other.
 *
 * <p>What bounds it: a galaxy is 196,608 bytes of single precision to be read and as many numbers
 * of a quarter of that to be stretched.
 */
final class TilesSuite {

  private static final String UNIT = "galaxies/s";
  private static final int SIDE = 128;
  private static final int TILE = 8192;
  private static final int GALAXIES = 2000;
  private static final int TILE_WHEN_QUICK = 2048;
  private static final int GALAXIES_WHEN_QUICK = 300;
  private static final int RENDERED = 4096;
  private static final int RENDERED_GALAXIES = 1600;
  private static final int RENDERED_WHEN_QUICK = 1024;
  private static final int RENDERED_GALAXIES_WHEN_QUICK = 100;
  private static final double MIB = 1 << 20;

  static final Suite SUITE =
      new Suite(
          "tiles",
          "galaxies of survey images: cut out, beside Cutana and astropy, and classified",
          Suite.Form.FULL,
          TilesSuite::measure);

  private TilesSuite() {}

  private static void measure(Workload workload, Tally tally) throws Exception {
    Plan plan = workload.plan();
    tally.now("writing tiles");
    SkyTiles tiles =
        SkyTiles.write(
            workload.folder("tiles"),
            plan.quick() ? TILE_WHEN_QUICK : TILE,
            plan.quick() ? GALAXIES_WHEN_QUICK : GALAXIES,
            SIDE);
    List<Measurement> all = new ArrayList<>();
    try (AnsweringProcess ours = TileCutting.start(tiles, SIDE, workload.folder("cutting"))) {
      for (String recipe : List.of("asinh", "sdss-gri", "none")) {
        all.add(
            measurement(
                recipe.equals("asinh")
                    ? "tuning fork"
                    : recipe.equals("none") ? "tuning fork, cut alone" : "tuning fork, " + recipe,
                recipe.equals("none")
                    ? "cut in three bands, without a picture"
                    : "cut in three bands and made bytes by the recipe " + recipe,
                tally,
                () -> ours.ask(recipe)));
      }
      measureBeside(workload, tally, tiles, all);
    }
    measureMorphologies(workload, tally);
  }

  private static void measureMorphologies(Workload workload, Tally tally) throws Exception {
    Plan plan = workload.plan();
    TilePlan survey =
        TileMorphologies.plan(
            plan.quick() ? RENDERED_WHEN_QUICK : RENDERED,
            plan.quick() ? RENDERED_GALAXIES_WHEN_QUICK : RENDERED_GALAXIES);
    tally.now("rendering a tile of galaxies");
    try (MorphologyModel model = workload.model()) {
      TileMorphologies rendered =
          TileMorphologies.render(model, survey, workload.folder("rendered"));
      rendered.enlarge(workload.folder("large-cutouts"));
      tally.inTurn(
          plan,
          List.of(
              new Measurement(
                  "morphologies of JPEG cutouts",
                  UNIT,
                  "from files of the same galaxies, with the tile's pixels, to messages, without"
                      + " Kafka",
                  () -> rendered.ofCutouts().perSecond()),
              new Measurement(
                  "morphologies of large JPEG cutouts",
                  UNIT,
                  "the same enlarged to 424×424, as Galaxy Zoo shows them",
                  () -> rendered.ofLargeCutouts().perSecond()),
              new Measurement(
                  "morphologies of a tile",
                  UNIT,
                  "from an uncompressed tile in three bands to messages, without Kafka",
                  () -> rendered.ofTile().perSecond()),
              new Measurement(
                  "morphologies of a Rice tile",
                  UNIT,
                  "the same from a tile-compressed file (Rice, dithered)",
                  () -> rendered.ofCompressedTile().perSecond())));
      tally.now("comparing with the truth");
      TileTruth truth = new TileTruth(survey, model.input().crop());
      truth.add(tally, "JPEG cutouts", rendered.ofCutouts().messages());
      var ofTile = rendered.ofTile().messages();
      truth.add(tally, "tile", ofTile);
      truth.addNeighbours(tally, "tile", ofTile);
    }
  }

  private static void measureBeside(
      Workload workload, Tally tally, SkyTiles tiles, List<Measurement> all) throws Exception {
    Plan plan = workload.plan();
    List<String> arguments = new ArrayList<>(List.of("--files"));
    tiles.files().stream().map(Path::toString).forEach(arguments::add);
    arguments.addAll(
        List.of("--positions", tiles.positions().toString(), "--side", String.valueOf(SIDE)));
    try (PythonPeer peer =
        PythonPeer.start(
            workload.python(Python.Kit.TILES), "tiles.py", arguments.toArray(String[]::new))) {
      all.add(
          measurement(
              "Cutana",
              "create_cutouts_direct of Cutana 0.4.0: cut in three bands, asinh, bytes",
              tally,
              () -> peer.ask(Map.of("do", "cutana"))));
      all.add(
          measurement(
              "Cutout2D",
              "a loop of astropy's Cutout2D over mapped files: cut, without any stretch",
              tally,
              () -> peer.ask(Map.of("do", "astropy"))));
      tally.inTurn(plan, all);
    } catch (Unavailable reason) {
      tally.leaveOut("Cutana and astropy. " + reason.getMessage() + ".");
      tally.inTurn(plan, all);
    }
  }

  /** The rate, and beside it the most memory that the process has had until then. */
  private static Measurement measurement(
      String name, String description, Tally tally, Callable<JsonNode> once) {
    return new Measurement(
        name,
        UNIT,
        description,
        () -> {
          JsonNode answer = once.call();
          if (answer.path("memory").longValue() > 0) {
            tally.addQuietly(
                name + ", memory",
                "MiB",
                "the most that the process has had resident, files that it maps included",
                answer.path("memory").doubleValue() / MIB);
          }
          return answer.path("perSecond").doubleValue();
        });
  }
}
