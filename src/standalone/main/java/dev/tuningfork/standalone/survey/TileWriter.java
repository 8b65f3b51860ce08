package dev.tuningfork.standalone.survey;

import dev.tuningfork.file.WholeFile;
import dev.tuningfork.standalone.survey.TileLayout.Band;
import dev.tuningfork.tree.KaggleColumns;
import dev.tuningfork.tree.Morphology;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import nom.tam.fits.BasicHDU;
import nom.tam.fits.Fits;
import nom.tam.fits.FitsException;
import nom.tam.fits.Header;
import nom.tam.fits.ImageHDU;
import nom.tam.fits.compression.algorithm.quant.QuantizeOption;
import nom.tam.image.compression.hdu.CompressedImageHDU;
import nom.tam.util.FitsOutputStream;
import uk.ac.starlink.table.AbstractStarTable;
import uk.ac.starlink.table.ColumnInfo;
import uk.ac.starlink.table.RowSequence;
import uk.ac.starlink.table.StarTableOutput;

/**
 * Writes a rendered survey: a FITS file for each tile and band, and what is on them as a catalogue
 * ({@code objects.fits}), as labels for training ({@code labels.csv}) and as a list for Cutana
 * ({@code cutana.csv}).
 */
public final class TileWriter {

  private static final double PIXELS_A_DEGREE = 3600;
  private static final int MASK_NO_DATA = 8;
  private static final int MASK_SATURATED = 1;

  private final TilePlan plan;
  private final MockTiles survey;
  private final Path folder;

  /**
   * @param folder an existing one
   */
  public TileWriter(TilePlan plan, Path folder) {
    this.plan = plan;
    this.survey = new MockTiles(plan);
    this.folder = folder;
  }

  /** The names of the bands, in the order in which a recipe shows them: red first. */
  public static List<String> bands(TileLayout layout) {
    return layout.bands().stream().map(Band::name).toList();
  }

  /** The file of a tile in a band. */
  public Path file(int tile, String band) {
    String number = plan.tiles() == 1 ? "tile" : String.format(Locale.ROOT, "tile-%02d", tile + 1);
    return folder.resolve(number + "-" + band.toLowerCase(Locale.ROOT) + plan.layout().suffix());
  }

  /** Renders a tile and writes it. It takes about 20 bytes of memory a pixel. */
  public void writeTile(int tile) throws IOException {
    MockTiles.Planes planes = survey.render(tile);
    for (Band band : plan.layout().bands()) {
      float[][] light = planes.light()[band.source()];
      short[][] mask = new short[plan.layout() == TileLayout.RUBIN ? plan.side() : 0][];
      for (int y = 0; y < plan.side(); y++) {
        short[] bits = new short[plan.side()];
        for (int x = 0; x < plan.side(); x++) {
          boolean gap = planes.noData()[y * plan.side() + x];
          bits[x] =
              (short) (gap ? MASK_NO_DATA : light[y][x] >= planes.full() ? MASK_SATURATED : 0);
          light[y][x] = gap ? plan.layout().gap() : (float) (light[y][x] * band.noise());
        }
        if (mask.length > 0) {
          mask[y] = bits;
        }
      }
      WholeFile.write(
          file(tile, band.name()),
          bytes -> write(hdus(light, mask, band, planes.full(), tile), bytes));
    }
  }

  private static void write(List<BasicHDU<?>> hdus, OutputStream bytes) throws IOException {
    try (Fits fits = new Fits();
        FitsOutputStream out = new FitsOutputStream(bytes)) {
      for (BasicHDU<?> hdu : hdus) {
        fits.addHDU(hdu);
      }
      fits.write(out);
    } catch (FitsException e) {
      throw new IOException("The tile cannot be written (" + e.getMessage() + ").", e);
    }
  }

  private List<BasicHDU<?>> hdus(float[][] light, short[][] mask, Band band, float full, int tile)
      throws FitsException {
    ImageHDU image = (ImageHDU) Fits.makeHDU(light);
    Header header = image.getHeader();
    header.addValue("FILTER", band.name(), "band");
    header.addValue("BUNIT", plan.layout().unit(), "unit of the pixels");
    if (plan.layout() != TileLayout.RUBIN) {
      header.addValue("SATURATE", full * band.noise(), "brightest value that was recorded");
    }
    addCoordinates(header, tile);
    return switch (plan.layout()) {
      case PLAIN, EUCLID -> List.of(image);
      case LEGACY -> List.of(quantised(image, band));
      case RUBIN -> {
        header.addValue("EXTNAME", "IMAGE", "");
        ImageHDU masks = (ImageHDU) Fits.makeHDU(mask);
        masks.getHeader().addValue("EXTNAME", "MASK", "");
        masks.getHeader().addValue("MSKN0000", "SAT", "saturated");
        masks.getHeader().addValue("MSKM0000", MASK_SATURATED, "");
        masks.getHeader().addValue("MSKN0003", "NO_DATA", "no data");
        masks.getHeader().addValue("MSKM0003", MASK_NO_DATA, "");
        addCoordinates(masks.getHeader(), tile);
        float[][] noise = new float[plan.side()][plan.side()];
        for (float[] row : noise) {
          Arrays.fill(row, (float) (band.noise() * band.noise()));
        }
        ImageHDU variance = (ImageHDU) Fits.makeHDU(noise);
        variance.getHeader().addValue("EXTNAME", "VARIANCE", "");
        addCoordinates(variance.getHeader(), tile);
        yield List.of(lossless(image), lossless(masks), lossless(variance));
      }
    };
  }

  private static CompressedImageHDU quantised(ImageHDU image, Band band) throws FitsException {
    CompressedImageHDU compressed =
        CompressedImageHDU.fromImageHDU(image, image.getAxes()[1], 1)
            .setCompressAlgorithm("RICE_1")
            .setQuantAlgorithm("SUBTRACTIVE_DITHER_2");
    // a sixteenth of the noise, as fpack's default
    compressed
        .getCompressOption(QuantizeOption.class)
        .setQlevel(-band.noise() / 16)
        .setDither2(true);
    compressed.compress();
    return compressed;
  }

  private static CompressedImageHDU lossless(ImageHDU image) throws FitsException {
    CompressedImageHDU compressed =
        CompressedImageHDU.fromImageHDU(image, image.getAxes()[1], 16)
            .setCompressAlgorithm("GZIP_2");
    compressed.compress();
    return compressed;
  }

  private void addCoordinates(Header header, int tile) throws FitsException {
    double scale = plan.layout().pixelScale() / PIXELS_A_DEGREE;
    header.addValue("CTYPE1", "RA---TAN", "");
    header.addValue("CTYPE2", "DEC--TAN", "");
    header.addValue("CRVAL1", plan.ra(), "degrees");
    header.addValue("CRVAL2", plan.dec(), "degrees");
    // FITS counts pixels from 1 at their centres
    header.addValue("CRPIX1", plan.side() / 2.0 - plan.origin(tile) + 0.5, "");
    header.addValue("CRPIX2", plan.side() / 2.0 + 0.5, "");
    header.addValue("CUNIT1", "deg", "");
    header.addValue("CUNIT2", "deg", "");
    header.addValue("RADESYS", "ICRS", "");
    if (plan.layout() == TileLayout.RUBIN) {
      header.addValue("PC1_1", -scale, "");
      header.addValue("PC2_2", scale, "");
    } else {
      header.addValue("CD1_1", -scale, "");
      header.addValue("CD1_2", 0.0, "");
      header.addValue("CD2_1", 0.0, "");
      header.addValue("CD2_2", scale, "");
    }
  }

  /** Writes the catalogue, the labels and the list for Cutana. */
  public void writeCatalogues() throws IOException {
    try (OutputStream out = Files.newOutputStream(folder.resolve("objects.fits"))) {
      StarTableOutput stil = new StarTableOutput();
      stil.writeStarTable(new Objects(), out, stil.getHandler("fits"));
    }
    try (BufferedWriter labels = Files.newBufferedWriter(folder.resolve("labels.csv"));
        BufferedWriter cutana = Files.newBufferedWriter(folder.resolve("cutana.csv"))) {
      labels.write(KaggleColumns.GALAXY_ID + "," + String.join(",", KaggleColumns.NAMES) + "\n");
      cutana.write("SourceID,RA,Dec,diameter_pixel,fits_file_paths\n");
      for (int number = 0; number < plan.galaxies(); number++) {
        TileGalaxy galaxy = survey.galaxy(number);
        labels.write(
            galaxy.objectId()
                + Arrays.stream(KaggleColumns.of(galaxy.truth()))
                    .mapToObj(share -> "," + share)
                    .collect(Collectors.joining())
                + "\n");
        cutana.write(
            String.format(
                Locale.ROOT,
                "%s,%.9f,%.9f,%d,\"[%s]\"%n",
                galaxy.objectId(),
                galaxy.ra(),
                galaxy.dec(),
                Math.round(MockTiles.WIDTH_IN_RADII * galaxy.radius()),
                files(galaxy)));
      }
    }
  }

  /** The files of the tile on which a galaxy is farthest from an edge. */
  private String files(TileGalaxy galaxy) {
    int tile =
        IntStream.range(0, plan.tiles())
            .boxed()
            .max(
                Comparator.comparingDouble(
                    t ->
                        Math.min(
                            galaxy.x() - plan.origin(t),
                            plan.origin(t) + plan.side() - galaxy.x())))
            .orElse(0);
    return plan.layout().bands().stream()
        .map(band -> "'" + file(tile, band.name()).toAbsolutePath() + "'")
        .collect(Collectors.joining(", "));
  }

  /** A column of the catalogue; one with a unit holds numbers, and any other texts. */
  private record Column(
      String name,
      String unit,
      String ucd,
      String description,
      Function<TileGalaxy, Object> value) {

    ColumnInfo info() {
      ColumnInfo info =
          new ColumnInfo(name, unit.isEmpty() ? String.class : Double.class, description);
      info.setUCD(ucd);
      if (!unit.isEmpty()) {
        info.setUnitString(unit);
      }
      return info;
    }
  }

  /** The catalogue as STIL sees it: galaxies that are drawn as they are needed. */
  private final class Objects extends AbstractStarTable {

    private final List<Column> columns = columns();

    /** What every survey has, and the sizes that this one publishes. */
    private List<Column> columns() {
      List<Column> all =
          new ArrayList<>(
              List.of(
                  new Column("id", "", "meta.id;meta.main", "Identifier", TileGalaxy::objectId),
                  new Column("ra", "deg", "pos.eq.ra;meta.main", "Right ascension", TileGalaxy::ra),
                  new Column("dec", "deg", "pos.eq.dec;meta.main", "Declination", TileGalaxy::dec),
                  new Column(
                      "mag_r",
                      "mag",
                      "phot.mag;em.opt.R",
                      "Magnitude",
                      galaxy -> 21 - 4 * Math.log10(galaxy.radius())),
                  new Column(
                      "class",
                      "",
                      "src.morph.type",
                      "What was rendered",
                      galaxy -> Morphology.of(galaxy.truth()).classString())));
      double scale = plan.layout().pixelScale();
      switch (plan.layout()) {
        case PLAIN, RUBIN -> all.add(angle("petroR90_r", "90", galaxy -> galaxy.radius() * scale));
        case LEGACY -> {
          all.add(angle("petroth50", "50", galaxy -> 0.45 * galaxy.radius() * scale));
          all.add(angle("petroth90", "90", galaxy -> galaxy.radius() * scale));
        }
        case EUCLID ->
            all.add(
                new Column(
                    "r_max",
                    "pixel",
                    "phys.angSize",
                    "Largest radius of the segment",
                    galaxy -> MockTiles.WIDTH_IN_RADII / 2 * galaxy.radius()));
      }
      return all;
    }

    private static Column angle(String name, String percent, Function<TileGalaxy, Object> value) {
      return new Column(
          name,
          "arcsec",
          "phys.angSize",
          "Radius that holds " + percent + " % of the light",
          value);
    }

    @Override
    public int getColumnCount() {
      return columns.size();
    }

    @Override
    public long getRowCount() {
      return plan.galaxies();
    }

    @Override
    public ColumnInfo getColumnInfo(int column) {
      return columns.get(column).info();
    }

    @Override
    public RowSequence getRowSequence() {
      return new RowSequence() {
        private int next;
        private Object[] row = {};

        @Override
        public boolean next() {
          if (next == plan.galaxies()) {
            return false;
          }
          row = row(survey.galaxy(next++));
          return true;
        }

        @Override
        public Object getCell(int column) {
          return row[column];
        }

        @Override
        public Object[] getRow() {
          return row.clone();
        }

        @Override
        public void close() {}
      };
    }

    private Object[] row(TileGalaxy galaxy) {
      return columns.stream().map(column -> column.value().apply(galaxy)).toArray();
    }
  }
}
