package dev.tuningfork.classifier;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Whether a stream thread that died is replaced. It is, since the ledger still holds its galaxies,
 * but not when threads keep dying: the sixth death within ten minutes ends the classifier. Deaths
 * because Kafka did not answer in time ({@code task.timeout.ms}, 5 minutes) do not count: all
 * threads die of that at once, and a restart would not bring Kafka back. Safe for use by many
 * threads at once.
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
  synchronized boolean mayReplace(Throwable cause) {
    if (isOfKafkasSilence(cause)) {
      return true;
    }
    Instant now = clock.instant();
    deaths.addLast(now);
    deaths.removeIf(death -> death.isBefore(now.minus(WITHIN)));
    return deaths.size() <= REPLACEMENTS;
  }

  private static boolean isOfKafkasSilence(@Nullable Throwable cause) {
    return cause != null
        && (cause instanceof TimeoutException || isOfKafkasSilence(cause.getCause()));
  }
}
