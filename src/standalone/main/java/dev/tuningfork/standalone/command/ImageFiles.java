package dev.tuningfork.standalone.command;

import dev.tuningfork.catalogue.Catalogue;
import dev.tuningfork.catalogue.CatalogueRow;
import dev.tuningfork.catalogue.ColumnChoice;
import dev.tuningfork.image.ImageFormat;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The images among what a person names: files as they are, folders with all that is below them.
 *
 * @param images in the order given, and within a folder by path; each file once
 * @param complaints a sentence for each folder that could not be read
 */
record ImageFiles(List<Named> images, List<String> complaints) {

  /**
   * An image file.
   *
   * @param path as it was named, or as it was found below a folder that was named
   * @param objectId the file's name without its suffix. Where several images have one name, as many
   *     names of folders are before it as tell them apart: {@code spiral/12}; files that differ in
   *     nothing else keep their suffix; an id that is still not unique is followed by {@code #2},
   *     {@code #3} and so on
   */
  record Named(Path path, String objectId) {

    /** The file, as tables and messages name it. */
    String file() {
      return ImageFormat.spelled(path);
    }

    /** The path that the file really has; the path that it would have, if it has gone meanwhile. */
    Path real() {
      try {
        return path.toRealPath();
      } catch (IOException gone) {
        return path.toAbsolutePath().normalize();
      }
    }
  }

  ImageFiles {
    images = List.copyOf(images);
    complaints = List.copyOf(complaints);
  }

  /**
   * Searches. A folder that several links lead to is read once, by the way without links where
   * there is one; so a link to a folder above itself ends nothing. A folder that cannot be read is
   * left out.
   *
   * @param named a file that is named is taken whatever its suffix; one in {@code .csv} is a list
   *     of cutouts, as {@code cut} writes it, with their identifiers
   * @throws IOException where something that is named does not exist, or a list of cutouts cannot
   *     be read
   */
  static ImageFiles find(List<Path> named) throws IOException {
    SequencedMap<Path, Path> images = new LinkedHashMap<>();
    Map<Path, String> known = new HashMap<>();
    Set<Path> visited = new HashSet<>();
    List<String> complaints = new ArrayList<>();
    for (Path each : named) {
      if (Files.isDirectory(each)) {
        below(each, visited, complaints).forEach(image -> images.putIfAbsent(key(image), image));
      } else if (isList(each)) {
        readList(each, images, known, complaints);
      } else if (Files.exists(each)) {
        images.putIfAbsent(key(each), each);
      } else {
        throw new IOException("There is no file or folder " + ImageFormat.spelled(each) + ".");
      }
    }
    return new ImageFiles(identified(images.values(), known), complaints);
  }

  private static boolean isList(Path file) {
    return Files.exists(file)
        && ImageFormat.spelled(file).toLowerCase(Locale.ROOT).endsWith(".csv");
  }

  /** The cutouts of a list, whose names are relative to its folder. */
  private static void readList(
      Path list, SequencedMap<Path, Path> images, Map<Path, String> known, List<String> complaints)
      throws IOException {
    Path folder = list.toAbsolutePath().getParent();
    try (Catalogue catalogue =
            Catalogue.open(
                list, ColumnChoice.parse("files=file"), List.of(), List.of(), Optional.empty());
        Catalogue.Rows rows = catalogue.rows()) {
      for (var row = rows.next(); row.isPresent(); row = rows.next()) {
        switch (row.get()) {
          case CatalogueRow.Galaxy galaxy -> {
            String name = galaxy.files().getFirst();
            Path image = folder == null ? Path.of(name) : folder.resolve(name);
            images.putIfAbsent(key(image), image);
            known.putIfAbsent(image, galaxy.id());
          }
          case CatalogueRow.Unusable unusable -> complaints.add(unusable.sentence());
          case CatalogueRow.Excluded _ -> throw new IllegalStateException("there is no filter");
        }
      }
    }
  }

  private static Path key(Path image) {
    return image.toAbsolutePath().normalize();
  }

  private static List<Path> below(Path named, Set<Path> visited, List<String> complaints) {
    List<Path> images = new ArrayList<>();
    Deque<Path> folders = new ArrayDeque<>(List.of(named));
    Deque<Path> links = new ArrayDeque<>();
    while (!folders.isEmpty() || !links.isEmpty()) {
      Path folder = folders.isEmpty() ? links.removeFirst() : folders.removeFirst();
      try {
        if (visited.add(folder.toRealPath())) {
          for (Path entry : entries(folder)) {
            if (Files.isDirectory(entry)) {
              (Files.isSymbolicLink(entry) ? links : folders).add(entry);
            } else if (isNamedAsImage(entry) && Files.isRegularFile(entry)) {
              images.add(entry);
            }
          }
        }
      } catch (AccessDeniedException e) {
        complaints.add(
            "The folder %s is left out: this process may not read it."
                .formatted(ImageFormat.spelled(folder)));
      } catch (IOException e) {
        complaints.add(
            "The folder %s is left out: it cannot be read (%s)."
                .formatted(ImageFormat.spelled(folder), e.getMessage()));
      }
    }
    images.sort(null);
    return images;
  }

  private static List<Path> entries(Path folder) throws IOException {
    List<Path> entries = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder)) {
      stream.forEach(entries::add);
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    entries.sort(null);
    return entries;
  }

  private static boolean isNamedAsImage(Path file) {
    return ImageFormat.suffix(Objects.toString(file.getFileName())).isPresent();
  }

  /** Gives every image an identifier of its own. */
  private static List<Named> identified(Collection<Path> images, Map<Path, String> known) {
    Map<Path, String> ids = new HashMap<>(known);
    List<Path> shared = images.stream().filter(image -> !known.containsKey(image)).toList();
    int deepest = images.stream().mapToInt(image -> key(image).getNameCount()).max().orElse(0);
    for (int names = 1; !shared.isEmpty(); names++) {
      int length = names;
      Map<String, List<Path>> alike =
          shared.stream().collect(Collectors.groupingBy(image -> stem(image, length)));
      shared = new ArrayList<>();
      for (Map.Entry<String, List<Path>> each : alike.entrySet()) {
        List<Path> group = each.getValue();
        if (group.size() == 1) {
          ids.put(group.getFirst(), each.getKey());
        } else if (length == deepest
            || group.stream().map(ImageFiles::folder).distinct().count() == 1) {
          group.forEach(image -> ids.put(image, name(image, length)));
        } else {
          shared.addAll(group);
        }
      }
    }
    Set<String> taken = new HashSet<>();
    return images.stream()
        .map(image -> new Named(image, untaken(ids.getOrDefault(image, ""), taken)))
        .toList();
  }

  private static String untaken(String id, Set<String> taken) {
    String untaken = id;
    for (int number = 2; !taken.add(untaken); number++) {
      untaken = id + "#" + number;
    }
    return untaken;
  }

  private static String stem(Path image, int names) {
    return ImageFormat.withoutSuffix(name(image, names));
  }

  /** The last names of a path. */
  private static String name(Path image, int names) {
    Path absolute = key(image);
    int count = absolute.getNameCount();
    return ImageFormat.spelled(absolute.subpath(Math.max(0, count - names), count))
        .replace('\\', '/');
  }

  private static Path folder(Path image) {
    return Objects.requireNonNull(key(image).getParent());
  }
}
