package dev.tuningfork.standalone.command;

import dev.tuningfork.image.ImageFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** A file that a command is asked to write. */
final class OutputFile {

  private OutputFile() {}

  /**
   * Refuses a file that could not be written, before the work that it is for. A file of that name
   * may exist: it is replaced.
   *
   * @param file may be null, for none
   */
  static void check(CommandLine line, @Nullable Path file) {
    if (file != null) {
      checkFolder(line, file);
      if (Files.isDirectory(file)) {
        throw new ParameterException(
            line, "Cannot write the file: %s is a folder.".formatted(named(file)));
      }
      if (Files.exists(file) && !Files.isWritable(file)) {
        throw new ParameterException(
            line, "This process may not write the file %s.".formatted(named(file)));
      }
    }
  }

  /** The same for a file of which it is judged elsewhere whether it may exist. */
  static void checkFolder(CommandLine line, Path file) {
    Path folder = file.toAbsolutePath().getParent();
    if (folder == null || !Files.isDirectory(folder)) {
      throw new ParameterException(
          line,
          "There is no folder %s to write %s to.".formatted(folder, named(file.getFileName())));
    }
    if (!Files.isWritable(folder)) {
      throw new ParameterException(
          line, "This process may not write to the folder %s.".formatted(named(folder)));
    }
  }

  /** Refuses a folder that exists no more than its parents do and could not be made. */
  static void checkNewFolder(CommandLine line, Path folder) {
    Path existing = folder.toAbsolutePath();
    while (!Files.exists(existing) && existing.getParent() != null) {
      existing = existing.getParent();
    }
    if (!Files.isDirectory(existing) || !Files.isWritable(existing)) {
      throw new ParameterException(
          line,
          "Cannot create %s: %s is not a folder that this process may write to."
              .formatted(named(folder), named(existing)));
    }
  }

  /**
   * The same, and refuses a folder that holds files.
   *
   * @param overwrite whether files may be there
   */
  static void checkNewFolder(CommandLine line, Path folder, boolean overwrite) throws IOException {
    checkNewFolder(line, folder);
    if (!overwrite && holdsFiles(folder)) {
      throw new ParameterException(
          line,
          "The folder %s is not empty: choose another one, or write into it with --overwrite."
              .formatted(named(folder)));
    }
  }

  private static boolean holdsFiles(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return false;
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.findAny().isPresent();
    }
  }

  private static String named(@Nullable Path path) {
    return path == null ? "" : ImageFormat.spelled(path);
  }
}
