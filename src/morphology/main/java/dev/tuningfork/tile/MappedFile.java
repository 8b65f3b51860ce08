package dev.tuningfork.tile;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A file that is mapped into memory for reading. Thread-safe, but for {@link #close}.
 *
 * <p>Pages of the file that were read count as memory of the process until the system takes them
 * back. So that large files do not seem to fill the memory, they are handed back after each {@value
 * #RESIDENT} bytes, where the system has {@code madvise}. They usually stay in its page cache, and
 * a reader that needs one again gets it from there.
 */
@SuppressWarnings("restricted") // madvise is a function of C
final class MappedFile implements AutoCloseable {

  /** 64 MiB. */
  private static final long RESIDENT = 64L << 20;

  /** Linux maps so much around a page that is read. */
  private static final long AROUND = 64 << 10;

  private static final int MADV_DONTNEED = 4;

  private static final Optional<MethodHandle> ADVISE = advise();

  private final Arena arena;
  private final MemorySegment bytes;
  private final long size;
  private final AtomicLong touched = new AtomicLong();

  private MappedFile(Arena arena, MemorySegment bytes) {
    this.arena = arena;
    this.bytes = bytes;
    this.size = bytes.byteSize();
  }

  static MappedFile open(Path file) throws IOException {
    Arena arena = Arena.ofShared();
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      MemorySegment bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
      return new MappedFile(arena, bytes);
    } catch (IOException | RuntimeException e) {
      arena.close();
      throw e;
    }
  }

  private static Optional<MethodHandle> advise() {
    Linker linker = Linker.nativeLinker();
    return linker
        .defaultLookup()
        .find("madvise")
        .map(
            function ->
                linker.downcallHandle(
                    function,
                    FunctionDescriptor.of(
                        ValueLayout.JAVA_INT,
                        ValueLayout.ADDRESS,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_INT)));
  }

  MemorySegment bytes() {
    return bytes;
  }

  /** Accounts for a number of places that were read, each of some bytes. */
  void wasRead(int places, long bytesEach) {
    long before = touched.getAndAdd(places * (bytesEach + AROUND));
    long after = before + places * (bytesEach + AROUND);
    if (before / RESIDENT != after / RESIDENT) {
      handBack();
    }
  }

  private void handBack() {
    ADVISE.ifPresent(
        advise -> {
          try {
            int _ = (int) advise.invokeExact(bytes, size, MADV_DONTNEED);
          } catch (Throwable e) {
            throw new IllegalStateException("madvise cannot be called.", e);
          }
        });
  }

  @Override
  public void close() {
    arena.close();
  }
}
