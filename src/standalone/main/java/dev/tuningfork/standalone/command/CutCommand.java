package dev.tuningfork.standalone.command;

import dev.tuningfork.image.ImageFormat;
import dev.tuningfork.standalone.command.TileOptions.Opened;
import dev.tuningfork.standalone.tile.CutoutFiles;
import dev.tuningfork.standalone.tile.LeftOut;
import dev.tuningfork.standalone.tile.Manifest;
import dev.tuningfork.tree.KaggleColumns;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code tuning-fork cut}: galaxies out of a survey's tiles, each as a file. */
@Command(
    name = "cut",
    description =
        "Cuts the galaxies of a catalogue out of a survey's tiles, and writes each as a picture or"
            + " as FITS, with a list of them (manifest.csv).",
    footer =
        "%nThe folder is one of images for classify and train. Labels in the catalogue (Kaggle's"
            + " 37 columns, or class) go into the list, which is a table of labels for train.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class CutCommand implements Callable<Integer> {

  private static final Duration PATIENCE_TO_STOP = Duration.ofSeconds(8);

  @Mixin private final TileOptions tiles = new TileOptions();

  @Mixin private final RecipeOption recipe = new RecipeOption();

  @Option(
      names = {"-o", "--out"},
      required = true,
      paramLabel = "FOLDER",
      description = "Where the cutouts go; made if it is missing.")
  private Path folder = Path.of("");

  @Option(
      names = "--as",
      paramLabel = "FORM",
      defaultValue = "jpeg",
      description =
          "What is written: ${COMPLETION-CANDIDATES}. A JPEG is the picture by the --recipe (asinh"
              + " if none is named); FITS is the flux with its celestial coordinates. Default:"
              + " ${DEFAULT-VALUE}.")
  private CutoutFiles.Form form = CutoutFiles.Form.JPEG;

  @Option(
      names = "--size",
      paramLabel = "ARCSEC",
      description = "The width of all cutouts. Default: by the catalogue's sizes.")
  private @Nullable Double size;

  @Option(
      names = "--quality",
      paramLabel = "N",
      defaultValue = "95",
      description = "The quality of JPEGs, 1 to 100. Default: ${DEFAULT-VALUE}.")
  private int quality;

  @Option(
      names = "--keep",
      split = ",",
      paramLabel = "COLUMN",
      description = "Columns of the catalogue that go into the list too, beside its labels.")
  private List<String> keep = List.of();

  @Option(
      names = "--overwrite",
      description =
          "Start over in a folder that holds cutouts, and replace those of the same names.")
  private boolean overwrite;

  @Option(names = "--resume", description = "Continue a run that was stopped or killed.")
  private boolean resume;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws Exception {
    Logging.errorsOnly();
    CommandLine line = spec.commandLine();
    Terminal terminal = Terminal.of(line.getOut(), line.getErr());
    check(line);
    Files.createDirectories(folder);
    List<String> kept = new ArrayList<>(KaggleColumns.NAMES);
    kept.add("class");
    kept.addAll(keep);
    CutoutFolder cutouts =
        new CutoutFolder(
            folder,
            tiles,
            form,
            quality,
            recipe.chosen(),
            size,
            kept.stream().distinct().toList(),
            terminal);
    try (Interruption stop = new Interruption(PATIENCE_TO_STOP);
        LeftOut leftOut = new LeftOut(folder.resolve("left-out.csv"));
        Opened opened = cutouts.open(leftOut);
        Manifest manifest = cutouts.manifest(opened, resume)) {
      cutouts.cut(opened, manifest, leftOut, stop);
      leftOut.report(terminal::line);
      terminal.line("Wrote " + ImageFormat.spelled(manifest.finish()) + ".");
      return leftOut.isEmpty() ? ExitCode.OK : Commands.SOME_LEFT_OUT;
    }
  }

  private void check(CommandLine line) {
    tiles.check(line);
    recipe.check(line, tiles);
    if (!tiles.given()) {
      throw new ParameterException(
          line, "Name the tiles and the galaxies on them: --image and --catalogue, or --cutana.");
    }
    if (size != null && !(size > 0 && size < Double.POSITIVE_INFINITY)) {
      throw new ParameterException(
          line, "--size must be more than 0 arcseconds, not " + size + ".");
    }
    if (quality < 1 || quality > 100) {
      throw new ParameterException(line, "--quality is 1 to 100, not " + quality + ".");
    }
    OutputFile.checkNewFolder(line, folder);
    String name = ImageFormat.spelled(folder);
    if (!overwrite && !resume && Manifest.isUnfinished(folder)) {
      throw new ParameterException(
          line,
          "An unfinished run in %s exists: continue it with --resume, or start over with --overwrite."
              .formatted(name));
    }
    if (Files.exists(folder.resolve("manifest.csv")) && !overwrite) {
      throw new ParameterException(
          line,
          "The folder %s already contains cutouts: choose another one, or start over with --overwrite."
              .formatted(name));
    }
  }
}
