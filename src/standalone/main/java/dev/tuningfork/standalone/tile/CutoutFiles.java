package dev.tuningfork.standalone.tile;

import dev.tuningfork.file.Sha256;
import dev.tuningfork.image.Channels;
import dev.tuningfork.image.ImageException;
import dev.tuningfork.image.JpegWriter;
import dev.tuningfork.image.LinearFlux;
import dev.tuningfork.image.QualityFlag;
import dev.tuningfork.image.Recipe;
import dev.tuningfork.image.SkyPosition;
import dev.tuningfork.standalone.tile.TileRun.Outcome;
import dev.tuningfork.tile.Cut;
import dev.tuningfork.tile.CutLimit;
import dev.tuningfork.tile.SkyCutout;
import dev.tuningfork.tile.SurveyImage;
import dev.tuningfork.tile.TileException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import nom.tam.fits.Fits;
import nom.tam.fits.FitsException;
import nom.tam.fits.Header;
import nom.tam.fits.ImageHDU;
import nom.tam.util.FitsOutputStream;

/**
 * Writes cutouts as files: pictures by a recipe (JPEG), or the flux itself with its celestial
 * coordinates (FITS). The result of each is its line of the manifest. Safe for use by many threads
 * at once.
 */
public final class CutoutFiles implements TileRun.Work<String> {

  /** The columns of a manifest that come before those that are kept of the catalogue. */
  public static final List<String> COLUMNS =
      List.of(
          "id",
          "file",
          "ra",
          "dec",
          "row",
          "tile",
          "x",
          "y",
          "side",
          "pixel_scale",
          "recipe",
          "missing",
          "flags");

  /** A file system takes 255, some of which are the suffix and that of an unfinished file. */
  private static final int LONGEST_NAME = 200;

  /** What a cutout is written as. */
  public enum Form {
    JPEG(".jpg"),
    FITS(".fits");

    private final String suffix;

    Form(String suffix) {
      this.suffix = suffix;
    }
  }

  private final Path folder;
  private final Form form;
  private final Recipe recipe;
  private final int quality;
  private final CutLimit limit;

  /**
   * @param folder an existing one
   * @param quality of a JPEG, 1 to 100
   */
  public CutoutFiles(Path folder, Form form, Recipe recipe, int quality, CutLimit limit) {
    this.folder = folder;
    this.form = form;
    this.recipe = recipe;
    this.quality = quality;
    this.limit = limit;
  }

  @Override
  public List<Outcome<String>> on(NamedTile tile, SurveyImage image, List<Place> places) {
    List<Outcome<String>> outcomes = new ArrayList<>(places.size());
    for (Place place : places) {
      try {
        outcomes.add(new Outcome.Done<>(place, write(tile, image, place)));
      } catch (ImageException | TileException e) {
        outcomes.add(new Outcome.Failed<>(place, String.valueOf(e.getMessage())));
      } catch (IOException e) {
        throw new IllegalStateException(
            "The cutout of %s cannot be written (%s).".formatted(place.id(), e.getMessage()), e);
      }
    }
    return outcomes;
  }

  private String write(NamedTile tile, SurveyImage image, Place place)
      throws ImageException, TileException, IOException {
    Cut cut = place.cut();
    limit.check(image, cut);
    SkyCutout cutout = image.cut(cut);
    String name = name(place.id()) + form.suffix;
    byte[] bytes =
        switch (form) {
          case JPEG -> jpeg(cutout);
          case FITS -> fits(image, cutout);
        };
    // whole, or not there: a run that is killed leaves no half of a picture
    Path unfinished = folder.resolve("." + name + ".part");
    Files.write(unfinished, bytes);
    Files.move(unfinished, folder.resolve(name), StandardCopyOption.REPLACE_EXISTING);
    Set<QualityFlag> flags = EnumSet.noneOf(QualityFlag.class);
    flags.addAll(cutout.flags());
    if (place.suspect()) {
      flags.add(QualityFlag.SIZE_SUSPECT);
    }
    List<String> cells =
        new ArrayList<>(
            List.of(
                place.id(),
                name,
                Double.toString(place.position().ra()),
                Double.toString(place.position().dec()),
                Long.toString(place.row()),
                tile.name(),
                Integer.toString(cutout.square().x()),
                Integer.toString(cutout.square().y()),
                Integer.toString(cutout.square().side()),
                String.format(Locale.ROOT, "%.6f", cutout.pixelScale()),
                form == Form.JPEG ? recipe.id() : "",
                String.format(Locale.ROOT, "%.6f", cutout.missing()),
                flags.stream().map(QualityFlag::name).collect(Collectors.joining(" "))));
    cells.addAll(place.kept());
    return cells.stream().map(Csv::cell).collect(Collectors.joining(","));
  }

  /**
   * A name that every file system takes, and that no two identifiers share. Of a long one the end
   * is a hash.
   */
  static String name(String id) {
    StringBuilder name = new StringBuilder();
    byte[] bytes = id.getBytes(StandardCharsets.UTF_8);
    for (byte b : bytes) {
      boolean letter = (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z');
      boolean digit = b >= '0' && b <= '9';
      boolean dot = b == '.' && !name.isEmpty();
      boolean plain = letter || digit || dot || b == '-' || b == '_' || b == '+';
      if (plain) {
        name.append((char) b);
      } else {
        name.append('%').append(HexFormat.of().withUpperCase().toHexDigits(b));
      }
    }
    return name.length() <= LONGEST_NAME
        ? name.toString()
        : name.substring(0, LONGEST_NAME / 2) + "-" + Sha256.hex(bytes);
  }

  private byte[] jpeg(SkyCutout cutout) throws ImageException {
    int side = cutout.flux().side();
    return JpegWriter.write(
        recipe.picture(cutout.flux(), Channels.RGB).values(), side, side, Channels.RGB, quality);
  }

  /** A cube of the bands on a tangent plane about the cutout's centre. */
  private static byte[] fits(SurveyImage image, SkyCutout cutout) throws IOException {
    LinearFlux flux = cutout.flux();
    int side = flux.side();
    float[][][] cube = new float[flux.bands().size()][side][side];
    for (int band = 0; band < cube.length; band++) {
      for (int y = 0; y < side; y++) {
        // a file's first row is the lowest
        System.arraycopy(
            flux.values(), (band * side + side - 1 - y) * side, cube[band][y], 0, side);
      }
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (Fits fits = new Fits();
        FitsOutputStream out = new FitsOutputStream(bytes)) {
      ImageHDU hdu = (ImageHDU) Fits.makeHDU(cube.length == 1 ? cube[0] : cube);
      Header header = hdu.getHeader();
      header.addValue("BANDS", String.join(",", flux.bands()), "of the planes, from the first");
      addCoordinates(header, image, cutout);
      fits.addHDU(hdu);
      fits.write(out);
    } catch (FitsException e) {
      throw new IOException(e.getMessage(), e);
    }
    return bytes.toByteArray();
  }

  private static void addCoordinates(Header header, SurveyImage image, SkyCutout cutout)
      throws FitsException {
    int side = cutout.square().side();
    double half = (side - 1) / 2.0;
    SkyPosition centre =
        image.reference().wcs().toSky(cutout.square().x() + half, cutout.square().y() + half);
    if (centre == null) {
      return;
    }
    double scale = cutout.pixelScale() / 3600;
    double up = Math.toRadians(cutout.orientation());
    double east = cutout.mirrored() ? 1 : -1; // the direction along the rows, with north up
    header.addValue("CTYPE1", "RA---TAN", "");
    header.addValue("CTYPE2", "DEC--TAN", "");
    header.addValue("CRVAL1", centre.ra(), "degrees");
    header.addValue("CRVAL2", centre.dec(), "degrees");
    header.addValue("CRPIX1", half + 1, "");
    header.addValue("CRPIX2", half + 1, "");
    header.addValue("CD1_1", east * scale * Math.cos(up), "degrees a pixel");
    header.addValue("CD1_2", scale * Math.sin(up), "");
    header.addValue("CD2_1", -east * scale * Math.sin(up), "");
    header.addValue("CD2_2", scale * Math.cos(up), "");
    header.addValue("RADESYS", "ICRS", "");
  }
}
