package dev.tuningfork.classifier;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Whether a stream thread that died is replaced. It is, since the ledger still holds its galaxies,
 * but not when threads keep dying: the sixth death within ten minutes ends the classifier. Safe for
 * use by many threads at once.
 */
final class ThreadDeathPolicy {

  private static final int REPLACEMENTS = 5;
  private static final Duration WITHIN = Duration.ofMinutes(10);

  private final InstantSource clock;
  private final Deque<Instant> deaths = new ArrayDeque<>();

  ThreadDeathPolicy(InstantSource clock) {
    this.clock = clock;
  }

  /** A thread has died; whether another one takes its place. */
  synchronized boolean mayReplace() {
    Instant now = clock.instant();
    deaths.addLast(now);
    deaths.removeIf(death -> death.isBefore(now.minus(WITHIN)));
    return deaths.size() <= REPLACEMENTS;
  }
}
