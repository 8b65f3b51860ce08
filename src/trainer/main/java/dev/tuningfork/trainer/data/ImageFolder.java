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
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The images of a folder by their names without suffix; the folder is listed once. */
final class ImageFolder {

  private static final Pattern WHOLE_FRACTION = Pattern.compile("\\d+\\.0+");

  private final Path folder;
  private final Map<String, Path> images = new HashMap<>();

  /**
   * Lists a folder.
   *
   * @throws IOException if it cannot be listed
   * @throws IllegalArgumentException if it is not a folder, or holds no image
   */
  ImageFolder(Path folder) throws IOException {
    this.folder = folder;
    if (!Files.isDirectory(folder)) {
      throw new IllegalArgumentException(folder + " is not a folder of images.");
    }
    try (Stream<Path> files = Files.list(folder)) {
      files
          .filter(file -> preference(file) >= 0)
          .sorted(Comparator.comparingInt(ImageFolder::preference).thenComparing(Path::compareTo))
          .forEach(file -> images.putIfAbsent(ImageFormat.withoutSuffix(name(file)), file));
    }
    if (images.isEmpty()) {
      throw new IllegalArgumentException(
          "The folder %s contains no image (%s)."
              .formatted(folder, String.join(", ", ImageFormat.suffixes())));
    }
  }

  Optional<Path> image(String id) {
    return Optional.ofNullable(images.get(id));
  }

  /**
   * The id that a table means. Tables also hold file names, paths, and numbers that pandas has
   * written as fractions: {@code 100008.jpg}, {@code images/100008.jpg} and {@code 100008.0} are
   * the galaxy 100008.
   */
  String id(String cell) {
    if (images.containsKey(cell)) {
      return cell;
    }
    String name = cell.substring(Math.max(cell.lastIndexOf('/'), cell.lastIndexOf('\\')) + 1);
    String stem = ImageFormat.withoutSuffix(name);
    return WHOLE_FRACTION.matcher(stem).matches() ? stem.substring(0, stem.indexOf('.')) : stem;
  }

  Problem missing(String id, Path table) {
    return new Problem(
        Problem.Kind.MISSING,
        id,
        "Galaxy %s of %s has no image in %s, where names look like %s."
            .formatted(id, table, folder, example()),
        "galaxies of %s have no image in %s".formatted(table, folder));
  }

  private String example() {
    return images.values().stream().map(ImageFolder::name).min(String::compareTo).orElse("none");
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
