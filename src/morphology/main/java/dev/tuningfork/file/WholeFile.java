package dev.tuningfork.file;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * Writes a file so that its name never denotes half of it. The content goes to {@code .NAME.part}
 * in the same folder, is forced to the disk, and then replaces the file in one step. A reader finds
 * the old file or the new one, even after a crash.
 */
public final class WholeFile {

  /** Writes the content. It may close the stream. */
  @FunctionalInterface
  public interface Content {
    void writeTo(OutputStream out) throws IOException;
  }

  private static final int BUFFER = 1 << 16;

  private WholeFile() {}

  /**
   * Writes a file, or replaces it.
   *
   * @throws IOException what the content or the disk throws; an earlier file is unchanged then
   */
  public static void write(Path file, Content content) throws IOException {
    Path unfinished = file.resolveSibling("." + file.getFileName() + ".part");
    try {
      try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(unfinished), BUFFER)) {
        content.writeTo(out);
      }
      try (FileChannel written = FileChannel.open(unfinished, StandardOpenOption.WRITE)) {
        written.force(true);
      }
      Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(unfinished);
    }
  }
}
