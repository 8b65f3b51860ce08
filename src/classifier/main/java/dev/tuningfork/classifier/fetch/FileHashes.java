package dev.tuningfork.classifier.fetch;

import dev.tuningfork.file.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * The SHA-256 of large files on this machine. Each version of a file is read once, and those that
 * need its hash meanwhile wait. The hashes that were used last are kept.
 *
 * <p>Safe for use by many threads at once.
 */
final class FileHashes {

  private static final int KEPT = 1_000;

  /** Guarded by itself. */
  private final Map<Version, FutureTask<String>> known =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Version, FutureTask<String>> eldest) {
          return size() > KEPT;
        }
      };

  private record Version(Path file, long size, FileTime modified) {
    static Version of(Path file) throws IOException {
      BasicFileAttributes is = Files.readAttributes(file, BasicFileAttributes.class);
      return new Version(file, is.size(), is.lastModifiedTime());
    }
  }

  /**
   * The hash of a file as it is now, 64 lower-case hexadecimal digits.
   *
   * @throws IOException where it cannot be read, or changes meanwhile
   */
  String of(Path file) throws IOException, InterruptedException {
    Version version = Version.of(file);
    FutureTask<String> mine = new FutureTask<>(() -> read(version));
    FutureTask<String> before;
    synchronized (known) {
      before = known.putIfAbsent(version, mine);
    }
    if (before == null) {
      mine.run();
    }
    try {
      return (before == null ? mine : before).get();
    } catch (ExecutionException e) {
      synchronized (known) {
        known.remove(version);
      }
      if (e.getCause() instanceof IOException failure) {
        throw failure;
      }
      throw new IllegalStateException("A file could not be hashed.", e);
    }
  }

  /** No interrupt ends it, since others may wait for the hash. */
  private static String read(Version version) throws IOException {
    String hash = Sha256.hex(version.file);
    if (!Version.of(version.file).equals(version)) {
      throw new IOException("the file changed while it was read");
    }
    return hash;
  }
}
