package dev.tuningfork.catalogue;

import dev.tuningfork.file.Sha256;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;

/**
 * Which identifiers a catalogue has used before, and in which row. A hash table in a mapped file,
 * so that the heap does not grow with the catalogue: 16 bytes an entry, of which at most half are
 * taken. Two identifiers are taken for one where the first 64 bits of their SHA-256 agree: among a
 * million, that has a chance of 3 in 10⁸.
 *
 * <p>Belongs to one thread.
 */
@SuppressWarnings("MustBeClosedChecker") // an arena lives until its table has grown or is closed
public final class SeenIds implements AutoCloseable {

  private static final int ENTRY = 16;
  private static final long FIRST_CAPACITY = 1 << 12;

  private final Path folder;
  private final MessageDigest digest;
  private int generation;
  private Arena arena;
  private MemorySegment table;
  private long capacity;
  private long size;

  /**
   * @param folder an existing one, whose files are nobody else's
   */
  public SeenIds(Path folder) throws IOException {
    this.folder = folder;
    this.digest = Sha256.digest();
    this.arena = Arena.ofShared();
    this.capacity = FIRST_CAPACITY;
    this.table = map(arena);
  }

  /** The row that had this identifier before; else 0, and this row has it from now on. */
  public long firstRow(String id, long row) throws IOException {
    if (2 * size >= capacity) {
      grow();
    }
    byte[] hash = digest.digest(id.getBytes(StandardCharsets.UTF_8));
    long key = MemorySegment.ofArray(hash).get(ValueLayout.JAVA_LONG_UNALIGNED, 0);
    return put(key == 0 ? 1 : key, row);
  }

  private long put(long key, long row) {
    long slot = Math.floorMod(key, capacity);
    while (true) {
      long taken = table.get(ValueLayout.JAVA_LONG, slot * ENTRY);
      if (taken == key) {
        return table.get(ValueLayout.JAVA_LONG, slot * ENTRY + 8);
      }
      if (taken == 0) {
        table.set(ValueLayout.JAVA_LONG, slot * ENTRY, key);
        table.set(ValueLayout.JAVA_LONG, slot * ENTRY + 8, row);
        size++;
        return 0;
      }
      slot = slot + 1 == capacity ? 0 : slot + 1;
    }
  }

  private void grow() throws IOException {
    MemorySegment old = table;
    long entries = capacity;
    Path oldFile = file();
    try (Arena _ = arena) {
      arena = Arena.ofShared();
      capacity *= 4;
      generation++;
      size = 0;
      table = map(arena);
      for (long slot = 0; slot < entries; slot++) {
        long key = old.get(ValueLayout.JAVA_LONG, slot * ENTRY);
        if (key != 0) {
          put(key, old.get(ValueLayout.JAVA_LONG, slot * ENTRY + 8));
        }
      }
    }
    Files.deleteIfExists(oldFile);
  }

  private MemorySegment map(Arena owner) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            file(),
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE)) {
      return channel.map(FileChannel.MapMode.READ_WRITE, 0, capacity * ENTRY, owner);
    }
  }

  private Path file() {
    return folder.resolve("ids-" + generation);
  }

  @Override
  public void close() throws IOException {
    arena.close();
    Files.deleteIfExists(file());
  }
}
