package dev.tuningfork.image;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The real galaxies beside the project; a test that asks for them is skipped where they are not.
 */
final class RealData {

  private RealData() {}

  static Path folder(String name) {
    Path folder = Path.of(System.getProperty("tuningfork.data", "")).resolve(name);
    assumeTrue(Files.isDirectory(folder), () -> "There is no real data at " + folder);
    return folder;
  }

  static byte[] file(String name) throws IOException {
    Path file = folder(".").resolve(name);
    assumeTrue(Files.exists(file), () -> "There is no real data at " + file);
    return Files.readAllBytes(file);
  }

  /** The first files of a folder, in the order of their names. */
  static List<Path> files(String folder, int count) throws IOException {
    try (var files = Files.list(folder(folder))) {
      return files.sorted().limit(count).toList();
    }
  }
}
