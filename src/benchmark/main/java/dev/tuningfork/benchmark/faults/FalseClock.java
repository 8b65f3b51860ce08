package dev.tuningfork.benchmark.faults;

import dev.tuningfork.file.WholeFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * The wall clock of a process, which can be set wrong while it runs. <a
 * href="https://github.com/wolfcw/libfaketime">libfaketime</a> does it, where Debian's package is
 * installed; elsewhere the clock is always right. The monotonic clock stays as it is.
 */
final class FalseClock {

  private static final Optional<Path> LIBRARY = library();

  private final Path offset;

  private FalseClock(Path offset) {
    this.offset = offset;
  }

  /**
   * A clock that is right.
   *
   * @param offset the file from which the process learns how wrong its clock is
   */
  static FalseClock in(Path offset) throws IOException {
    FalseClock clock = new FalseClock(offset);
    clock.set(Duration.ZERO);
    return clock;
  }

  static boolean isAvailable() {
    return LIBRARY.isPresent();
  }

  /** What a process needs in its environment to have this clock. */
  Map<String, String> environment() {
    return LIBRARY
        .map(
            library ->
                Map.of(
                    "LD_PRELOAD", library.toString(),
                    "FAKETIME_TIMESTAMP_FILE", offset.toString(),
                    "FAKETIME_CACHE_DURATION", "1", // seconds until it looks at the file again
                    "FAKETIME_DONT_FAKE_MONOTONIC", "1",
                    // with the correction, the JVM's timed waits return at once
                    "FAKETIME_FORCE_MONOTONIC_FIX", "0"))
        .orElse(Map.of());
  }

  /** The clock is wrong by this much, from about a second later on. */
  void set(Duration by) throws IOException {
    byte[] text = "%+ds%n".formatted(by.toSeconds()).getBytes(StandardCharsets.US_ASCII);
    WholeFile.write(offset, out -> out.write(text));
  }

  private static Optional<Path> library() {
    Path libraries = Path.of("/usr/lib");
    if (!Files.isDirectory(libraries)) {
      return Optional.empty();
    }
    try (DirectoryStream<Path> systems = Files.newDirectoryStream(libraries, "*-linux-gnu*")) {
      for (Path system : systems) {
        Path library = system.resolve("faketime/libfaketimeMT.so.1");
        if (Files.exists(library)) {
          return Optional.of(library);
        }
      }
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
