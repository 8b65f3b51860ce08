package dev.tuningfork.standalone.command;

import dev.tuningfork.image.ImageFormat;
import dev.tuningfork.image.Recipe;
import dev.tuningfork.model.ModelBundle;
import dev.tuningfork.model.ModelException;
import dev.tuningfork.model.MorphologyModel;
import dev.tuningfork.standalone.command.TileOptions.Opened;
import dev.tuningfork.standalone.table.MorphologySpool;
import dev.tuningfork.standalone.tile.LeftOut;
import dev.tuningfork.standalone.tile.TileClassifier;
import dev.tuningfork.standalone.tile.TileRun;
import dev.tuningfork.tile.CutLimit;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SortedMap;
import java.util.concurrent.CancellationException;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ExitCode;

/**
 * {@code classify} for tiles: from a survey's images and its catalogue to a table, within this
 * process. There is no broker, because all galaxies of a tile are available at once: a run that was
 * interrupted continues from its journal.
 *
 * @param recipe by which pictures are made; null for the model's own
 * @param size arcseconds, for all galaxies; null where the catalogue says it
 * @param sheet a picture to write; null for none
 */
record TileClassification(
    TileOptions tiles,
    @Nullable Recipe recipe,
    ModelOptions model,
    ModelBundle bundle,
    TableOptions table,
    @Nullable Double size,
    @Nullable Path sheet,
    Terminal terminal) {

  private static final Duration PATIENCE_TO_STOP = Duration.ofSeconds(8);
  private static final int CHUNK = 32;

  /** Classifies, and writes the table; the exit code. */
  int run() throws IOException, ModelException {
    try (Interruption stop = new Interruption(PATIENCE_TO_STOP);
        LeftOut leftOut = new LeftOut(table.beside(".left-out.csv").orElse(null));
        Opened opened = tiles.open(size, recipe, List.of(), leftOut, terminal);
        MorphologySpool spool = spool(opened)) {
      int galaxies = opened.allotment().size();
      terminal.continuing(spool.size(), galaxies);
      if (spool.size() < galaxies) {
        classify(opened, spool, leftOut, stop);
      }
      leftOut.report(terminal::line);
      IntFunction<String> files =
          ordinal -> ImageFormat.spelled(opened.tile(ordinal).first().file());
      table.write(bundle.description().tree(), files, spool, terminal);
      if (sheet != null && spool.size() > 0) {
        TileSheet.write(sheet, opened, spool, recipe);
        terminal.line("Wrote " + ImageFormat.spelled(sheet) + ".");
      }
      spool.delete(); // only now: the sheet shows what it holds
      terminal.err().flush();
      return leftOut.isEmpty() ? ExitCode.OK : Commands.SOME_LEFT_OUT;
    }
  }

  private void classify(Opened opened, MorphologySpool spool, LeftOut leftOut, Interruption stop)
      throws IOException, ModelException {
    int galaxies = opened.allotment().size();
    int before = spool.size();
    terminal.status("Starting the model …");
    int workers = Runtime.getRuntime().availableProcessors();
    try (MorphologyModel loaded = model.load(bundle, Math.max(1, galaxies - before))) {
      ProgressBar progress = new ProgressBar(terminal, galaxies - before, System::nanoTime);
      try {
        new TileRun(
                opened.allotment(),
                opened.cache(),
                Math.max(workers, loaded.passes()),
                Math.min(CHUNK, loaded.largestBatch()))
            .run(
                place -> !spool.has(place.ordinal()),
                new TileClassifier(
                    loaded,
                    recipe,
                    ImageFormat.spelled(tiles.list().getFileName()),
                    CutLimit.of(workers)),
                new TileResults<>(
                    progress, leftOut, (place, json) -> spool.put(place.ordinal(), json)),
                stop::requested);
      } catch (CancellationException e) {
        throw Interruption.stopped(e, !table.isSummary(), spool.size(), galaxies);
      } finally {
        progress.finish();
      }
      progress.report("Classified %,d of %,d galaxies".formatted(spool.size(), galaxies));
    }
  }

  private MorphologySpool spool(Opened opened) throws IOException {
    SortedMap<String, String> settings =
        tiles.settings(opened, size, recipe == null ? "the model's" : recipe.id());
    settings.putAll(model.settings(bundle));
    return table.spool(
        opened.allotment().size(),
        settings,
        answer -> {
          String ordinal = answer.referenceId();
          return ordinal == null ? -1 : Integer.parseInt(ordinal);
        });
  }
}
