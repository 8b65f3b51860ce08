package dev.tuningfork.classifier.batch;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.ToLongFunction;

/**
 * A bounded queue that is filled in bursts: a thread that finds it full waits until it is half
 * empty.
 *
 * <p>Where those who fill it are faster than those who empty it, one of them then adds many items
 * in one go while the others sleep; in a queue that wakes one for each free place, each item costs
 * the change from one thread to another. Where they are slower, they are woken one after another,
 * as in any queue.
 *
 * <p>Invariants: there are never more items than the capacity, nor more bytes than the limit, but
 * that a single item may be as large as it likes; an item that is taken from a queue no more than
 * half full wakes one who waits to add, so that nobody waits while it is empty.
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

  /** Adds an item, waiting for room. */
  void put(T item) throws InterruptedException {
    long more = bytesOf.applyAsLong(item);
    lock.lockInterruptibly();
    try {
      while (items.size() == capacity || (!items.isEmpty() && bytes + more > mostBytes)) {
        halfEmpty.await();
      }
      items.add(item);
      bytes += more;
      notEmpty.signal();
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
      if (!isOverHalf()) {
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
