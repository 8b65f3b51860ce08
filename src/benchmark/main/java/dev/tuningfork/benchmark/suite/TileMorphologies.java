package dev.tuningfork.benchmark.suite;

import dev.tuningfork.catalogue.Catalogue;
import dev.tuningfork.catalogue.ColumnChoice;
import dev.tuningfork.classifier.batch.Answerer;
import dev.tuningfork.classifier.message.GalaxyMorphology;
import dev.tuningfork.classifier.stream.Provenance;
import dev.tuningfork.file.Sha256;
import dev.tuningfork.image.ImageDescription;
import dev.tuningfork.image.ImageLimits;
import dev.tuningfork.image.PreparedImage;
import dev.tuningfork.image.Preprocessor;
import dev.tuningfork.image.Recipe;
import dev.tuningfork.image.SkyPosition;
import dev.tuningfork.model.MorphologyModel;
import dev.tuningfork.standalone.survey.TileLayout;
import dev.tuningfork.standalone.survey.TilePlan;
import dev.tuningfork.standalone.survey.TileWriter;
import dev.tuningfork.standalone.tile.Allotment;
import dev.tuningfork.standalone.tile.CutoutFiles;
import dev.tuningfork.standalone.tile.LeftOut;
import dev.tuningfork.standalone.tile.Place;
import dev.tuningfork.standalone.tile.TileClassifier;
import dev.tuningfork.standalone.tile.TileFiles;
import dev.tuningfork.standalone.tile.TileRun;
import dev.tuningfork.standalone.tile.TileRun.Outcome;
import dev.tuningfork.standalone.tile.TileSupply;
import dev.tuningfork.tile.CutLimit;
import dev.tuningfork.tile.Sizing;
import dev.tuningfork.tile.TileCache;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import javax.imageio.ImageIO;
import nom.tam.fits.BasicHDU;
import nom.tam.fits.Fits;
import nom.tam.fits.FitsException;
import nom.tam.image.compression.hdu.CompressedImageHDU;
import nom.tam.util.FitsOutputStream;

/**
 * From the pixels of a rendered tile to answers, as {@code classify} makes them, and from JPEG
 * cutouts of the same galaxies: with the same model, threads, batches and messages, in this
 * process, without Kafka and without writing a table. Belongs to one thread.
 */
final class TileMorphologies {

  static final Recipe RECIPE = Recipe.named("legacy-grz");
  private static final int CHUNK = 32;
  private static final int QUALITY = 95;

  /** The side of the pictures that Galaxy Zoo's volunteers see, of SDSS and of DECaLS. */
  private static final int SIDE_AT_GALAXY_ZOO = 424;

  private final MorphologyModel model;
  private final Path scratch;
  private final int workers;
  private final Allotment compressed;
  private final Allotment plain;
  private final List<Cutout> cutouts = new ArrayList<>();
  private final List<Cutout> largeCutouts = new ArrayList<>();

  /** A galaxy that was cut out as a picture. */
  record Cutout(String id, int ordinal, long row, SkyPosition position, Path file) {

    /** The same picture with the number of pixels that Galaxy Zoo shows. */
    Cutout enlarged(Path folder) throws IOException {
      BufferedImage large =
          new BufferedImage(SIDE_AT_GALAXY_ZOO, SIDE_AT_GALAXY_ZOO, BufferedImage.TYPE_3BYTE_BGR);
      Graphics2D drawing = large.createGraphics();
      drawing.setRenderingHint(
          RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BICUBIC);
      drawing.drawImage(
          ImageIO.read(file.toFile()), 0, 0, SIDE_AT_GALAXY_ZOO, SIDE_AT_GALAXY_ZOO, null);
      drawing.dispose();
      Path enlarged = folder.resolve(file.getFileName());
      ImageIO.write(large, "jpg", enlarged.toFile());
      return new Cutout(id, ordinal, row, position, enlarged);
    }
  }

  private TileMorphologies(
      MorphologyModel model, Path scratch, Allotment compressed, Allotment plain) {
    this.model = model;
    this.scratch = scratch;
    this.workers = Math.max(Runtime.getRuntime().availableProcessors(), model.passes());
    this.compressed = compressed;
    this.plain = plain;
  }

  /** A tile as the survey of the recipe writes it. */
  static TilePlan plan(int side, int galaxies) {
    return new TilePlan(TileLayout.LEGACY, side, galaxies, 1, 0, 150.1, 2.2, 1);
  }

  /**
   * Writes a tile in Rice's code, the same tile uncompressed, and pictures of its galaxies.
   *
   * @param folder an empty one
   */
  static TileMorphologies render(MorphologyModel model, TilePlan plan, Path folder)
      throws IOException {
    TileWriter writer = new TileWriter(plan, folder);
    writer.writeTile(0);
    writer.writeCatalogues();
    List<String> compressed = new ArrayList<>();
    List<String> plain = new ArrayList<>();
    for (String band : TileWriter.bands(TileLayout.LEGACY)) {
      Path file = writer.file(0, band);
      compressed.add(band + "=" + file);
      plain.add(band + "=" + uncompressed(file, plainFile(folder, band)));
    }
    Path objects = folder.resolve("objects.fits");
    TileMorphologies made =
        new TileMorphologies(
            model,
            folder,
            allotment(compressed, objects, Files.createDirectory(folder.resolve("of-compressed"))),
            allotment(plain, objects, Files.createDirectory(folder.resolve("of-plain"))));
    made.cut(Files.createDirectory(folder.resolve("cutouts")));
    return made;
  }

  /** The uncompressed file of a band. */
  static Path plainFile(Path folder, String band) {
    return folder.resolve("plain-" + band + ".fits");
  }

  private static Path uncompressed(Path file, Path to) throws IOException {
    try (Fits from = new Fits(file.toFile());
        Fits plain = new Fits();
        FitsOutputStream out = new FitsOutputStream(Files.newOutputStream(to))) {
      for (BasicHDU<?> hdu : from.read()) {
        if (hdu instanceof CompressedImageHDU image) {
          plain.addHDU(image.asImageHDU());
        }
      }
      plain.write(out);
      return to;
    } catch (FitsException e) {
      throw new IOException(e);
    }
  }

  private static Allotment allotment(List<String> images, Path objects, Path scratch)
      throws IOException {
    Sizing sizing = new Sizing(OptionalDouble.empty(), OptionalDouble.empty(), RECIPE);
    try (Catalogue catalogue =
            Catalogue.open(
                objects, ColumnChoice.NONE, sizing.radii(), List.of(), Optional.empty());
        LeftOut leftOut = new LeftOut(null)) {
      return Allotment.of(
          catalogue,
          new TileSupply.Given(TileFiles.find(images)),
          sizing,
          leftOut,
          TileCache.ofDefaults(),
          scratch,
          _ -> {});
    }
  }

  private TileRun run(Allotment allotment) {
    TileCache cache = new TileCache(Runtime.getRuntime().maxMemory() / 4, scratch);
    return new TileRun(allotment, cache, workers, Math.min(CHUNK, model.largestBatch()));
  }

  private void cut(Path folder) throws IOException {
    run(plain)
        .run(
            _ -> true,
            new CutoutFiles(folder, CutoutFiles.Form.JPEG, RECIPE, QUALITY, CutLimit.of(workers)),
            outcome -> {
              if (outcome instanceof Outcome.Done<String>(Place place, String _)) {
                Path file = folder.resolve(place.id() + ".jpg");
                cutouts.add(
                    new Cutout(place.id(), place.ordinal(), place.row(), place.position(), file));
              }
            },
            () -> false);
  }

  /** All that were cut out, each as a JPEG. */
  List<Cutout> cutouts() {
    return List.copyOf(cutouts);
  }

  /** Answers by the galaxy's identifier, and how many were made in a second. */
  record Answers(Map<String, byte[]> messages, double perSecond) {}

  /** From the uncompressed tile. */
  Answers ofTile() throws IOException {
    return of(plain);
  }

  /** From the tile in Rice's code. */
  Answers ofCompressedTile() throws IOException {
    return of(compressed);
  }

  private Answers of(Allotment allotment) throws IOException {
    Map<String, byte[]> messages = new ConcurrentHashMap<>();
    long start = System.nanoTime();
    run(allotment)
        .run(
            _ -> true,
            new TileClassifier(model, RECIPE, "objects.fits", CutLimit.of(workers)),
            outcome -> {
              if (outcome instanceof Outcome.Done<byte[]>(Place place, byte[] message)) {
                messages.put(place.id(), message);
              }
            },
            () -> false);
    return answers(messages, start);
  }

  private static Answers answers(Map<String, byte[]> messages, long start) {
    return new Answers(messages, messages.size() / Pace.secondsSince(start));
  }

  /** From JPEG files with as many pixels as the tile has. */
  Answers ofCutouts() throws Exception {
    return of(cutouts);
  }

  /** Writes the pictures again, as large as those of Galaxy Zoo. */
  void enlarge(Path folder) throws IOException {
    for (Cutout cutout : cutouts) {
      largeCutouts.add(cutout.enlarged(folder));
    }
  }

  /** From the JPEG files that {@link #enlarge} wrote. */
  Answers ofLargeCutouts() throws Exception {
    return of(largeCutouts);
  }

  private Answers of(List<Cutout> pictures) throws Exception {
    Map<String, byte[]> messages = new ConcurrentHashMap<>();
    Preprocessor preprocessor = new Preprocessor(model.input(), ImageLimits.DEFAULT);
    Provenance provenance = Provenance.of(Answerer.of(model));
    int chunk = Math.min(CHUNK, model.largestBatch());
    AtomicInteger next = new AtomicInteger();
    Callable<Void> worker =
        () -> {
          for (int n = next.getAndAdd(chunk); n < pictures.size(); n = next.getAndAdd(chunk)) {
            List<Cutout> part = pictures.subList(n, Math.min(pictures.size(), n + chunk));
            answer(part, preprocessor, provenance, messages);
          }
          return null;
        };
    long start = System.nanoTime();
    try (ExecutorService threads = Executors.newFixedThreadPool(workers)) {
      for (Future<Void> done : threads.invokeAll(Collections.nCopies(workers, worker))) {
        done.get();
      }
    }
    return answers(messages, start);
  }

  private void answer(
      List<Cutout> part,
      Preprocessor preprocessor,
      Provenance provenance,
      Map<String, byte[]> messages)
      throws Exception {
    Instant since = Instant.now();
    List<PreparedImage> prepared = new ArrayList<>(part.size());
    List<String> hashes = new ArrayList<>(part.size());
    for (Cutout one : part) {
      byte[] bytes = Files.readAllBytes(one.file);
      hashes.add(Sha256.hex(bytes));
      prepared.add(preprocessor.prepare(bytes, ImageDescription.NONE));
    }
    var answers = model.predict(prepared);
    for (int i = 0; i < part.size(); i++) {
      Cutout one = part.get(i);
      PreparedImage seen = prepared.get(i);
      GalaxyMorphology message =
          provenance.answer(
              one.id,
              String.valueOf(one.ordinal),
              one.position,
              answers.get(i),
              Set.copyOf(seen.flags()),
              new GalaxyMorphology.Image(
                  one.file.toUri().toString(), hashes.get(i), seen.width(), seen.height()),
              since,
              Instant.now(),
              new GalaxyMorphology.Source("manifest.csv", 0, one.row));
      messages.put(one.id, message.toJson());
      preprocessor.recycle(seen);
    }
  }
}
