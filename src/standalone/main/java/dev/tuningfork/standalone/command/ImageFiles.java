package dev.tuningfork.standalone.command;

import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;

/** The images among what a person names: files as they are, folders with all that is below them. */
final class ImageFiles {

  private static final List<String> EXTENSIONS =
      List.of(".jpg", ".jpeg", ".png", ".fits", ".fit", ".fts", ".fits.gz", ".fit.gz", ".fits.fz");

  private ImageFiles() {}

  /**
   * @return in the order given, and within a folder by path; a file that is named is taken whatever
   *     its extension
   * @throws IOException where something that is named does not exist, or a folder cannot be read
   */
  static List<Path> find(List<Path> named) throws IOException {
    List<Path> images = new ArrayList<>();
    for (Path each : named) {
      if (Files.isDirectory(each)) {
        try (Stream<Path> below = Files.walk(each, FileVisitOption.FOLLOW_LINKS)) {
          below
              .filter(ImageFiles::isImage)
              .filter(Files::isRegularFile)
              .sorted()
              .forEach(images::add);
        }
      } else if (Files.exists(each)) {
        images.add(each);
      } else {
        throw new IOException("There is no file or folder " + each + ".");
      }
    }
    return images;
  }

  /** The file's name without its extension. */
  static String objectId(Path image) {
    String name = Objects.toString(image.getFileName());
    String lower = name.toLowerCase(Locale.ROOT);
    return EXTENSIONS.stream().filter(lower::endsWith).mapToInt(String::length).max().stream()
        .mapToObj(length -> name.substring(0, name.length() - length))
        .filter(id -> !id.isBlank())
        .findFirst()
        .orElse(name);
  }

  private static boolean isImage(Path file) {
    String name = Objects.toString(file.getFileName()).toLowerCase(Locale.ROOT);
    return EXTENSIONS.stream().anyMatch(name::endsWith);
  }
}
