package dev.tuningfork.standalone.command;

import dev.tuningfork.image.ImageFormat;
import dev.tuningfork.standalone.survey.TileLayout;
import dev.tuningfork.standalone.survey.TilePlan;
import dev.tuningfork.standalone.survey.TileWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code tuning-fork mock-tile}: whole tiles of a survey, with a catalogue whose truth is known.
 */
@Command(
    name = "mock-tile",
    description =
        "Renders tiles of a simulated survey: galaxies, stars, noise and a gap, with"
            + " celestial coordinates, a catalogue (objects.fits), labels (labels.csv) and a list"
            + " for Cutana (cutana.csv).",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class MockTileCommand implements Callable<Integer> {

  @Parameters(paramLabel = "FOLDER", description = "Where the files go; made if it is missing.")
  private Path folder = Path.of("");

  @Option(
      names = "--layout",
      paramLabel = "SURVEY",
      defaultValue = "plain",
      description =
          "How the files are written: ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
  private TileLayout layout = TileLayout.PLAIN;

  @Option(
      names = "--side",
      paramLabel = "PIXELS",
      defaultValue = "2048",
      description = "The width and height of a tile. Default: ${DEFAULT-VALUE}.")
  private int side;

  @Option(
      names = "--galaxies",
      paramLabel = "N",
      defaultValue = "400",
      description = "How many galaxies there are on all tiles together. Default: ${DEFAULT-VALUE}.")
  private int galaxies;

  @Option(
      names = "--tiles",
      paramLabel = "N",
      defaultValue = "1",
      description = "How many tiles, side by side. Default: ${DEFAULT-VALUE}.")
  private int tiles;

  @Option(
      names = "--overlap",
      paramLabel = "PIXELS",
      defaultValue = "100",
      description = "How many columns two neighbours share. Default: ${DEFAULT-VALUE}.")
  private int overlap;

  @Option(
      names = "--ra",
      paramLabel = "DEGREES",
      defaultValue = "150.1",
      description = "Right ascension of the first tile's centre. Default: ${DEFAULT-VALUE}.")
  private double ra;

  @Option(
      names = "--dec",
      paramLabel = "DEGREES",
      defaultValue = "2.2",
      description = "Declination of the first tile's centre. Default: ${DEFAULT-VALUE}.")
  private double dec;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "The same seed gives the same files. Default: ${DEFAULT-VALUE}.")
  private long seed;

  @Option(names = "--overwrite", description = "Write into a folder that holds files already.")
  private boolean overwrite;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws Exception {
    Logging.errorsOnly();
    CommandLine line = spec.commandLine();
    Terminal terminal = Terminal.of(line.getOut(), line.getErr());
    TilePlan plan;
    try {
      plan = new TilePlan(layout, side, galaxies, tiles, overlap, ra, dec, seed);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(line, e.getMessage(), e);
    }
    OutputFile.checkNewFolder(line, folder, overwrite);
    Files.createDirectories(folder);
    TileWriter writer = new TileWriter(plan, folder);
    for (int tile = 0; tile < tiles; tile++) {
      terminal.status("Rendering tile %d of %d …".formatted(tile + 1, tiles));
      writer.writeTile(tile);
    }
    terminal.status("Writing the catalogues …");
    writer.writeCatalogues();
    terminal.line(
        "Wrote %s on %s of %,d × %,d pixels in %s to %s."
            .formatted(
                Terminal.galaxies(galaxies),
                Terminal.counted(tiles, "tile"),
                side,
                side,
                String.join(", ", TileWriter.bands(layout)),
                ImageFormat.spelled(folder)));
    terminal.line(
        "Try: ./tuning-fork classify "
            + TileWriter.bands(layout).stream()
                .map(band -> image(writer, band))
                .collect(Collectors.joining(" "))
            + " --catalogue "
            + ImageFormat.spelled(folder.resolve("objects.fits"))
            + " --out galaxies.csv");
    return ExitCode.OK;
  }

  private String image(TileWriter writer, String band) {
    String file = ImageFormat.spelled(writer.file(0, band));
    return "--image "
        + (tiles == 1
            ? band + "=" + file
            : "'" + band + "=" + file.replace("tile-01", "tile-*") + "'");
  }
}
