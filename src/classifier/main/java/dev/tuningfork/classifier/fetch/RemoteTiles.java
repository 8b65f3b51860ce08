package dev.tuningfork.classifier.fetch;

import dev.tuningfork.classifier.message.FailureKind;
import dev.tuningfork.file.ScratchFolder;
import dev.tuningfork.tile.OpenTiles;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Copies of files that lie elsewhere, in a bounded folder.
 *
 * <p>A file of which few galaxies are wanted is fetched in parts. From the {@code wholeFrom}th
 * galaxy on, what is missing of it is fetched in one request, where it fits into the folder.
 *
 * <p>Invariants:
 *
 * <ul>
 *   <li>All that need a file at the same time share one copy of it, and one fetch of it as a whole.
 *       A failure is shared in the same way, and remembered for {@value #FAILURE_SECONDS} seconds.
 *   <li>What the server has is compared with a copy that is used again after {@value
 *       #FRESH_SECONDS} seconds. A copy of what is no longer there is not used any more.
 *   <li>The copy that was used least recently is deleted first. One that is in use is not deleted:
 *       where all are, a file is fetched in parts and not as a whole, and these may exceed the
 *       limit.
 * </ul>
 *
 * <p>Safe for use by many threads at once. Fetches, files and folders are not used under the lock.
 */
final class RemoteTiles implements AutoCloseable {

  private static final int FAILURE_SECONDS = 30;
  private static final long FAILURE_NANOS = Duration.ofSeconds(FAILURE_SECONDS).toNanos();
  private static final int FRESH_SECONDS = 60;
  private static final long FRESH_NANOS = Duration.ofSeconds(FRESH_SECONDS).toNanos();

  /** The first part of a file, which holds its header. */
  private static final long FIRST = 64 << 10;

  /** A file of at most so many bytes is fetched as a whole at once. */
  private static final long SMALL = 4 << 20;

  /** The largest file, 64 GiB. */
  private static final long LARGEST = 64L << 30;

  /** A file that changes so often while it is fetched is not tried again. */
  private static final int MOST_VERSIONS = 3;

  private final TileSettings settings;
  private final Attempts attempts;
  private final Attempts patient;
  private final ExecutorService threads;
  private final OpenTiles tiles;
  private final Map<String, Entry> entries = new LinkedHashMap<>(16, 0.75f, true);
  private final AtomicLong fetched = new AtomicLong();
  private final AtomicLong names = new AtomicLong();
  private @Nullable ScratchFolder folder;
  private long held;
  private long hits;
  private long misses;

  /** A file, its copy or the failure to get one. Guarded by the lock, but for the futures. */
  private static final class Entry {
    final CompletableFuture<RemoteTile> tile = new CompletableFuture<>();
    @Nullable CompletableFuture<RemoteTile> whole;
    int users;
    int wishes;
    long bytes;
    long failedAt;
    long comparedAt = System.nanoTime();
    boolean dropped;

    /** Whether it failed so long ago. Where only the rest of the file did, its begin is kept. */
    boolean isToBeTriedAgain() {
      if (failedAt == 0 || !isOver(failedAt, FAILURE_NANOS)) {
        return false;
      }
      failedAt = 0;
      whole = null;
      return tile.state() == CompletableFuture.State.FAILED;
    }
  }

  /**
   * @param attempts of a part of a file
   * @param patient of a file as a whole
   * @param threads for parts of one file, and closed by the caller
   * @param tiles what is open of the copies
   */
  RemoteTiles(
      TileSettings settings,
      Attempts attempts,
      Attempts patient,
      ExecutorService threads,
      OpenTiles tiles) {
    this.settings = settings;
    this.attempts = attempts;
    this.patient = patient;
    this.threads = threads;
    this.tiles = tiles;
  }

  /** The use of a copy; it is not deleted before this. */
  final class Use implements AutoCloseable {
    private final Entry entry;
    private final RemoteTile tile;

    private Use(Entry entry, RemoteTile tile) {
      this.entry = entry;
      this.tile = tile;
    }

    RemoteTile tile() {
      return tile;
    }

    @Override
    public void close() {
      release(entry);
    }
  }

  /** Bytes of copies. */
  synchronized long held() {
    return held;
  }

  /** Bytes that were fetched since the start. */
  long fetched() {
    return fetched.get();
  }

  /** Galaxies for which all of a file was here. */
  synchronized long hits() {
    return hits;
  }

  /** Galaxies for which something of a file had to be fetched, or may have been. */
  synchronized long misses() {
    return misses;
  }

  /**
   * Makes a copy available, as far as it is needed by the galaxies of it.
   *
   * @param uri which the source has checked
   * @param galaxy whether a galaxy is to be cut out, and not only the header to be read
   */
  Use use(String uri, ImageSource source, boolean galaxy)
      throws FetchException, InterruptedException {
    for (int round = 1; ; round++) {
      Entry entry;
      boolean mine;
      synchronized (this) {
        entries.values().removeIf(Entry::isToBeTriedAgain);
        Entry known = entries.get(uri);
        mine = known == null;
        entry = known == null ? new Entry() : known;
        entry.users++;
        if (mine) {
          entries.put(uri, entry);
        }
        count(entry, galaxy && round == 1);
      }
      RemoteTile tile = null;
      boolean used = false;
      try {
        tile = mine ? begin(uri, source, entry) : await(entry.tile);
        if (mine || isStillThere(uri, source, entry, tile)) {
          makeWhole(entry, tile);
          used = true;
          return new Use(entry, tile);
        }
      } catch (FetchException e) {
        if (tile == null || tile.isCurrent() || round == MOST_VERSIONS) {
          throw e;
        }
      } finally {
        if (!used) {
          release(entry);
        }
      }
      drop(uri, entry);
    }
  }

  private void count(Entry entry, boolean galaxy) {
    if (galaxy) {
      entry.wishes++;
      boolean here =
          entry.tile.state() == CompletableFuture.State.SUCCESS
              && entry.tile.resultNow().isComplete();
      hits += here ? 1 : 0;
      misses += here ? 0 : 1;
    }
  }

  private static boolean isOver(long since, long time) {
    return System.nanoTime() - since > time;
  }

  /** Fetches the first part, and thus learns what there is. */
  private RemoteTile begin(String uri, ImageSource source, Entry entry) throws FetchException {
    try {
      Path copy = folder().resolve(names.incrementAndGet() + ".fits");
      RemoteTile tile =
          patient.make(
              uri,
              false,
              () ->
                  source.part(
                      URI.create(uri),
                      new FilePart(0, FIRST, null),
                      answer -> begun(uri, source, entry, copy, answer)),
              (begun, _) -> begun);
      entry.tile.complete(tile);
      return tile;
    } catch (FetchException | RuntimeException | Error e) {
      fail(entry, entry.tile, e);
      throw e;
    }
  }

  private RemoteTile begun(
      String uri, ImageSource source, Entry entry, Path copy, FilePart.Answer answer)
      throws IOException, SourceException {
    if (!answer.ranged() && !hasRoom(entry, answer.version().size())) {
      throw SourceException.permanent(
          "it has %,d bytes, more than there is room for in tiles.folder (tiles.disk), and its server does not send parts"
              .formatted(answer.version().size()));
    }
    if (answer.version().size() > LARGEST) {
      throw SourceException.permanent(
          "it has %,d bytes, more than the limit of %,d"
              .formatted(answer.version().size(), LARGEST));
    }
    RemoteTile tile =
        RemoteTile.begin(
            uri,
            source,
            answer.version(),
            copy,
            attempts,
            threads,
            stored -> stored(entry, stored));
    try {
      tile.store(answer.body(), answer.ranged() ? FIRST : FilePart.END);
      return tile;
    } catch (IOException | SourceException | RuntimeException e) {
      tile.close();
      synchronized (this) {
        held -= entry.bytes;
        entry.bytes = 0;
      }
      throw e;
    }
  }

  private void stored(Entry entry, long bytes) {
    fetched.addAndGet(bytes);
    List<RemoteTile> surplus;
    synchronized (this) {
      entry.bytes += bytes;
      held += bytes;
      surplus = surplus(0);
    }
    delete(surplus);
  }

  private boolean hasRoom(Entry entry, long size) {
    List<RemoteTile> surplus;
    boolean room;
    synchronized (this) {
      long more = size - entry.bytes;
      surplus = surplus(more);
      room = held + more <= settings.disk();
    }
    delete(surplus);
    return room;
  }

  /** Forgets what was used least recently, until there is room for so much more. */
  private List<RemoteTile> surplus(long more) {
    List<RemoteTile> surplus = new ArrayList<>();
    Iterator<Entry> eldest = entries.values().iterator();
    while (held + more > settings.disk() && eldest.hasNext()) {
      Entry entry = eldest.next();
      if (entry.users == 0 && entry.tile.state() == CompletableFuture.State.SUCCESS) {
        eldest.remove();
        held -= entry.bytes;
        surplus.add(entry.tile.resultNow());
      }
    }
    return surplus;
  }

  private void delete(List<RemoteTile> copies) {
    for (RemoteTile copy : copies) {
      tiles.forget(copy);
      copy.close();
    }
  }

  /** Fetches the rest of the file, or waits for the one who does, where enough galaxies need it. */
  private void makeWhole(Entry entry, RemoteTile tile) throws FetchException, InterruptedException {
    CompletableFuture<RemoteTile> whole;
    boolean mine = false;
    synchronized (this) {
      boolean wanted = entry.wishes >= settings.wholeFrom() || tile.size() <= SMALL;
      if (tile.isComplete() || (entry.whole == null && !wanted)) {
        return;
      }
      if (entry.whole == null) {
        entry.whole = new CompletableFuture<>();
        mine = true;
      }
      whole = entry.whole;
    }
    if (!mine) {
      RemoteTile _ = await(whole);
      return;
    }
    try {
      boolean room = hasRoom(entry, tile.size());
      if (room) {
        tile.complete(patient);
      }
      synchronized (this) {
        entry.whole = room ? whole : null;
      }
      whole.complete(tile);
    } catch (FetchException | RuntimeException | Error e) {
      fail(entry, whole, e);
      throw e;
    }
  }

  /** Compares a copy with what the server has now, once in a while. */
  private boolean isStillThere(String uri, ImageSource source, Entry entry, RemoteTile tile) {
    if (!tile.isCurrent()) {
      return false;
    }
    synchronized (this) {
      if (!isOver(entry.comparedAt, FRESH_NANOS)) {
        return true;
      }
      entry.comparedAt = System.nanoTime();
    }
    try {
      boolean same =
          attempts.make(
              uri,
              false,
              () ->
                  source.part(
                      URI.create(uri),
                      new FilePart(0, 1, null),
                      answer -> answer.version().isSameAs(tile.version())),
              (is, _) -> is);
      if (!same) {
        tile.hasChanged();
      }
      return same;
    } catch (FetchException e) {
      return e.kind() == FailureKind.TRANSIENT; // what is here is as good as it was
    }
  }

  private void fail(Entry entry, CompletableFuture<RemoteTile> future, Throwable cause) {
    synchronized (this) {
      entry.failedAt = System.nanoTime() | 1;
    }
    future.completeExceptionally(cause);
  }

  private static RemoteTile await(CompletableFuture<RemoteTile> future)
      throws FetchException, InterruptedException {
    try {
      return future.get();
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case FetchException failure -> throw failure;
        case RuntimeException other -> throw other;
        case Error error -> throw error;
        case null, default -> throw new IllegalStateException("A copy could not be made.", e);
      }
    }
  }

  private void release(Entry entry) {
    List<RemoteTile> surplus = new ArrayList<>();
    synchronized (this) {
      entry.users--;
      if (entry.users == 0
          && entry.dropped
          && entry.tile.state() == CompletableFuture.State.SUCCESS) {
        held -= entry.bytes;
        surplus.add(entry.tile.resultNow());
      }
      surplus.addAll(surplus(0));
    }
    delete(surplus);
  }

  /** Forgets a file; who uses its copy last deletes it. */
  private void drop(String uri, Entry entry) {
    synchronized (this) {
      if (!entries.remove(uri, entry)) {
        return;
      }
      entry.users++;
      entry.dropped = true;
    }
    release(entry);
  }

  /** Made when the first copy is. */
  private synchronized Path folder() throws FetchException {
    try {
      if (folder == null) {
        folder = ScratchFolder.create(settings.folder(), "tiles");
      }
      return folder.path();
    } catch (IOException e) {
      throw new FetchException(
          FailureKind.TRANSIENT,
          0,
          "Copies of survey images cannot be written to tiles.folder: " + e.getMessage(),
          e);
    }
  }

  @Override
  public void close() {
    ScratchFolder made;
    synchronized (this) {
      made = folder;
      entries.clear();
    }
    try {
      if (made != null) {
        made.close();
      }
    } catch (IOException e) {
      held = 0; // the next process that makes such a folder deletes it
    }
  }
}
