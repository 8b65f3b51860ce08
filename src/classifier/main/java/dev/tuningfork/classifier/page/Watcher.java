package dev.tuningfork.classifier.page;

import dev.tuningfork.image.QualityFlag;
import dev.tuningfork.tree.AnswerProbabilities;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * A client of the live page. Events that it is too slow for are dropped and counted, so its queue
 * is bounded and delays no other client. Safe for use by many threads at once; one thread takes
 * events.
 */
final class Watcher {

  /** What is sent to a client. */
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

  /** For the calling thread, which takes the events. */
  Watcher(Filter filter, int perSecond) {
    this.filter = filter;
    pace = new TokenBucket(perSecond, Math.max(1, perSecond / 2.0), System.nanoTime());
  }

  /** Whether the galaxy passes its filter, and its rate limit allows one more now. */
  boolean wants(AnswerProbabilities answers, Set<QualityFlag> flags, long now) {
    if (!filter.wants(answers, flags)) {
      return false;
    }
    matched.increment();
    return pace.take(now);
  }

  /**
   * Whether it came after this moment.
   *
   * @param moment as {@link System#nanoTime}
   */
  boolean cameAfter(long moment) {
    return came - moment > 0;
  }

  /** How many galaxies passed its filter, shown or not. */
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

  /** Whether events wait and it has taken none for so long, so its connection hangs. */
  boolean hangs(long nanos) {
    return !events.isEmpty() && System.nanoTime() - lastTaken > nanos;
  }

  /** Closes its connection at once. */
  void cutOff() {
    thread.interrupt();
  }
}
