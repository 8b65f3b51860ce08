package dev.tuningfork.classifier.batch;

import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What waits to be fetched: first come, first served, but that no host is asked for more than so
 * many images at a time. What waits for a host that has its share is passed by what waits for
 * others, so that a host that hangs holds its share of the fetchers and no more.
 *
 * <p>Invariants: what is ready or taken for a host is never more than its share; what waits for a
 * host does so only while its share is used up; and what is ready or waits is never more than the
 * capacity. Hosts are forgotten with the last image that is wanted of them.
 *
 * <p>Safe for use by many threads at once: a host's counts change inside {@link
 * ConcurrentMap#compute} alone.
 */
final class FetchQueue<T> {

  private static final class Host<T> {
    int share;
    final Queue<T> waiting = new ArrayDeque<>();
  }

  private final Semaphore room;
  private final int mostPerHost;
  private final Function<T, Optional<String>> hostOf;
  private final BlockingQueue<T> ready = new LinkedBlockingQueue<>();
  private final ConcurrentMap<String, Host<T>> hosts = new ConcurrentHashMap<>();

  /**
   * @param hostOf who is asked for an item; empty where nobody is, and nothing but the capacity
   *     bounds it
   */
  FetchQueue(int capacity, int mostPerHost, Function<T, Optional<String>> hostOf) {
    room = new Semaphore(capacity);
    this.mostPerHost = mostPerHost;
    this.hostOf = hostOf;
  }

  /** Takes an item in where there is room, and never blocks. */
  boolean offer(T item) {
    if (!room.tryAcquire()) {
      return false;
    }
    hostOf
        .apply(item)
        .ifPresentOrElse(
            name ->
                hosts.compute(
                    name, (_, known) -> admit(item, known == null ? new Host<>() : known)),
            () -> ready.add(item));
    return true;
  }

  private Host<T> admit(T item, Host<T> host) {
    if (host.share < mostPerHost) {
      host.share++;
      ready.add(item);
    } else {
      host.waiting.add(item);
    }
    return host;
  }

  /** Hands an item out, waiting for one; whoever has it says when it is {@link #done}. */
  T take() throws InterruptedException {
    T item = ready.take();
    room.release();
    return item;
  }

  /** An item that was taken no longer asks anything of its host. */
  void done(T item) {
    hostOf.apply(item).ifPresent(name -> hosts.computeIfPresent(name, (_, host) -> next(host)));
  }

  private @Nullable Host<T> next(Host<T> host) {
    T next = host.waiting.poll();
    if (next != null) {
      ready.add(next);
      return host;
    }
    host.share--;
    return host.share == 0 ? null : host;
  }
}
