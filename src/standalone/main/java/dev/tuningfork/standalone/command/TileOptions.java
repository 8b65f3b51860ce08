package dev.tuningfork.standalone.command;

import dev.tuningfork.catalogue.Catalogue;
import dev.tuningfork.catalogue.ColumnChoice;
import dev.tuningfork.catalogue.Condition;
import dev.tuningfork.file.ScratchFolder;
import dev.tuningfork.image.ImageFormat;
import dev.tuningfork.image.Recipe;
import dev.tuningfork.standalone.tile.Allotment;
import dev.tuningfork.standalone.tile.LeftOut;
import dev.tuningfork.standalone.tile.NamedTile;
import dev.tuningfork.standalone.tile.TileFiles;
import dev.tuningfork.standalone.tile.TileSupply;
import dev.tuningfork.tile.Sizing;
import dev.tuningfork.tile.TileCache;
import dev.tuningfork.tile.TileSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** A survey's tiles and the catalogue of the galaxies on them, as a command line names them. */
sealed class TileOptions permits LabelledTiles {

  @Option(
      names = "--image",
      paramLabel = "BAND=FILE",
      description =
          "A survey's image in a band, in FITS, also .fits.fz and .fits.gz; once for each band. A *"
              + " in the name stands for what differs from tile to tile: 'r=bricks/*-r.fits.fz'."
              + " FILE[SCI] names an HDU, FILE[SCI;2] a plane of a cube.")
  private List<String> images = List.of();

  @Option(
      names = "--mask",
      paramLabel = "BAND=FILE",
      description =
          "The mask of a band's image in a file of its own, named as the images are. Pixels without"
              + " data count as missing, by the bits that its header names, else by any bit."
              + " Default: the HDU MASK of the image's file, if there is one.")
  private List<String> masks = List.of();

  @Option(
      names = "--catalogue",
      paramLabel = "FILE",
      description =
          "The galaxies on the --image tiles: CSV, ECSV, VOTable, FITS or Parquet, with positions,"
              + " and sizes unless an option gives one for all.")
  private @Nullable Path catalogue;

  @Option(
      names = "--cutana",
      paramLabel = "FILE",
      description =
          "A list as Cutana reads it: SourceID, RA, Dec, diameter_pixel or diameter_arcsec, and"
              + " fits_file_paths, which name the images.")
  private @Nullable Path cutana;

  @Option(
      names = "--bands",
      split = ",",
      paramLabel = "BAND",
      description =
          "The bands of the files that a list names, in their order. Default: as the files say.")
  private List<String> bands = List.of();

  @Option(
      names = "--columns",
      paramLabel = "USE=COLUMN",
      description =
          "Which columns of the catalogue are used, where they are not found by UCD or usual name:"
              + " id=…,ra=…,dec=…,radius=…,width=…. A unit may follow: ra=RAJ2000[hourangle]. An id"
              + " may be made of several: id=brickid+objid.")
  private @Nullable String columns;

  @Option(
      names = "--where",
      paramLabel = "CONDITION",
      description = "Only galaxies for which this holds, such as \"mag_r < 18 and type <> 'PSF'\".")
  private @Nullable String where;

  @Option(
      names = "--size-factor",
      paramLabel = "N",
      description =
          "How many radii wide a galaxy is cut. Default: as the recipe says, else 8.48, which is"
              + " how Galaxy Zoo 2 cut by petroR90_r.")
  private @Nullable Double sizeFactor;

  /** Whether the command is about tiles at all. */
  boolean given() {
    return !images.isEmpty() || !masks.isEmpty() || catalogue != null || cutana != null;
  }

  /** An option that needs tiles was given without any. */
  static ParameterException needed(CommandLine line, String option) {
    return new ParameterException(
        line, option + " needs tiles: --image and --catalogue, or --cutana.");
  }

  /** Refuses options that need tiles, or contradict each other. */
  void check(CommandLine line) {
    if (!given()) {
      String needing =
          columns != null
              ? "--columns"
              : where != null
                  ? "--where"
                  : sizeFactor != null ? "--size-factor" : bands.isEmpty() ? "" : "--bands";
      if (!needing.isEmpty()) {
        throw needed(line, needing);
      }
      return;
    }
    if (!masks.isEmpty() && images.isEmpty()) {
      throw new ParameterException(line, "--mask needs the --image whose pixels it is about.");
    }
    if (cutana != null && (catalogue != null || !images.isEmpty())) {
      throw new ParameterException(
          line, "--cutana names the images itself; it goes without --image and --catalogue.");
    }
    if (cutana == null && catalogue == null) {
      throw new ParameterException(
          line, "--image needs a --catalogue of the galaxies that are on it.");
    }
    if (sizeFactor != null && !(sizeFactor > 0 && sizeFactor < 1e6)) {
      throw new ParameterException(
          line, "--size-factor must be more than 0, not " + sizeFactor + ".");
    }
    try {
      choice();
      condition();
    } catch (IllegalArgumentException e) {
      throw new ParameterException(line, String.valueOf(e.getMessage()), e);
    }
  }

  private ColumnChoice choice() {
    return columns == null ? ColumnChoice.NONE : ColumnChoice.parse(columns);
  }

  private Optional<Condition> condition() {
    return Optional.ofNullable(where).map(Condition::parse);
  }

  /** The file that names the galaxies. */
  Path list() {
    return Objects.requireNonNull(cutana == null ? catalogue : cutana);
  }

  /** The option by which all galaxies have one size. */
  String sizeOption() {
    return "--size";
  }

  /**
   * Reads the catalogue.
   *
   * @param size arcseconds, for all galaxies; null where the catalogue says it
   * @param factory the recipe by which pictures are made; null for the model's own
   * @param kept columns that are kept
   */
  Opened open(
      @Nullable Double size,
      @Nullable Recipe factory,
      List<String> kept,
      LeftOut leftOut,
      Terminal terminal)
      throws IOException {
    Sizing sizing =
        new Sizing(
            size == null ? OptionalDouble.empty() : OptionalDouble.of(size),
            sizeFactor == null ? OptionalDouble.empty() : OptionalDouble.of(sizeFactor),
            factory);
    ScratchFolder scratch = ScratchFolder.create("tiles");
    try (Catalogue opened = Catalogue.open(list(), choice(), sizing.radii(), kept, condition())) {
      TileCache cache = new TileCache(Runtime.getRuntime().maxMemory() / 4, scratch.path());
      TileSupply supply = supply(opened);
      Optional<String> lacking = sizing.lacking(opened.radii(), opened.hasWidths(), sizeOption());
      if (lacking.isPresent()) {
        throw new IOException(lacking.get());
      }
      terminal.status("Reading the catalogue …");
      Allotment allotment =
          Allotment.of(opened, supply, sizing, leftOut, cache, scratch.path(), _ -> {});
      terminal.line(
          String.format(
              Locale.ROOT,
              "%,d galaxies of %,d rows on %s%s (columns: %s).",
              allotment.size(),
              allotment.rows(),
              Terminal.counted(allotment.shares().size(), "tile"),
              allotment.excluded() == 0
                  ? ""
                  : String.format(Locale.ROOT, ", %,d excluded by --where", allotment.excluded()),
              opened.columnsInWords()));
      return new Opened(allotment, cache, scratch, opened.kept());
    } catch (IOException | RuntimeException e) {
      scratch.close();
      throw e;
    }
  }

  private TileSupply supply(Catalogue opened) throws IOException {
    if (!images.isEmpty()) {
      return new TileSupply.Given(TileFiles.find(images, masks));
    }
    if (!opened.hasFiles()) {
      throw new IOException(
          "The catalogue %s does not name images (fits_file_paths): name them with --image."
              .formatted(ImageFormat.spelled(list())));
    }
    Path folder = list().toAbsolutePath().getParent();
    return new TileSupply.ByRows(bands, folder == null ? Path.of("") : folder);
  }

  /**
   * What decides which galaxies there are, and what they look like: the catalogue, the tiles, and
   * how they are cut. A run that is resumed must have the same.
   */
  SortedMap<String, String> settings(Opened opened, @Nullable Double size, String pictures)
      throws IOException {
    SortedMap<String, String> settings = new TreeMap<>();
    settings.put("catalogue", state(list()));
    settings.put("columns", Objects.toString(columns, "by their names"));
    settings.put("filter", Objects.toString(where, "none"));
    settings.put("recipe", pictures);
    settings.put("size", Objects.toString(size, "by the catalogue"));
    settings.put("size factor", Objects.toString(sizeFactor, "by the recipe"));
    int tiles = 0;
    long hash = 0;
    String first = "";
    for (Allotment.Share share : opened.allotment().shares()) {
      for (var band : share.tile().bands().entrySet()) {
        String state = band.getKey() + " " + state(band.getValue());
        first = first.isEmpty() ? state : first;
        hash = 31 * hash + state.hashCode();
        tiles++;
      }
    }
    settings.put("images", "%d, the first %s, all together %016x".formatted(tiles, first, hash));
    return settings;
  }

  private static String state(TileSource source) throws IOException {
    Path mask = source.maskFile();
    return source
        + " of "
        + size(source.file())
        + (mask == null ? "" : " with the mask " + state(mask) + " " + source.mask());
  }

  private static String state(Path file) throws IOException {
    return ImageFormat.spelled(file.toAbsolutePath().normalize()) + " of " + size(file);
  }

  private static String size(Path file) throws IOException {
    return Files.size(file) + " bytes and " + Files.getLastModifiedTime(file);
  }

  /** Galaxies and tiles that are ready to be worked on. */
  record Opened(Allotment allotment, TileCache cache, ScratchFolder scratch, List<String> kept)
      implements AutoCloseable {

    /** The tile of a galaxy. */
    NamedTile tile(int ordinal) {
      return allotment.tile(ordinal);
    }

    @Override
    public void close() throws IOException {
      scratch.close();
    }
  }
}
