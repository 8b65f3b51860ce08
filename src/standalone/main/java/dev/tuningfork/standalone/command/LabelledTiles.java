package dev.tuningfork.standalone.command;

import dev.tuningfork.catalogue.TextRows;
import dev.tuningfork.image.Recipe;
import dev.tuningfork.standalone.tile.CutoutFiles;
import dev.tuningfork.standalone.tile.LeftOut;
import dev.tuningfork.standalone.tile.Manifest;
import dev.tuningfork.trainer.data.LabelledGalaxy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * Tiles and a catalogue to learn from. The flux of each galaxy is cut out once, into the run's
 * folder, as {@code cut} does it; a run that is resumed finds it there.
 */
final class LabelledTiles extends TileOptions {

  private static final Set<String> OTHER_IDS = Set.of("id_str", "file_loc");

  @Option(
      names = "--cutout-size",
      paramLabel = "ARCSEC",
      description = "The width of all cutouts. Default: by the catalogue's sizes.")
  private @Nullable Double size;

  @Override
  String sizeOption() {
    return "--cutout-size";
  }

  /**
   * Cuts the galaxies out.
   *
   * @param recipe what decides their sizes; null for the usual one
   * @param run the folder of the run
   * @param resume whether cutouts of the same run are taken over
   * @return the folder of the cutouts, with their list
   * @throws IOException in a sentence, where a file cannot be read or written, or the run that is
   *     resumed had other tiles
   */
  Path cut(@Nullable Recipe recipe, Path run, boolean resume, Terminal terminal)
      throws IOException {
    Path folder = run.resolve("cutouts");
    Path whole = run.resolve("cutouts.txt"); // what they were made of, once all are there
    if (!resume) {
      Files.deleteIfExists(whole);
      empty(folder);
    }
    Files.createDirectories(folder);
    CutoutFolder cutouts =
        new CutoutFolder(folder, this, CutoutFiles.Form.FITS, 1, recipe, size, columns(), terminal);
    try (Interruption stop = new Interruption();
        LeftOut leftOut = new LeftOut(run.resolve("left-out.csv"));
        Opened opened = cutouts.open(leftOut)) {
      String settings = cutouts.settings(opened);
      if (Files.exists(whole)) {
        if (!settings.equals(Files.readString(whole))) {
          throw new IOException(
              "The run in %s had other tiles, another catalogue, or other sizes: start over without --resume."
                  .formatted(run));
        }
        return folder;
      }
      try (Manifest manifest = cutouts.manifest(opened, resume)) {
        cutouts.cut(opened, manifest, leftOut, stop);
        manifest.finish();
      }
      leftOut.report(terminal::line);
      Files.writeString(whole, settings);
      return folder;
    }
  }

  /** The list of the cutouts in their folder, which has the catalogue's columns of labels. */
  static Path labels(Path cutouts) {
    return cutouts.resolve("manifest.csv");
  }

  private static void empty(Path folder) throws IOException {
    if (Files.isDirectory(folder)) {
      try (Stream<Path> files = Files.list(folder)) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
      }
    }
  }

  /** Those of the catalogue that may be labels: all but what the list says itself, and ids. */
  private List<String> columns() throws IOException {
    Set<String> own =
        Stream.of(
                CutoutFiles.COLUMNS.stream(),
                LabelledGalaxy.ID_COLUMNS.stream(),
                OTHER_IDS.stream())
            .flatMap(names -> names)
            .map(name -> name.toLowerCase(Locale.ROOT))
            .collect(Collectors.toSet());
    try (TextRows rows = TextRows.open(list())) {
      return rows.header().stream()
          .filter(name -> !own.contains(name.toLowerCase(Locale.ROOT)))
          .toList();
    }
  }
}
