package dev.tuningfork.classifier.batch;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.ToLongFunction;

/**
 * A bounded queue that is filled in bursts: a thread that fills it up adds its item, and then waits
 * until the queue is half empty.
 *
 * <p>Where those who fill it are faster than those who empty it, one of them then adds many items
 * in one go while the others sleep; in a queue that wakes one for each free place, each item costs
 * the change from one thread to another. Where they are slower, they are woken one after another,
 * as in any queue.
 *
 * <p>The item is added before the wait, because a thread that sleeps with its item in hand is
 * overtaken by many others: galaxies that are neighbours on the sky would not stay together, and
 * each latecomer would read its part of the survey image again.
 *
 * <p>Invariants: items leave in the order in which {@link #put} was called; there are no more than
 * the capacity and one for each thread that waits, nor more bytes than the limit and those of the
 * items of these threads, but that a single item may be as large as it likes; nobody waits while it
 * is empty.
 *
 * <p>Safe for use by many threads at once.
 */
final class BurstQueue<T> {

  private final int capacity;
  private final long mostBytes;
  private final ToLongFunction<T> bytesOf;
  private final Queue<T> items;
  private final Lock lock = new ReentrantLock();
  private final Condition halfEmpty = lock.newCondition();
  private final Condition notEmpty = lock.newCondition();

  private long bytes;

  BurstQueue(int capacity, long mostBytes, ToLongFunction<T> bytesOf) {
    this.capacity = capacity;
    this.mostBytes = mostBytes;
    this.bytesOf = bytesOf;
    items = new ArrayDeque<>(capacity);
  }

  /** Adds an item, and then waits where there are too many. */
  void put(T item) throws InterruptedException {
    long more = bytesOf.applyAsLong(item);
    lock.lockInterruptibly();
    try {
      items.add(item);
      bytes += more;
      notEmpty.signal();
      while (items.size() > capacity || (items.size() > 1 && bytes > mostBytes)) {
        halfEmpty.await();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Takes the oldest item, waiting for one. */
  T take() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (items.isEmpty()) {
        notEmpty.await();
      }
      T item = items.remove();
      bytes -= bytesOf.applyAsLong(item);
      if (items.isEmpty()) {
        halfEmpty.signalAll();
      } else if (!isOverHalf()) {
        halfEmpty.signal();
      }
      return item;
    } finally {
      lock.unlock();
    }
  }

  /** Whether more than half of the places, or of the bytes, are taken. */
  boolean isMoreThanHalfFull() {
    lock.lock();
    try {
      return isOverHalf();
    } finally {
      lock.unlock();
    }
  }

  private boolean isOverHalf() {
    return items.size() > capacity / 2 || (!items.isEmpty() && bytes > mostBytes / 2);
  }
}
