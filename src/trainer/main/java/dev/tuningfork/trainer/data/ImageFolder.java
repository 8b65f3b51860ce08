package dev.tuningfork.trainer.data;

import dev.tuningfork.image.ImageFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The images of a folder by their names without suffix; the folder is listed once. */
final class ImageFolder {

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
          .filter(file -> preference(file) >= 0)
          .sorted(Comparator.comparingInt(ImageFolder::preference).thenComparing(Path::compareTo))
          .forEach(file -> images.putIfAbsent(ImageFormat.withoutSuffix(name(file)), file));
    }
    if (images.isEmpty()) {
      throw new IllegalArgumentException(
          "The folder %s holds no image (%s)."
              .formatted(folder, String.join(", ", ImageFormat.suffixes())));
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

  /** Where a galaxy has several images, the one of the smallest number is taken; -1 for none. */
  private static int preference(Path file) {
    return ImageFormat.suffix(name(file)).map(ImageFormat.suffixes()::indexOf).orElse(-1);
  }

  private static String name(Path file) {
    return ImageFormat.spelled(file.getFileName());
  }
}
