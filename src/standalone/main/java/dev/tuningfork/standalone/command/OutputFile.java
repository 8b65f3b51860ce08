package dev.tuningfork.standalone.command;

import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** A file that a command is asked to write. */
final class OutputFile {

  private OutputFile() {}

  /**
   * Refuses a file that could not be written, before the work that it is for.
   *
   * @param file may be null, for none
   */
  static void check(CommandLine line, @Nullable Path file) {
    Path folder = file == null ? null : file.toAbsolutePath().getParent();
    if (file != null && (folder == null || !Files.isDirectory(folder))) {
      throw new ParameterException(
          line, "There is no folder %s to write %s to.".formatted(folder, file.getFileName()));
    }
  }
}
