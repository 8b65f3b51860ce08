package dev.tuningfork.classifier.page;

import dev.tuningfork.image.QualityFlag;
import dev.tuningfork.tree.AnswerProbabilities;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * A client that is shown galaxies. What it is too slow for is dropped and counted, so that it holds
 * up nobody and nothing piles up. Safe for use by many threads at once; one thread takes events.
 */
final class Watcher {

  /** What a client is told. */
  sealed interface Event {
    record Galaxy(SeenGalaxy galaxy) implements Event {}

    /** Some named figures. */
    record Figures(String name, Object content) implements Event {}

    /** Another model answers from now on. */
    record Exchange() implements Event {}

    record End() implements Event {}
  }

  private static final int WAITING = LiveFeed.CARDS + 4;

  final Filter filter;
  private final TokenBucket pace;
  private final BlockingQueue<Event> events = new ArrayBlockingQueue<>(WAITING);
  private final LongAdder matched = new LongAdder();
  private final LongAdder dropped = new LongAdder();
  private final Thread thread = Thread.currentThread();
  private final long came = System.nanoTime();
  private volatile long lastTaken = came;

  /** Belongs to the calling thread, which takes the events. */
  Watcher(Filter filter, int perSecond) {
    this.filter = filter;
    pace = new TokenBucket(perSecond, Math.max(1, perSecond / 2.0), System.nanoTime());
  }

  /** Whether it wants this galaxy and may have one more now. */
  boolean wants(AnswerProbabilities answers, Set<QualityFlag> flags, long now) {
    if (!filter.wants(answers, flags)) {
      return false;
    }
    matched.increment();
    return pace.take(now);
  }

  /** Whether it was not there yet at this moment, as {@link System#nanoTime} says. */
  boolean cameAfter(long moment) {
    return came - moment > 0;
  }

  /** How many galaxies were of the kind that it wants, shown or not. */
  long matched() {
    return matched.sum();
  }

  /** How many events it was too slow for. */
  long dropped() {
    return dropped.sum();
  }

  void tell(Event event) {
    while (!events.offer(event)) {
      if (events.poll() != null) {
        dropped.increment();
      }
    }
  }

  /** The next event; null after the last. */
  @Nullable Event take() throws InterruptedException {
    Event next = events.take();
    lastTaken = System.nanoTime();
    return next instanceof Event.End ? null : next;
  }

  /** Ends it after what waits. */
  void end() {
    tell(new Event.End());
  }

  /** Whether it has taken nothing for so long though something waits: it hangs in its socket. */
  boolean hangs(long nanos) {
    return !events.isEmpty() && System.nanoTime() - lastTaken > nanos;
  }

  /** Ends it in the middle of what it is doing: its connection is closed. */
  void cutOff() {
    thread.interrupt();
  }
}
