package dev.tuningfork.standalone.command;

import dev.tuningfork.image.Recipe;
import dev.tuningfork.standalone.command.TileOptions.Opened;
import dev.tuningfork.standalone.tile.CutoutFiles;
import dev.tuningfork.standalone.tile.LeftOut;
import dev.tuningfork.standalone.tile.Manifest;
import dev.tuningfork.standalone.tile.TileRun;
import dev.tuningfork.tile.CutLimit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * The galaxies of a catalogue, cut out of tiles into files of a folder, with a list of them.
 *
 * @param folder an existing one
 * @param quality of a JPEG, 1 to 100
 * @param chosen the recipe that decides sizes and pictures; null where none was named
 * @param size arcseconds, for all galaxies; null where the catalogue says it
 * @param keep columns of the catalogue that go into the list, as far as they are there
 */
record CutoutFolder(
    Path folder,
    TileOptions tiles,
    CutoutFiles.Form form,
    int quality,
    @Nullable Recipe chosen,
    @Nullable Double size,
    List<String> keep,
    Terminal terminal) {

  private static final int CHUNK = 16;
  private static final int FLUSHED = 64;

  CutoutFolder {
    keep = List.copyOf(keep);
  }

  private Recipe recipe() {
    return chosen == null ? Recipe.named("asinh") : chosen;
  }

  Opened open(LeftOut leftOut) throws IOException {
    return tiles.open(size, chosen, keep, leftOut, terminal);
  }

  /** What decides which cutouts there are, and what they look like. */
  String settings(Opened opened) throws IOException {
    return form + " " + quality + " " + tiles.settings(opened, size, recipe().id()) + " " + keep;
  }

  /**
   * Begins the list, or continues that of an unfinished run.
   *
   * @throws IOException in a sentence, where that run had other settings
   */
  Manifest manifest(Opened opened, boolean resume) throws IOException {
    return resume && Files.exists(Manifest.unfinished(folder))
        ? Manifest.resume(folder, settings(opened), opened.kept())
        : Manifest.begin(folder, settings(opened), opened.kept());
  }

  /**
   * Cuts out the galaxies that the list lacks.
   *
   * @throws CancellationException in a sentence, where it was to stop
   */
  void cut(Opened opened, Manifest manifest, LeftOut leftOut, Interruption stop)
      throws IOException {
    int galaxies = opened.allotment().size();
    int workers = Runtime.getRuntime().availableProcessors();
    ProgressBar progress = new ProgressBar(terminal, galaxies - manifest.size(), System::nanoTime);
    try {
      new TileRun(opened.allotment(), opened.cache(), workers, CHUNK)
          .run(
              place -> !manifest.has(place.row()),
              new CutoutFiles(folder, form, recipe(), quality, CutLimit.of(workers)),
              new TileResults<>(progress, leftOut, (_, row) -> add(manifest, row)),
              stop::requested);
    } catch (CancellationException e) {
      throw Interruption.stopped(e, true, manifest.size(), galaxies);
    } finally {
      progress.finish();
    }
    progress.report("Cut %,d of %,d galaxies".formatted(manifest.size(), galaxies));
  }

  private static void add(Manifest manifest, String row) throws IOException {
    manifest.add(row);
    if (manifest.size() % FLUSHED == 0) {
      manifest.flush();
    }
  }
}
