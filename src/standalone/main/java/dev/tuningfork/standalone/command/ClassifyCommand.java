package dev.tuningfork.standalone.command;

import dev.tuningfork.image.ImageFormat;
import dev.tuningfork.model.ModelBundle;
import dev.tuningfork.model.ModelDescription.Output;
import dev.tuningfork.model.ModelException;
import dev.tuningfork.model.MorphologyModel;
import dev.tuningfork.standalone.command.ImageFiles.Named;
import dev.tuningfork.standalone.table.MorphologySpool;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Images on disk in, a table out. */
@Command(
    name = "classify",
    description =
        "Classifies the images of a folder, or the galaxies of a catalogue on a survey's tiles, and"
            + " writes the answers as a table.",
    footer =
        "%nThe table has one row per image, in the order of the images: the class, and for each"
            + " question the probability that it is asked and the probability of each answer if it"
            + " is asked.")
final class ClassifyCommand implements Callable<Integer> {

  /** SIGTERM ends a run within 10 s; what is not tidied up by then, the next run deletes. */
  private static final Duration PATIENCE_TO_STOP = Duration.ofSeconds(8);

  @Parameters(
      arity = "0..*",
      paramLabel = "FOLDER|FILE",
      description =
          "JPEG, PNG and FITS images, folders of them, and lists of cutouts (manifest.csv).")
  private List<Path> named = List.of();

  @Mixin private final TableOptions table = new TableOptions();

  @Mixin private final ReadingOptions reading = new ReadingOptions();

  @Option(
      names = "--sheet",
      paramLabel = "FILE.png",
      description =
          "Write a picture of a tile with its galaxies circled and coloured by class, and of the"
              + " galaxies that are most probably odd. For --image tiles only.")
  private @Nullable Path sheet;

  @Mixin private final TileOptions tiles = new TileOptions();

  @Mixin private final RecipeOption recipe = new RecipeOption();

  @Mixin private final ModelOptions model = new ModelOptions();

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    Logging.errorsOnly();
    CommandLine commandLine = Objects.requireNonNull(spec).commandLine();
    Terminal terminal = Terminal.of(commandLine.getOut(), commandLine.getErr());
    table.check(commandLine);
    reading.check(commandLine);
    if (checkTiles(commandLine)) {
      return new TileClassification(
              tiles,
              recipe.chosen(),
              model,
              bundle(commandLine),
              table,
              reading.size(),
              sheet,
              terminal)
          .run();
    }
    ImageFiles found = ImageFiles.find(named);
    found.complaints().forEach(terminal::line);
    List<Named> images = found.images().stream().filter(image -> !table.isOutput(image)).toList();
    if (images.isEmpty()) {
      throw new IOException(
          "There is no JPEG, PNG or FITS image in "
              + named.stream().map(ImageFormat::spelled).collect(Collectors.joining(" or "))
              + ".");
    }
    ModelBundle bundle = bundle(commandLine);
    SortedMap<Integer, String> unreadable = new TreeMap<>();
    try (Interruption stop = new Interruption(PATIENCE_TO_STOP);
        MorphologySpool spool = table.spool(images, settings(bundle))) {
      terminal.continuing(spool.size(), images.size());
      if (spool.size() < images.size()) {
        unreadable.putAll(classify(images, bundle, spool, terminal, stop));
      }
      unreadable.forEach(
          (ordinal, reason) -> terminal.line(images.get(ordinal).file() + ": " + reason));
      if (!unreadable.isEmpty()) {
        terminal.err().printf("%,d of the images could not be read.%n", unreadable.size());
      }
      table.write(
          bundle.description().tree(), ordinal -> images.get(ordinal).file(), spool, terminal);
      spool.delete();
    }
    return unreadable.isEmpty() && found.complaints().isEmpty()
        ? ExitCode.OK
        : Commands.SOME_LEFT_OUT;
  }

  private ModelBundle bundle(CommandLine commandLine) throws ModelException {
    ModelBundle bundle = model.bundle();
    table.requireTree(commandLine, bundle.description().tree());
    if (table.intervals() && bundle.description().output() != Output.CONCENTRATIONS) {
      throw new ParameterException(
          commandLine,
          "--intervals needs a model that gives intervals, and %s does not."
              .formatted(bundle.identity().name()));
    }
    return bundle;
  }

  /** Whether tiles are to be classified, and not images of single galaxies. */
  private boolean checkTiles(CommandLine commandLine) {
    tiles.check(commandLine);
    recipe.check(commandLine, tiles);
    if (!tiles.given()) {
      if (named.isEmpty()) {
        throw new ParameterException(
            commandLine,
            "Missing required parameter: 'FOLDER|FILE', or tiles with --image and --catalogue.");
      }
      if (sheet != null) {
        throw TileOptions.needed(commandLine, "--sheet");
      }
      return false;
    }
    if (!named.isEmpty()) {
      throw new ParameterException(
          commandLine,
          "Name images of single galaxies or tiles, not both: %s does not go with --image or --cutana."
              .formatted(ImageFormat.spelled(named.getFirst())));
    }
    reading.checkForTiles(commandLine);
    OutputFile.check(commandLine, sheet);
    return true;
  }

  private SortedMap<Integer, String> classify(
      List<Named> images,
      ModelBundle bundle,
      MorphologySpool spool,
      Terminal terminal,
      Interruption stop)
      throws IOException, ModelException {
    terminal.status("Starting the model …");
    try (MorphologyModel loaded = model.load(bundle, images.size() - spool.size())) {
      return new ClassifyJob(images, reading, spool, !table.isSummary(), terminal)
          .run(loaded, stop);
    }
  }

  /** What decides an answer beside the image. */
  private SortedMap<String, String> settings(ModelBundle bundle) {
    SortedMap<String, String> settings = new TreeMap<>(reading.settings());
    settings.putAll(model.settings(bundle));
    return settings;
  }
}
