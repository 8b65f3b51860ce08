package dev.tuningfork.trainer.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The images of a folder by their names without suffix; the folder is listed once. */
final class ImageFolder {

  /** In order of preference, where a galaxy has several. */
  private static final List<String> SUFFIXES =
      List.of(".jpg", ".jpeg", ".png", ".fits", ".fits.gz", ".fit");

  private final Path folder;
  private final Map<String, Path> images = new HashMap<>();

  /**
   * Lists a folder.
   *
   * @throws IOException if it cannot be listed
   * @throws IllegalArgumentException if it is no folder, or holds no image
   */
  ImageFolder(Path folder) throws IOException {
    this.folder = folder;
    if (!Files.isDirectory(folder)) {
      throw new IllegalArgumentException(folder + " is no folder of images.");
    }
    try (Stream<Path> files = Files.list(folder)) {
      files
          .filter(file -> suffix(file) >= 0)
          .sorted(Comparator.comparingInt(ImageFolder::suffix).thenComparing(Path::compareTo))
          .forEach(file -> images.putIfAbsent(stem(file), file));
    }
    if (images.isEmpty()) {
      throw new IllegalArgumentException(
          "The folder %s holds no image (%s).".formatted(folder, String.join(", ", SUFFIXES)));
    }
  }

  Optional<Path> image(String id) {
    return Optional.ofNullable(images.get(id));
  }

  Problem missing(String id, Path table) {
    return new Problem(
        Problem.Kind.MISSING,
        id,
        "Galaxy %s of %s has no image in %s.".formatted(id, table, folder));
  }

  /** The ids, sorted. */
  List<String> ids() {
    return images.keySet().stream().sorted().toList();
  }

  private static int suffix(Path file) {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    for (int i = 0; i < SUFFIXES.size(); i++) {
      if (name.endsWith(SUFFIXES.get(i))) {
        return i;
      }
    }
    return -1;
  }

  private static String stem(Path file) {
    String name = file.getFileName().toString();
    return name.substring(0, name.length() - SUFFIXES.get(suffix(file)).length());
  }
}
