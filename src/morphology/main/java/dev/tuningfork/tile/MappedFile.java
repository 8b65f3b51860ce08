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
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * A file that is mapped into memory for reading. Thread-safe, but for {@link #close}.
 *
 * <p>Pages of the file that were read count as memory of the process until the system takes them
 * back. So that large files do not seem to fill the memory, all of them are handed back whenever
 * they are {@value #RESIDENT} bytes, where the system has {@code madvise}. They usually stay in its
 * page cache, and a reader that needs one again gets it from there. The count may miss a few pages
 * that two threads read at the same moment.
 */
@SuppressWarnings("restricted") // madvise is a function of C
final class MappedFile implements AutoCloseable {

  /** 64 MiB. */
  private static final long RESIDENT = 64L << 20;

  /** Linux maps a block of so many bytes around a page that is read: 64 KiB. */
  private static final int BLOCK_BITS = 16;

  private static final int MADV_DONTNEED = 4;

  private static final Optional<MethodHandle> ADVISE = advise();

  private final Arena arena;
  private final MemorySegment bytes;
  private final long size;

  /** A bit for each block that was read since pages were last handed back, and their number. */
  private final AtomicLongArray read;

  private final AtomicInteger blocks = new AtomicInteger();

  private MappedFile(Arena arena, MemorySegment bytes) {
    this.arena = arena;
    this.bytes = bytes;
    this.size = bytes.byteSize();
    this.read = new AtomicLongArray(Math.toIntExact((size >> BLOCK_BITS) / Long.SIZE + 1));
  }

  @SuppressWarnings("MustBeClosedChecker") // the caller closes it
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

  /** Accounts for bytes that were read. */
  void wasRead(long from, long count) {
    for (long block = from >> BLOCK_BITS; block <= (from + count - 1) >> BLOCK_BITS; block++) {
      int word = (int) (block / Long.SIZE);
      long bit = 1L << block;
      if ((read.getPlain(word) & bit) == 0
          && (read.getAndAccumulate(word, bit, (old, one) -> old | one) & bit) == 0
          && (long) blocks.incrementAndGet() << BLOCK_BITS == RESIDENT) {
        handBack();
      }
    }
  }

  private void handBack() {
    for (int word = 0; word < read.length(); word++) {
      read.set(word, 0);
    }
    blocks.set(0);
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
