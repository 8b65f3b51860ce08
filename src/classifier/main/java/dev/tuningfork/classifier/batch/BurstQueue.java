package dev.tuningfork.classifier.batch;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A bounded queue that is filled in bursts: whoever finds it full waits until it is half empty.
 *
 * <p>Where those who fill it are faster than those who empty it, one of them then adds many items
 * in one go while the others sleep; in a queue that wakes one for each free place, each item costs
 * the change from one thread to another. Where they are slower, they are woken one after another,
 * as in any queue.
 *
 * <p>Invariants: there are never more items than the capacity; an item that is taken from a queue
 * no more than half full wakes one who waits to add, so that nobody waits while it is empty.
 *
 * <p>Safe for use by many threads at once.
 */
final class BurstQueue<T> {

  private final int capacity;
  private final Queue<T> items;
  private final Lock lock = new ReentrantLock();
  private final Condition halfEmpty = lock.newCondition();
  private final Condition notEmpty = lock.newCondition();

  BurstQueue(int capacity) {
    this.capacity = capacity;
    items = new ArrayDeque<>(capacity);
  }

  /** Adds an item, waiting for room. */
  void put(T item) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (items.size() == capacity) {
        halfEmpty.await();
      }
      items.add(item);
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
      if (items.size() <= capacity / 2) {
        halfEmpty.signal();
      }
      return item;
    } finally {
      lock.unlock();
    }
  }

  /** Whether more than half of the places are taken. */
  boolean isMoreThanHalfFull() {
    lock.lock();
    try {
      return items.size() > capacity / 2;
    } finally {
      lock.unlock();
    }
  }
}
