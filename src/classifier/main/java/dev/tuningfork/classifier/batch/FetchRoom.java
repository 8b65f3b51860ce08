package dev.tuningfork.classifier.batch;

import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * How much is in a {@link FetchQueue}, and which hosts are slow. What waits for slow hosts is held
 * up, and has an allowance of its own.
 *
 * <p>Invariants:
 *
 * <ul>
 *   <li>What is held up is the sum of what is queued for slow hosts. Everything else, also what no
 *       host has to answer for, counts as prompt.
 *   <li>Only a host that turns slow, or prompt again, carries its items over the limit of the other
 *       side.
 * </ul>
 *
 * <p>Guarded by the queue's lock, but for {@link #slowHosts}.
 */
final class FetchRoom {

  private final FetchQueue.Limits limits;
  private final QueueLoad prompt = new QueueLoad();
  private final QueueLoad heldUp = new QueueLoad();
  private volatile Set<String> slowHosts = Set.of();

  FetchRoom(FetchQueue.Limits limits) {
    this.limits = limits;
  }

  /** The hosts that are slow now. Safe for use by many threads at once. */
  Set<String> slowHosts() {
    return slowHosts;
  }

  /**
   * Whether one more item has room.
   *
   * @param host absent where none has to answer, or nothing else is known of it
   */
  boolean isFor(@Nullable QueueHost<?> host, long bytes) {
    return isSlow(host)
        ? heldUp.hasRoom(bytes, limits.heldUp(), limits.bytes())
        : prompt.hasRoom(bytes, limits.items(), limits.bytes());
  }

  void enter(@Nullable QueueHost<?> host, long bytes) {
    change(host, 1, bytes);
  }

  void leave(@Nullable QueueHost<?> host, long bytes) {
    change(host, -1, -bytes);
  }

  void setSlow(QueueHost<?> host, boolean slow) {
    if (host.slow != slow) {
      (slow ? prompt : heldUp).add(-host.queued.items, -host.queued.bytes);
      (slow ? heldUp : prompt).add(host.queued.items, host.queued.bytes);
      host.slow = slow;
      Set<String> now = new TreeSet<>(slowHosts);
      if (slow) {
        now.add(host.name);
      } else {
        now.remove(host.name);
      }
      slowHosts = Set.copyOf(now);
    }
  }

  private void change(@Nullable QueueHost<?> host, int items, long bytes) {
    if (host != null) {
      host.queued.add(items, bytes);
    }
    (isSlow(host) ? heldUp : prompt).add(items, bytes);
  }

  private static boolean isSlow(@Nullable QueueHost<?> host) {
    return host != null && host.slow;
  }
}
