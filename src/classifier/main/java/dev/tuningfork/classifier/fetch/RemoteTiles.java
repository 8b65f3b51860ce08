package dev.tuningfork.classifier.fetch;

import dev.tuningfork.classifier.message.FailureKind;
import dev.tuningfork.tile.OpenTiles;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * Makes copies of files that lie elsewhere.
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
 *       #FRESH_SECONDS} seconds. A copy of what is no longer there is no longer used.
 *   <li>A file is fetched as a whole into room that is {@linkplain CopyFolder#reserve reserved} for
 *       it. Without room it is fetched in parts.
 * </ul>
 *
 * <p>Safe for use by many threads at once. Nothing is fetched under a lock.
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
  private final CopyFolder folder;
  private final LongAdder fetched = new LongAdder();
  private final LongAdder hits = new LongAdder();
  private final LongAdder misses = new LongAdder();

  /** In the order of their times. */
  private final Queue<Failure> failures = new ConcurrentLinkedQueue<>();

  /** A file that could not be fetched, then. */
  private record Failure(TileCopy copy, long at) {}

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
    this.folder = new CopyFolder(settings.folder(), settings.disk(), tiles::forget);
  }

  /** The use of a copy; it is not deleted before this. */
  final class Use implements AutoCloseable {
    private final TileCopy copy;
    private final RemoteTile tile;

    private Use(TileCopy copy, RemoteTile tile) {
      this.copy = copy;
      this.tile = tile;
    }

    RemoteTile tile() {
      return tile;
    }

    @Override
    public void close() {
      folder.release(copy);
    }
  }

  /** Bytes of copies. */
  long held() {
    return folder.held();
  }

  /** Bytes that were fetched since the start. */
  long fetched() {
    return fetched.sum();
  }

  /** Galaxies for which all of a file was here. */
  long hits() {
    return hits.sum();
  }

  /** Galaxies for which something of a file had to be fetched, or may have been. */
  long misses() {
    return misses.sum();
  }

  /**
   * Makes a copy available, as far as it is needed by the galaxies of it.
   *
   * @param uri which the source has checked
   * @param galaxy whether a galaxy is to be cut out, and not only the header to be read
   * @param all whether all of the file is needed, so that it is complete if there is room for it
   */
  Use use(String uri, ImageSource source, boolean galaxy, boolean all)
      throws FetchException, InterruptedException {
    forgetOldFailures();
    for (int round = 1; ; round++) {
      TileCopy copy = folder.use(uri);
      boolean mine = copy.claim();
      if (galaxy && round == 1) {
        count(copy);
      }
      RemoteTile tile = null;
      boolean used = false;
      try {
        tile = mine ? begin(source, copy) : await(copy.tile);
        if (mine || isStillThere(source, copy, tile)) {
          makeWhole(copy, tile, all);
          used = true;
          return new Use(copy, tile);
        }
      } catch (FetchException e) {
        if (tile == null || tile.isCurrent() || round == MOST_VERSIONS) {
          throw e;
        }
      } finally {
        if (!used) {
          folder.release(copy);
        }
      }
      folder.drop(copy);
    }
  }

  private void count(TileCopy copy) {
    synchronized (copy) {
      copy.wishes++;
    }
    (copy.isHere() && copy.tile.resultNow().isComplete() ? hits : misses).increment();
  }

  /** Files that failed so long ago are tried again. Of those that began well, the rest is. */
  private void forgetOldFailures() {
    for (Failure one = failures.peek();
        one != null && isOver(one.at, FAILURE_NANOS);
        one = failures.peek()) {
      if (failures.remove(one)) {
        forget(one.copy);
      }
    }
  }

  private void forget(TileCopy copy) {
    if (copy.isHere()) {
      synchronized (copy) {
        copy.whole = null;
      }
    } else {
      folder.drop(copy);
    }
  }

  private static boolean isOver(long since, long time) {
    return System.nanoTime() - since > time;
  }

  /** Fetches the first part, and thus learns what there is. */
  private RemoteTile begin(ImageSource source, TileCopy copy) throws FetchException {
    try {
      RemoteTile tile =
          patient.make(
              copy.uri,
              false,
              () ->
                  source.part(
                      URI.create(copy.uri),
                      new FilePart(0, FIRST, null),
                      answer -> begun(source, copy, answer)),
              (begun, _) -> begun);
      copy.tile.complete(tile);
      return tile;
    } catch (FetchException | RuntimeException | Error e) {
      fail(copy, copy.tile, e);
      throw e;
    }
  }

  private RemoteTile begun(ImageSource source, TileCopy copy, FilePart.Answer answer)
      throws IOException, SourceException {
    long size = answer.version().size();
    if (size > LARGEST) {
      throw SourceException.permanent(
          "it has %,d bytes, more than the limit of %,d".formatted(size, LARGEST));
    }
    if (!answer.ranged() && !folder.reserve(copy, size)) {
      throw SourceException.permanent(
          "it has %,d bytes, more than there is room for in tiles.folder (tiles.disk), and its server does not send parts"
              .formatted(size));
    }
    RemoteTile tile = null;
    AtomicLong own = new AtomicLong(); // an attempt that is late may still write, beside the next
    boolean stored = false;
    try {
      tile =
          RemoteTile.begin(
              copy.uri,
              source,
              answer.version(),
              folder.newFile(),
              attempts,
              threads,
              bytes -> {
                own.addAndGet(bytes);
                fetched.add(bytes);
                folder.stored(copy, bytes);
              });
      tile.store(answer.body(), answer.ranged() ? FIRST : FilePart.END);
      stored = true;
      return tile;
    } finally {
      folder.unreserve(copy);
      if (!stored) {
        if (tile != null) {
          tile.close();
        }
        folder.deleted(copy, own.get());
      }
    }
  }

  /** Fetches the rest of the file, or waits for the one who does, where enough galaxies need it. */
  private void makeWhole(TileCopy copy, RemoteTile tile, boolean all)
      throws FetchException, InterruptedException {
    CompletableFuture<RemoteTile> whole;
    boolean mine = false;
    synchronized (copy) {
      boolean wanted = all || copy.wishes >= settings.wholeFrom() || tile.size() <= SMALL;
      if (tile.isComplete() || (copy.whole == null && !wanted)) {
        return;
      }
      if (copy.whole == null) {
        copy.whole = new CompletableFuture<>();
        mine = true;
      }
      whole = copy.whole;
    }
    if (!mine) {
      RemoteTile _ = await(whole);
      return;
    }
    try {
      boolean room = folder.reserve(copy, tile.size());
      if (room) {
        tile.complete(patient);
      }
      synchronized (copy) {
        copy.whole = room ? whole : null;
      }
      whole.complete(tile);
    } catch (FetchException | RuntimeException | Error e) {
      fail(copy, whole, e);
      throw e;
    } finally {
      folder.unreserve(copy);
    }
  }

  /**
   * Whether the server has another file by now than one that is doubted.
   *
   * @param doubt why; the server is asked once for each
   */
  boolean isOutdated(Use use, ImageSource source, String doubt) {
    synchronized (use.copy) {
      if (doubt.equals(use.copy.doubt)) {
        return !use.tile.isCurrent();
      }
      use.copy.doubt = doubt;
      use.copy.comparedAt = System.nanoTime();
    }
    return !isSame(source, use.copy.uri, use.tile);
  }

  /** Compares a copy with what the server has now, once in a while. */
  private boolean isStillThere(ImageSource source, TileCopy copy, RemoteTile tile) {
    if (!tile.isCurrent()) {
      return false;
    }
    synchronized (copy) {
      if (!isOver(copy.comparedAt, FRESH_NANOS)) {
        return true;
      }
      copy.comparedAt = System.nanoTime();
    }
    return isSame(source, copy.uri, tile);
  }

  private boolean isSame(ImageSource source, String uri, RemoteTile tile) {
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

  private void fail(TileCopy copy, CompletableFuture<RemoteTile> future, Throwable cause) {
    future.completeExceptionally(cause);
    failures.add(new Failure(copy, System.nanoTime()));
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

  @Override
  public void close() {
    folder.close();
  }
}
