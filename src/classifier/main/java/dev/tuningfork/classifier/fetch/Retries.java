package dev.tuningfork.classifier.fetch;

import java.time.Duration;

/**
 * How often a transient failure is tried again. The pause doubles from attempt to attempt, a
 * quarter more or less by chance, so that a host which comes back is not asked by all at once; a
 * host's {@code Retry-After} takes its place.
 *
 * @param attempts how many attempts there are at most, the first included
 * @param firstPause the pause after the first attempt
 * @param longestPause where the doubling ends
 */
public record Retries(int attempts, Duration firstPause, Duration longestPause) {

  /** Four attempts, with pauses of about 0.25, 0.5 and 1 s. */
  public static final Retries DEFAULT =
      new Retries(4, Duration.ofMillis(250), Duration.ofSeconds(10));

  public Retries {
    if (attempts < 1) {
      throw new IllegalArgumentException(
          "There must be 1 attempt or more, not %d.".formatted(attempts));
    }
    if (!firstPause.isPositive() || longestPause.compareTo(firstPause) <= 0) {
      throw new IllegalArgumentException(
          "The first pause must be longer than nothing and shorter than the longest, not %s and %s."
              .formatted(firstPause, longestPause));
    }
  }
}
