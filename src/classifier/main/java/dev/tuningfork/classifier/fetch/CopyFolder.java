package dev.tuningfork.classifier.fetch;

import dev.tuningfork.file.ScratchFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Copies of files that lie elsewhere, in a bounded folder.
 *
 * <p>Invariants:
 *
 * <ul>
 *   <li>What is on the disk and what is reserved for transfers are at most {@code limit} bytes
 *       together, apart from parts of files that are all in use.
 *   <li>The copy that was used least recently is deleted first. One that is in use is not deleted.
 * </ul>
 *
 * <p>Safe for use by many threads at once. Files and folders are not used under the lock.
 */
final class CopyFolder implements AutoCloseable {

  private final Path parent;
  private final long limit;
  private final Consumer<RemoteTile> onDelete;

  /** By URI, the least recently used first. */
  private final Map<String, TileCopy> copies = new LinkedHashMap<>(16, 0.75f, true);

  private @Nullable ScratchFolder folder;
  private long names;
  private long held;
  private long reserved;

  /**
   * @param parent an existing folder
   * @param limit bytes
   * @param onDelete called before a copy is deleted
   */
  CopyFolder(Path parent, long limit, Consumer<RemoteTile> onDelete) {
    this.parent = parent;
    this.limit = limit;
    this.onDelete = onDelete;
  }

  /** Bytes on the disk. */
  synchronized long held() {
    return held;
  }

  /** The copy of a file, a new one where there is none; {@linkplain #release released} later. */
  synchronized TileCopy use(String uri) {
    TileCopy copy = copies.computeIfAbsent(uri, TileCopy::new);
    copy.users++;
    return copy;
  }

  void release(TileCopy copy) {
    List<RemoteTile> surplus = new ArrayList<>();
    synchronized (this) {
      copy.users--;
      if (copy.users == 0 && copy.dropped && copy.isHere()) {
        held -= copy.bytes;
        surplus.add(copy.tile.resultNow());
      }
      surplus.addAll(surplus(0));
    }
    delete(surplus);
  }

  /** Takes a copy off the list; who uses it last deletes it. */
  void drop(TileCopy copy) {
    synchronized (this) {
      if (!copies.remove(copy.uri, copy)) {
        return;
      }
      copy.users++;
      copy.dropped = true;
    }
    release(copy);
  }

  /** A copy has grown. */
  void stored(TileCopy copy, long bytes) {
    List<RemoteTile> surplus;
    synchronized (this) {
      copy.bytes += bytes;
      held += bytes;
      long expected = Math.min(bytes, copy.reserved);
      copy.reserved -= expected;
      reserved -= expected;
      surplus = surplus(0);
    }
    delete(surplus);
  }

  /** So many bytes of a copy are no longer on the disk. */
  synchronized void deleted(TileCopy copy, long bytes) {
    held -= bytes;
    copy.bytes -= bytes;
  }

  /**
   * Makes room for a whole file, by deleting others.
   *
   * @return whether there is room now; it is kept until it is filled or {@linkplain #unreserve
   *     given back}
   */
  boolean reserve(TileCopy copy, long size) {
    List<RemoteTile> surplus;
    boolean room;
    synchronized (this) {
      long more = Math.max(0, size - copy.bytes - copy.reserved);
      surplus = surplus(more);
      room = held + reserved + more <= limit;
      if (room) {
        copy.reserved += more;
        reserved += more;
      }
    }
    delete(surplus);
    return room;
  }

  /** Gives back what a transfer has not filled. */
  synchronized void unreserve(TileCopy copy) {
    reserved -= copy.reserved;
    copy.reserved = 0;
  }

  /** Forgets what was used least recently, until there is room for so much more. */
  private List<RemoteTile> surplus(long more) {
    List<RemoteTile> surplus = new ArrayList<>();
    Iterator<TileCopy> eldest = copies.values().iterator();
    while (held + reserved + more > limit && eldest.hasNext()) {
      TileCopy copy = eldest.next();
      if (copy.users == 0 && copy.isHere()) {
        eldest.remove();
        held -= copy.bytes;
        surplus.add(copy.tile.resultNow());
      }
    }
    return surplus;
  }

  private void delete(List<RemoteTile> surplus) {
    for (RemoteTile copy : surplus) {
      onDelete.accept(copy);
      copy.close();
    }
  }

  /** A file that does not exist, in the folder, which is made with the first. */
  synchronized Path newFile() throws SourceException {
    try {
      if (folder == null) {
        folder = ScratchFolder.create(parent, "tiles");
      }
      return folder.path().resolve(++names + ".fits");
    } catch (IOException e) {
      throw SourceException.temporary(
          "its copy cannot be written to tiles.folder (%s)".formatted(e.getMessage()), e);
    }
  }

  @Override
  public void close() {
    ScratchFolder made;
    synchronized (this) {
      made = folder;
      copies.clear();
    }
    if (made != null) {
      made.closeQuietly();
    }
  }
}
