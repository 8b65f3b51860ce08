package dev.tuningfork.trainer.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** Where labelled galaxies come from. A new form of labels is one class that implements this. */
public interface GalaxySource {

  /**
   * Reads all labels and finds the images; no image is opened.
   *
   * @throws IOException if a file cannot be read
   * @throws IllegalArgumentException if the source cannot be used at all: a table lacks a column, a
   *     folder has no image
   */
  Reading read() throws IOException;

  /** The folder of its images. */
  Path images();

  /** What it is, for a model's card: the last names of its paths, and not on whose machine. */
  String describe();

  /** The last two names of a path. */
  static String shortened(Path path) {
    Path absolute = path.toAbsolutePath().normalize();
    int names = absolute.getNameCount();
    return names == 0
        ? absolute.toString()
        : absolute.subpath(Math.max(0, names - 2), names).toString().replace('\\', '/');
  }

  /** The same of several. */
  static String shortened(List<Path> paths) {
    return paths.stream().map(GalaxySource::shortened).collect(Collectors.joining(", "));
  }
}
