package dev.tuningfork.classifier.batch;

import dev.tuningfork.classifier.fetch.FetchException;
import dev.tuningfork.classifier.message.FailureKind;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.ToIntFunction;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * What waits to be fetched: first come, first served, but no host serves more images at a time than
 * its share. What waits for a host whose share is used up is overtaken by what waits for others.
 *
 * <p>A host has a small share at first. The share grows by one with each answer and halves with
 * each failure that may pass. A host is <em>slow</em> from the moment that a fetch of it takes too
 * long, or fails in a way that may pass, until it answers promptly. What waits for slow hosts is
 * <em>held up</em>. It has an allowance of its own, so that it takes no room from the images of
 * other hosts.
 *
 * <p>A host is <em>silent</em> when it has answered nothing for as long as all attempts at an image
 * may take. Then each image that has waited for so long fails with the host's latest failure,
 * without attempts of its own. Where the allowance is used up, the oldest image of a silent host
 * fails earlier and makes room, but only while other hosts answer: else nobody would gain by it,
 * and the queue declines instead.
 *
 * <p>A fetch whose thread was {@linkplain #lost left behind} has failed, but stays with its host
 * until the thread {@linkplain #returned comes back}. It takes no part of the share, so that a host
 * that hangs on some images serves the others. But it counts towards the largest share: a host
 * where everything hangs is asked for nothing more.
 *
 * <p>Invariants:
 *
 * <ul>
 *   <li>What is ready, taken or left behind for a host is not more than its largest share; what
 *       waits for a host does so only while its share, or the largest one, is used up.
 *   <li>What is ready or waits is within its limits, in items and in bytes. A single item that is
 *       larger than the limit is taken where nothing else is there. Only a host that turns slow, or
 *       prompt again, may carry its items over the limit of the other side.
 *   <li>Hosts are forgotten with the last image that is wanted of them.
 *   <li>Images are failed outside of the lock, each once.
 * </ul>
 *
 * <p>Safe for use by many threads at once. No two items may be equal.
 */
final class FetchQueue<T> {

  /**
   * How much may be in the queue.
   *
   * @param items that are not held up
   * @param heldUp items that are held up
   * @param bytes of each of the two
   * @param perHost the largest share of the host of this name
   * @param silence how long a host answers nothing before it is silent
   */
  record Limits(
      int items, int heldUp, long bytes, ToIntFunction<String> perHost, Duration silence) {}

  /** The share of a host that has not answered yet. */
  private static final int FIRST_SHARE = 4;

  private record Failure<T>(T item, FetchException why) {}

  private final Limits limits;
  private final Function<T, Optional<String>> hostOf;
  private final ToLongFunction<T> bytesOf;
  private final BiConsumer<T, FetchException> fail;
  private final LongSupplier nanoTime;

  private final Lock lock = new ReentrantLock();
  private final Condition notEmpty = lock.newCondition();
  private final Queue<T> ready = new ArrayDeque<>();
  private final Map<String, QueueHost<T>> hosts = new HashMap<>();
  private final FetchRoom room;
  private @Nullable Long promptAnswerAt;

  /**
   * @param hostOf which host has to answer for an item; empty where none has to, and nothing but
   *     the queue's limits bounds it
   * @param bytesOf what an item holds while it waits
   * @param fail called with each item that fails and the reason, on the thread that learns of it
   * @param nanoTime as {@link System#nanoTime}
   */
  FetchQueue(
      Limits limits,
      Function<T, Optional<String>> hostOf,
      ToLongFunction<T> bytesOf,
      BiConsumer<T, FetchException> fail,
      LongSupplier nanoTime) {
    this.limits = limits;
    room = new FetchRoom(limits);
    this.hostOf = hostOf;
    this.bytesOf = bytesOf;
    this.fail = fail;
    this.nanoTime = nanoTime;
  }

  /** The hosts that are slow now. */
  Set<String> slowHosts() {
    return room.slowHosts();
  }

  /** Takes an item in where there is room, and never blocks. */
  boolean offer(T item) {
    Optional<String> name = hostOf.apply(item);
    long bytes = bytesOf.applyAsLong(item);
    Failure<T> dropped = null;
    lock.lock();
    try {
      QueueHost<T> known = name.map(hosts::get).orElse(null);
      if (!room.isFor(known, bytes)) {
        if (known == null || !mayDrop(known)) {
          return false;
        }
        dropped = dropOldest(known);
      }
      if (name.isPresent()) {
        QueueHost<T> host = hosts.computeIfAbsent(name.get(), this::newHost);
        room.enter(host, bytes);
        host.waiting.put(item, nanoTime.getAsLong());
        makeReady(host);
      } else {
        room.enter(null, bytes);
        ready.add(item);
        notEmpty.signal();
      }
    } finally {
      lock.unlock();
    }
    if (dropped != null) {
      fail.accept(dropped.item, dropped.why);
    }
    return true;
  }

  /**
   * Hands an item out, waiting for one. The thread that takes it reports how it ended: {@link
   * #answered}, {@link #failed} or {@link #done}.
   */
  T take() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (ready.isEmpty()) {
        notEmpty.await();
      }
      T item = ready.remove();
      room.leave(host(item), bytesOf.applyAsLong(item));
      return item;
    } finally {
      lock.unlock();
    }
  }

  /** Drops an item. One that waits for its host leaves the queue. */
  void forget(T item) {
    withHostOf(
        item,
        host -> {
          if (host.waiting.remove(item) != null) {
            room.leave(host, bytesOf.applyAsLong(item));
            forgetIfIdle(host);
          }
        });
  }

  /** An item that was taken needs its host no longer, which was not reached. */
  void done(T item) {
    withHostOf(item, this::release);
  }

  /**
   * The host of an item that was taken has answered.
   *
   * @param promptly whether it did not take too long
   */
  void answered(T item, boolean promptly) {
    lock.lock();
    try {
      long now = nanoTime.getAsLong();
      QueueHost<T> host = host(item);
      if (promptly) {
        promptAnswerAt = now;
      }
      if (host != null) {
        host.answeredAt = now;
        host.failure = null;
        host.share = Math.min(host.share + 1, host.largestShare);
        room.setSlow(host, host.slow && !promptly);
        release(host);
      }
    } finally {
      lock.unlock();
    }
  }

  /** An item that was taken has failed. It is failed here, and those that fail with it. */
  void failed(T item, FetchException why) {
    if (why.kind() == FailureKind.TRANSIENT) {
      withHostOf(
          item,
          host -> {
            blame(host, why);
            release(host);
          });
    } else if (why.attempts() > 0) {
      answered(item, true); // that the host has no such image is an answer
    } else {
      done(item);
    }
    fail.accept(item, why);
  }

  /**
   * The thread that fetches an item that was taken is left behind, and may never come back. The
   * item fails here, for a reason that may pass.
   */
  void lost(T item, FetchException why) {
    withHostOf(
        item,
        host -> {
          host.leftBehind++;
          blame(host, why);
          makeReady(host);
        });
    fail.accept(item, why);
  }

  /** The thread that fetched an item that was {@link #lost} has come back. */
  void returned(T item) {
    withHostOf(
        item,
        host -> {
          host.leftBehind--;
          release(host);
        });
  }

  /** A fetch of this item takes too long. */
  void slow(T item) {
    withHostOf(item, host -> room.setSlow(host, true));
  }

  /** Fails what has waited too long for silent hosts. */
  void failTheSilent() {
    if (room.slowHosts().isEmpty()) {
      return;
    }
    List<Failure<T>> failures = new ArrayList<>();
    lock.lock();
    try {
      long latest = nanoTime.getAsLong() - limits.silence.toNanos();
      for (String name : room.slowHosts()) {
        QueueHost<T> host = hosts.get(name);
        if (host != null && isSilent(host)) {
          while (!host.waiting.isEmpty() && host.waiting.firstEntry().getValue() - latest <= 0) {
            failures.add(dropOldest(host));
          }
        }
      }
    } finally {
      lock.unlock();
    }
    failures.forEach(failure -> fail.accept(failure.item, failure.why));
  }

  private QueueHost<T> newHost(String name) {
    int largest = limits.perHost.applyAsInt(name);
    return new QueueHost<>(name, Math.min(FIRST_SHARE, largest), largest, nanoTime.getAsLong());
  }

  /** Changes what is known of an item's host, where one has to answer for the item. */
  private void withHostOf(T item, Consumer<QueueHost<T>> change) {
    lock.lock();
    try {
      QueueHost<T> host = host(item);
      if (host != null) {
        change.accept(host);
      }
    } finally {
      lock.unlock();
    }
  }

  private @Nullable QueueHost<T> host(T item) {
    return hostOf.apply(item).map(hosts::get).orElse(null);
  }

  private void makeReady(QueueHost<T> host) {
    while (host.held < host.largestShare
        && host.held - host.leftBehind < host.share
        && !host.waiting.isEmpty()) {
      ready.add(host.waiting.pollFirstEntry().getKey());
      host.held++;
      notEmpty.signal();
    }
  }

  private void blame(QueueHost<T> host, FetchException why) {
    host.failure = why;
    host.share = Math.max(1, host.share / 2);
    room.setSlow(host, true);
  }

  private void release(QueueHost<T> host) {
    host.held--;
    makeReady(host);
    forgetIfIdle(host);
  }

  private void forgetIfIdle(QueueHost<T> host) {
    if (host.held == 0 && host.waiting.isEmpty()) {
      room.setSlow(host, false);
      hosts.remove(host.name);
    }
  }

  private boolean isSilent(QueueHost<T> host) {
    return host.failure != null && hasPassed(limits.silence, host.answeredAt);
  }

  private boolean mayDrop(QueueHost<T> host) {
    return host.slow
        && isSilent(host)
        && !host.waiting.isEmpty()
        && promptAnswerAt != null
        && !hasPassed(limits.silence, promptAnswerAt);
  }

  private boolean hasPassed(Duration time, long since) {
    return nanoTime.getAsLong() - since >= time.toNanos();
  }

  /** Takes the oldest item of a host that has failed off the queue. */
  private Failure<T> dropOldest(QueueHost<T> host) {
    T item = host.waiting.pollFirstEntry().getKey();
    room.leave(host, bytesOf.applyAsLong(item));
    FetchException latest = Objects.requireNonNull(host.failure);
    return new Failure<>(
        item,
        new FetchException(
            latest.kind(),
            latest.attempts(),
            "The image's host has not answered for "
                + limits.silence.toSeconds()
                + " s. Its latest failure: "
                + latest.getMessage(),
            latest));
  }
}
