package dev.tuningfork.trainer.data;

import dev.tuningfork.tree.KaggleColumns;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;

/** Small tables and folders of galaxies; no test here opens an image, so they are empty files. */
final class Tables {

  static final String HEADER =
      KaggleColumns.GALAXY_ID + "," + String.join(",", KaggleColumns.NAMES);

  private Tables() {}

  /** A row with question 1 alone. */
  static String smooth(String id, double smooth) {
    return "%s,%s,%s,0".formatted(id, smooth, 1 - smooth) + ",".repeat(34);
  }

  static Path images(Path folder, String... ids) throws IOException {
    Files.createDirectories(folder);
    for (String id : ids) {
      Files.createFile(folder.resolve(id + ".jpg"));
    }
    return folder;
  }

  static Path csv(Path file, String header, String... rows) throws IOException {
    return Files.write(file, Stream.concat(Stream.of(header), Stream.of(rows)).toList());
  }

  /** As many galaxies as there are ids, in the order of the ids. */
  static KaggleTables kaggle(Path folder, List<String> ids) throws IOException {
    images(folder, ids.toArray(String[]::new));
    return new KaggleTables(
        folder,
        List.of(
            csv(
                folder.resolve("labels.csv"),
                HEADER,
                ids.stream().map(id -> smooth(id, 0.75)).toArray(String[]::new))));
  }

  static DataSet judged(GalaxySource source) {
    return new DataSet(source, 1, true, OptionalInt.empty());
  }

  static DataSet unjudged(GalaxySource source) {
    return new DataSet(source, 1, false, OptionalInt.empty());
  }
}
