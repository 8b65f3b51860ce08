package dev.tuningfork.tile;

import dev.tuningfork.file.ScratchFolder;
import dev.tuningfork.image.FileParts;
import dev.tuningfork.image.ImageException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/**
 * A file that is mapped, and decompressed before if it is gzipped. Thread-safe, but for {@link
 * #close}.
 */
final class OpenFile implements AutoCloseable {

  private static final int GZIP = 0x1f8b;

  private final Path file;

  /** At the time of opening. */
  private final BasicFileAttributes attributes;

  private final MappedFile mapped;

  /** What was decompressed, to be deleted; null if the file itself is mapped. */
  private final @Nullable ScratchFolder scratch;

  private OpenFile(
      Path file,
      BasicFileAttributes attributes,
      MappedFile mapped,
      @Nullable ScratchFolder scratch) {
    this.file = file;
    this.attributes = attributes;
    this.mapped = mapped;
    this.scratch = scratch;
  }

  /**
   * Opens a file.
   *
   * @param parts makes those parts of it available that are read
   */
  static OpenFile open(Path file, FileParts parts, TileCache cache)
      throws IOException, ImageException {
    BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
    if (!isGzipped(file, parts)) {
      return new OpenFile(file, attributes, MappedFile.open(file), null);
    }
    parts.need(0, Files.size(file));
    ScratchFolder scratch = cache.scratchFolder();
    try {
      return new OpenFile(
          file, attributes, MappedFile.open(TileCache.inflated(file, scratch.path())), scratch);
    } catch (IOException | RuntimeException e) {
      scratch.close();
      throw e;
    }
  }

  private static boolean isGzipped(Path file, FileParts parts) throws IOException, ImageException {
    parts.need(0, 2);
    try (InputStream in = Files.newInputStream(file)) {
      return ((in.read() << 8) | in.read()) == GZIP;
    }
  }

  /** Whether a decompressed copy is mapped, which is complete. */
  boolean isCopy() {
    return scratch != null;
  }

  MemorySegment bytes() {
    return mapped.bytes();
  }

  /** Accounts for bytes that were read. */
  void wasRead(long from, long count) {
    mapped.wasRead(from, count);
  }

  /** Whether the file is the one that was opened: it has not changed since, nor is it gone. */
  boolean isUnchanged() {
    try {
      BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
      return now.size() == attributes.size()
          && now.lastModifiedTime().equals(attributes.lastModifiedTime());
    } catch (IOException gone) {
      return false;
    }
  }

  @Override
  public void close() {
    mapped.close();
    if (scratch != null) {
      scratch.closeQuietly();
    }
  }
}
