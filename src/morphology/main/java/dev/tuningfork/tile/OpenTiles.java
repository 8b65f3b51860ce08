package dev.tuningfork.tile;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * Survey images that are open for all who cut galaxies out of them. At most so many stay open, the
 * least recently used is closed first.
 *
 * <p>Invariants:
 *
 * <ul>
 *   <li>Threads that need the same image at the same time open it once: one of them opens it, and
 *       the others wait. A failure is shared in the same way. It is remembered for {@value
 *       #FAILURE_SECONDS} seconds, so that not each galaxy of a bad image opens it again.
 *   <li>An image is closed when nobody uses it any more, and it is the least recently used of too
 *       many, or one of its files has changed. After a change, the next lease opens it again.
 *   <li>More than the limit are open only while all of them are in use.
 * </ul>
 *
 * <p>Thread-safe. Files are opened, looked at and closed without the lock.
 */
public final class OpenTiles implements AutoCloseable {

  private static final int FAILURE_SECONDS = 10;
  private static final long FAILURE_NANOS = Duration.ofSeconds(FAILURE_SECONDS).toNanos();

  private final int most;
  private final TileCache cache;
  private final Map<List<Map.Entry<String, TileSource>>, Shared> images =
      new LinkedHashMap<>(16, 0.75f, true);
  private long opened;

  /** An image that is open, is being opened or could not be opened. Guarded by the lock. */
  private static final class Shared {
    final CompletableFuture<SurveyImage> image = new CompletableFuture<>();
    int users;
    boolean dropped;
    long failedAt;
  }

  /**
   * @param most how many images stay open, at least 1
   */
  public OpenTiles(int most, TileCache cache) {
    if (most < 1) {
      throw new IllegalArgumentException("At least 1 survey image must be open, not " + most + ".");
    }
    this.most = most;
    this.cache = cache;
  }

  /** The use of an open image; it is not closed before this. */
  public final class Lease implements AutoCloseable {

    private final Shared shared;
    private boolean over;

    private Lease(Shared shared) {
      this.shared = shared;
    }

    public SurveyImage image() {
      return shared.image.join();
    }

    @Override
    public void close() {
      if (!over) {
        over = true;
        release(shared);
      }
    }
  }

  /** How many images have been opened so far, each as often as that happened. */
  public synchronized long opened() {
    return opened;
  }

  /**
   * Opens an image, or shares one that is open.
   *
   * @param bands as for {@link SurveyImage#open}
   * @throws TileException if it cannot be opened
   */
  public Lease lease(SequencedMap<String, TileSource> bands) throws TileException {
    List<Map.Entry<String, TileSource>> key =
        bands.entrySet().stream().<Map.Entry<String, TileSource>>map(Map.Entry::copyOf).toList();
    while (true) {
      Shared shared;
      boolean mine;
      List<SurveyImage> closing;
      synchronized (this) {
        Shared known = images.get(key);
        if (known != null && known.failedAt != 0 && hasPassed(known.failedAt)) {
          drop(key, known);
          known = null;
        }
        mine = known == null;
        shared = known == null ? new Shared() : known;
        shared.users++;
        if (mine) {
          images.put(key, shared);
          opened++;
        }
        closing = surplus();
      }
      closing.forEach(SurveyImage::close);
      SurveyImage image = mine ? open(bands, shared) : await(shared);
      if (mine || image.isCurrent()) {
        return new Lease(shared);
      }
      synchronized (this) {
        drop(key, shared);
      }
      release(shared);
    }
  }

  /**
   * Closes each image that a file elsewhere has a part in, or has its last user close it, and
   * forgets it.
   */
  public void forget(RemoteFile file) {
    List<SurveyImage> closing = new ArrayList<>();
    synchronized (this) {
      images
          .entrySet()
          .removeIf(
              entry -> {
                boolean has =
                    entry.getKey().stream().anyMatch(band -> file.equals(band.getValue().remote()));
                if (has) {
                  retire(entry.getValue(), closing);
                }
                return has;
              });
    }
    closing.forEach(SurveyImage::close);
  }

  private static boolean hasPassed(long failedAt) {
    return System.nanoTime() - failedAt > FAILURE_NANOS;
  }

  @SuppressWarnings("MustBeClosedChecker") // closed when nobody uses it any more
  private SurveyImage open(SequencedMap<String, TileSource> bands, Shared shared)
      throws TileException {
    try {
      SurveyImage image = SurveyImage.open(bands, cache);
      shared.image.complete(image);
      return image;
    } catch (TileException | RuntimeException | Error e) {
      synchronized (this) {
        shared.failedAt = System.nanoTime() | 1;
      }
      shared.image.completeExceptionally(e);
      release(shared);
      throw e;
    }
  }

  private SurveyImage await(Shared shared) throws TileException {
    try {
      return shared.image.join();
    } catch (CompletionException e) {
      release(shared);
      if (e.getCause() instanceof TileException known) {
        throw known;
      }
      throw e;
    }
  }

  private void release(Shared shared) {
    SurveyImage unused = null;
    List<SurveyImage> closing;
    synchronized (this) {
      shared.users--;
      if (shared.users == 0 && shared.dropped) {
        unused = image(shared);
      }
      closing = surplus();
    }
    if (unused != null) {
      unused.close();
    }
    closing.forEach(SurveyImage::close);
  }

  /** Forgets an image; who uses it last closes it. */
  private void drop(List<Map.Entry<String, TileSource>> key, Shared shared) {
    shared.dropped = true;
    images.remove(key, shared);
  }

  /** Forgets the least recently used of too many; returns those to be closed. */
  private List<SurveyImage> surplus() {
    List<SurveyImage> closing = new ArrayList<>();
    Iterator<Shared> eldest = images.values().iterator();
    while (images.size() > most && eldest.hasNext()) {
      Shared one = eldest.next();
      if (one.users == 0) {
        eldest.remove();
        retire(one, closing);
      }
    }
    return closing;
  }

  /** Has the last user of an image close it; where there is none, it is among those to close. */
  private static void retire(Shared shared, List<SurveyImage> closing) {
    shared.dropped = true;
    SurveyImage image = image(shared);
    if (shared.users == 0 && image != null) {
      closing.add(image);
    }
  }

  private static @Nullable SurveyImage image(Shared shared) {
    return shared.image.state() == CompletableFuture.State.SUCCESS
        ? shared.image.resultNow()
        : null;
  }

  /** Closes all that nobody uses, and each other when its last user is done. */
  @Override
  public void close() {
    List<SurveyImage> closing = new ArrayList<>();
    synchronized (this) {
      for (Shared shared : images.values()) {
        retire(shared, closing);
      }
      images.clear();
    }
    closing.forEach(SurveyImage::close);
  }
}
