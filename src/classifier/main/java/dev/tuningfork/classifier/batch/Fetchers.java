package dev.tuningfork.classifier.batch;

import dev.tuningfork.classifier.fetch.FetchException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The threads that fetch what a {@link FetchQueue} hands out, each one thing at a time, and hand on
 * what they got.
 *
 * <p>A fetch that takes too long holds up no other: another thread takes the place of its own,
 * which goes on beside the others and ends with that fetch. What then holds its thread for longer
 * than any fetch takes waits for what no interrupt ends, such as a network file system whose server
 * is gone. It fails, which counts against its host, and its thread is left behind.
 *
 * <p>Invariants:
 *
 * <ul>
 *   <li>So many threads fetch, and at most {@value #LATE_EACH} times as many are late at a time.
 *       When there are as many, those that are held stay so until one comes back.
 *   <li>The queue learns once how each thing ended: by its thread or by the watch, whichever first
 *       takes its {@link Fetcher}.
 * </ul>
 *
 * <p>Threads: the fetchers, and one that watches them. {@link #close} interrupts all and waits for
 * none.
 */
final class Fetchers<T, R> implements AutoCloseable {

  private static final int LATE_EACH = 8;

  private static final Duration LOOK_EVERY = Duration.ofMillis(250);

  /** Fetches one thing; empty where there is nothing to hand on. */
  interface Fetch<T, R> {
    Optional<R> fetch(T item) throws FetchException;
  }

  /**
   * Takes what was got, waiting for room: that is no fault of the fetch, and as long as it takes.
   */
  interface Next<R> {
    void put(R got) throws InterruptedException;

    /** Takes a result that came too late, so that it can be closed. */
    default void drop(R got) {}
  }

  private final FetchQueue<T> queue;
  private final Fetch<T, R> fetch;
  private final Next<R> next;
  private final Duration slowAfter;
  private final Function<T, Duration> longest;
  private final Supplier<FetchException> heldTooLong;
  private final Consumer<Throwable> onDefect;
  private final int mostLate;
  private final Thread.Builder threads = Thread.ofPlatform().daemon().name("fetch-", 0);
  private final Set<Fetcher> fetchers = ConcurrentHashMap.newKeySet();
  private final Set<Fetcher> late = ConcurrentHashMap.newKeySet();
  private final ScheduledExecutorService watch =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("fetch-watch").factory());
  private volatile boolean closed;

  /**
   * Starts the threads.
   *
   * @param slowAfter how long a fetch may take before another thread takes its thread's place
   * @param least how often the watch looks at least: the shortest time of {@code longest}
   * @param longest how long a fetch of this may hold its thread
   * @param heldTooLong why that which was held for longer fails, for a reason that may pass
   * @param onDefect called with what was thrown that is no {@link FetchException}, on the thread
   *     that it ended
   */
  Fetchers(
      int count,
      FetchQueue<T> queue,
      Fetch<T, R> fetch,
      Next<R> next,
      Duration slowAfter,
      Duration least,
      Function<T, Duration> longest,
      Supplier<FetchException> heldTooLong,
      Consumer<Throwable> onDefect) {
    this.queue = queue;
    this.fetch = fetch;
    this.next = next;
    this.slowAfter = slowAfter;
    this.longest = longest;
    this.heldTooLong = heldTooLong;
    this.onDefect = onDefect;
    this.mostLate = LATE_EACH * count;
    for (int i = 0; i < count; i++) {
      start();
    }
    long every = Math.min(LOOK_EVERY.toNanos(), least.toNanos());
    var _ = watch.scheduleWithFixedDelay(this::look, every, every, TimeUnit.NANOSECONDS);
  }

  private void start() {
    Fetcher fetcher = new Fetcher();
    fetchers.add(fetcher);
    fetcher.thread.start();
  }

  private void look() {
    try {
      watchFetches();
      queue.failTheSilent();
    } catch (RuntimeException | Error e) {
      onDefect.accept(e); // the watch would end without a word
    }
  }

  private void watchFetches() {
    long now = System.nanoTime();
    for (Fetcher fetcher : fetchers) {
      T item = fetcher.heldSince(now - slowAfter.toNanos());
      if (item != null) {
        queue.slow(item);
        if (late.size() < mostLate && fetcher.makeLate()) {
          start();
        }
      }
    }
    for (Fetcher fetcher : late) {
      fetcher.loseHeldTooLong(now);
    }
  }

  @Override
  public void close() {
    closed = true;
    watch.shutdownNow();
    fetchers.forEach(fetcher -> fetcher.thread.interrupt());
    late.forEach(fetcher -> fetcher.thread.interrupt());
  }

  private final class Fetcher {

    final Thread thread = threads.unstarted(this::run);

    private @Nullable T held;
    private long since;
    private boolean replaced;

    private void run() {
      try {
        while (!isReplaced() && !closed) {
          fetchNext();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt(); // the thread ends, because all are closed
      } catch (RuntimeException | Error e) {
        onDefect.accept(e);
      } finally {
        late.remove(this);
      }
    }

    private void fetchNext() throws InterruptedException {
      T item = queue.take();
      hold(item);
      Optional<R> got;
      try {
        got = fetch.fetch(item);
      } catch (FetchException e) {
        if (letGo()) {
          queue.failed(item, e);
        } else {
          queue.returned(item);
        }
        return;
      }
      if (!letGo()) {
        got.ifPresent(next::drop);
        queue.returned(item);
      } else if (got.isPresent()) {
        queue.answered(item, System.nanoTime() - since < slowAfter.toNanos());
        next.put(got.get());
      } else {
        queue.done(item);
      }
    }

    private synchronized void hold(T item) {
      held = item;
      since = System.nanoTime();
    }

    private synchronized boolean isReplaced() {
      return replaced;
    }

    /** Whether this thread still was the one that answers for what it held. */
    private synchronized boolean letGo() {
      boolean mine = held != null;
      held = null;
      return mine;
    }

    /** What has been held since this moment or longer. */
    synchronized @Nullable T heldSince(long latest) {
      return held == null || since - latest > 0 ? null : held;
    }

    /** Makes this the thread's last fetch, where there is one. */
    synchronized boolean makeLate() {
      if (held == null) {
        return false;
      }
      replaced = true;
      late.add(this);
      fetchers.remove(this);
      return true;
    }

    /**
     * Takes what has been held for too long from its thread. The queue learns it before the thread
     * can say that it has come back, which takes the same lock.
     */
    synchronized void loseHeldTooLong(long now) {
      T item = held;
      if (item != null && now - since >= longest.apply(item).toNanos()) {
        held = null;
        queue.lost(item, heldTooLong.get());
      }
    }
  }
}
