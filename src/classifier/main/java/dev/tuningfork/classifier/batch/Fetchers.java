package dev.tuningfork.classifier.batch;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The threads that fetch what a {@link FetchQueue} hands out, each one thing at a time, and hand on
 * what they got.
 *
 * <p>What holds its thread for longer than any fetch takes waits for what no interrupt ends, such
 * as a network file system whose server is gone. It is then given up, its thread is left behind
 * with it, and another thread takes that one's place.
 *
 * <p>Invariants:
 *
 * <ul>
 *   <li>So many threads fetch, and at most {@value #LEFT_BEHIND_EACH} times as many are left behind
 *       at a time. When there are as many, those that are held stay so until one comes back.
 *   <li>Each thing is told to the queue as done once, and given up at most once: by its thread or
 *       by the watch, whoever is first to lay hands on its {@link Fetcher}.
 * </ul>
 *
 * <p>Threads: the fetchers, and one that watches them. {@link #close} interrupts all and waits for
 * none.
 */
final class Fetchers<T, R> implements AutoCloseable {

  private static final int LEFT_BEHIND_EACH = 8;

  private static final Duration LOOK_EVERY = Duration.ofSeconds(1);

  /**
   * Takes what was got, waiting for room: that is no fault of the fetch, and as long as it takes.
   */
  interface Next<R> {
    void put(R got) throws InterruptedException;
  }

  private final FetchQueue<T> queue;
  private final Function<T, Optional<R>> fetch;
  private final Next<R> next;
  private final Duration longest;
  private final Consumer<T> givenUp;
  private final int mostLeftBehind;
  private final Thread.Builder threads = Thread.ofPlatform().daemon().name("fetch-", 0);
  private final Set<Fetcher> fetchers = ConcurrentHashMap.newKeySet();
  private final Set<Fetcher> leftBehind = ConcurrentHashMap.newKeySet();
  private final ScheduledExecutorService watch =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("fetch-watch").factory());
  private volatile boolean closed;

  /**
   * Starts the threads.
   *
   * @param fetch empty where there is nothing to hand on
   * @param longest how long a fetch may hold its thread
   * @param givenUp told what was held for longer, on the thread that watches
   */
  Fetchers(
      int count,
      FetchQueue<T> queue,
      Function<T, Optional<R>> fetch,
      Next<R> next,
      Duration longest,
      Consumer<T> givenUp) {
    this.queue = queue;
    this.fetch = fetch;
    this.next = next;
    this.longest = longest;
    this.givenUp = givenUp;
    this.mostLeftBehind = LEFT_BEHIND_EACH * count;
    for (int i = 0; i < count; i++) {
      start();
    }
    long every = Math.min(LOOK_EVERY.toNanos(), longest.toNanos());
    var _ = watch.scheduleWithFixedDelay(this::look, every, every, TimeUnit.NANOSECONDS);
  }

  private void start() {
    Fetcher fetcher = new Fetcher();
    fetchers.add(fetcher);
    fetcher.thread.start();
  }

  private void look() {
    for (Fetcher fetcher : fetchers) {
      if (leftBehind.size() == mostLeftBehind) {
        return;
      }
      T item = fetcher.leaveBehind(System.nanoTime() - longest.toNanos());
      if (item != null) {
        start();
        queue.done(item);
        givenUp.accept(item);
      }
    }
  }

  @Override
  public void close() {
    closed = true;
    watch.shutdownNow();
    fetchers.forEach(fetcher -> fetcher.thread.interrupt());
    leftBehind.forEach(fetcher -> fetcher.thread.interrupt());
  }

  private final class Fetcher {

    final Thread thread = threads.unstarted(this::run);

    private @Nullable T held;
    private long since;

    private void run() {
      try {
        boolean mine = true;
        while (mine && !closed) {
          T item = queue.take();
          hold(item);
          Optional<R> got = fetch.apply(item);
          mine = letGo();
          if (mine) {
            queue.done(item);
            if (got.isPresent()) {
              next.put(got.get());
            }
          }
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt(); // the thread ends, because all are closed
      } finally {
        leftBehind.remove(this);
      }
    }

    private synchronized void hold(T item) {
      held = item;
      since = System.nanoTime();
    }

    /** Whether this thread still was the one that answers for what it held. */
    private synchronized boolean letGo() {
      boolean mine = held != null;
      held = null;
      return mine;
    }

    /** Takes what has been held since this moment or longer from its thread, which then ends. */
    synchronized @Nullable T leaveBehind(long latest) {
      if (held == null || since - latest > 0) {
        return null;
      }
      T item = held;
      held = null;
      leftBehind.add(this);
      fetchers.remove(this);
      return item;
    }
  }
}
