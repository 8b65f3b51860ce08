package dev.tuningfork.image;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Things that are costly to make and serve one caller at a time. Thread-safe.
 *
 * <p>Nobody waits: who finds none idle gets a new one, so their number is bounded by the callers at
 * work. Only so many are kept while idle, and what is given back beyond that is discarded.
 */
final class Pool<T> {

  private final BlockingQueue<T> idle;
  private final Supplier<T> maker;
  private final Consumer<T> discard;

  Pool(int kept, Supplier<T> maker, Consumer<T> discard) {
    this.idle = new ArrayBlockingQueue<>(kept);
    this.maker = maker;
    this.discard = discard;
  }

  /** Of things that the garbage collector takes, as many as the machine has processors. */
  Pool(Supplier<T> maker) {
    this(Runtime.getRuntime().availableProcessors(), maker, _ -> {});
  }

  T take() {
    T one = idle.poll();
    return one == null ? maker.get() : one;
  }

  /** Returns an object, once, when the caller no longer uses it. */
  void give(T one) {
    if (!idle.offer(one)) {
      discard.accept(one);
    }
  }
}
