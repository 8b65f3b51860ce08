package dev.tuningfork.classifier.stream;

/**
 * Decides when a stream thread asks Kafka for a commit before the commit interval ends, so that
 * answers become visible soon.
 *
 * <p>The thread asks at most once in a period, and spends at most half of its time on such commits:
 * after each one it works for as long as the commit took, but no longer than a second, before it
 * asks again. Without this limit, slow commits (distant or ailing brokers) would hold a backlog
 * back: the thread would read only a few records between two commits, so the classifier would seem
 * to keep up, so the thread would commit again.
 *
 * <p>Belongs to one stream thread.
 */
final class CommitPace {

  private static final long LONGEST_NANOS = 1_000_000_000;

  private long lastPeriod = Long.MIN_VALUE;
  private boolean committing;
  private long askedAt;
  private boolean hasCommitted;
  private long notBefore;

  /**
   * Whether the thread may ask for a commit now; the caller then does.
   *
   * @param period the number of the period, counted from the epoch
   * @param now {@link System#nanoTime}
   */
  boolean mayCommit(long period, long now) {
    if (period == lastPeriod || (hasCommitted && now - notBefore < 0)) {
      return false;
    }
    lastPeriod = period;
    committing = true;
    askedAt = now;
    return true;
  }

  /**
   * The thread works again, so the commit that it asked for is over: a task processes a record, or
   * the one that asked is punctuated again.
   *
   * @param now {@link System#nanoTime}
   */
  void works(long now) {
    if (committing) {
      committing = false;
      hasCommitted = true;
      notBefore = now + Math.min(now - askedAt, LONGEST_NANOS);
    }
  }
}
