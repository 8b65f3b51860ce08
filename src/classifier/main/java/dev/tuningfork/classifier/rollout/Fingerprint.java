package dev.tuningfork.classifier.rollout;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a bundle looks like from outside: enough to see that it changed, at the cost of reading its
 * manifest. Symbolic links are followed each time, because Kubernetes and careful operators
 * exchange folders that way. File system events would miss such changes, above all on network file
 * systems.
 */
record Fingerprint(List<String> files, int manifest) {

  private static final String MANIFEST = "model.json";
  private static final int LARGEST_MANIFEST = 1 << 20;

  /** Of a place where nothing stands. */
  static final Fingerprint NOTHING = new Fingerprint(List.of(), 0);

  /**
   * Looks at a bundle.
   *
   * @param path a folder or a zip
   * @throws IOException if there is none, or it cannot be read
   */
  static Fingerprint of(Path path) throws IOException {
    if (!Files.isDirectory(path)) {
      return new Fingerprint(List.of(describe(path)), 0);
    }
    List<Path> files;
    try (Stream<Path> listed = Files.list(path)) {
      files = listed.filter(Files::isRegularFile).sorted().toList();
    }
    String[] described = new String[files.size()];
    for (int i = 0; i < described.length; i++) {
      described[i] = describe(files.get(i));
    }
    Path manifest = path.resolve(MANIFEST);
    if (!Files.exists(manifest)) {
      return new Fingerprint(List.of(described), 0);
    }
    try (InputStream in = Files.newInputStream(manifest)) {
      return new Fingerprint(List.of(described), Arrays.hashCode(in.readNBytes(LARGEST_MANIFEST)));
    }
  }

  private static String describe(Path file) throws IOException {
    BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
    return "%s %d %s %s"
        .formatted(
            file.getFileName(),
            attributes.size(),
            attributes.lastModifiedTime(),
            attributes.fileKey());
  }
}
