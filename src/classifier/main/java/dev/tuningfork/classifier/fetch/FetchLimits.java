package dev.tuningfork.classifier.fetch;

import dev.tuningfork.image.ImageLimits;
import java.time.Duration;

/**
 * How much one image may cost.
 *
 * @param bytes the most bytes that are read of an image, 1 to 2 147 483 639
 * @param connectTime how long one address of a host has to accept a connection
 * @param attemptTime how long one attempt at a host may take, from its start to the image's last
 *     byte, redirects included
 * @param totalTime how long all attempts and the pauses between them may take; a file may take as
 *     long at once
 * @param redirects how many redirects are followed
 * @param connectionsPerHost how many images one host is asked for at a time, over a connection
 *     each; further ones wait, and those of other hosts pass them. Where it is less than the number
 *     of fetchers, a host that hangs leaves the rest of them to others
 */
public record FetchLimits(
    long bytes,
    Duration connectTime,
    Duration attemptTime,
    Duration totalTime,
    int redirects,
    int connectionsPerHost) {

  /** The largest array there can be. */
  private static final long LARGEST = Integer.MAX_VALUE - 8;

  /** As large as an image may be at all; 5 s to connect, 20 s an attempt, 60 s in all. */
  public static final FetchLimits DEFAULT =
      new FetchLimits(
          ImageLimits.DEFAULT.bytes(),
          Duration.ofSeconds(5),
          Duration.ofSeconds(20),
          Duration.ofSeconds(60),
          5,
          32);

  public FetchLimits {
    if (bytes < 1 || bytes > LARGEST) {
      throw new IllegalArgumentException(
          "The limit of an image's bytes must be 1 to %d, not %d.".formatted(LARGEST, bytes));
    }
    requirePositive("to connect", connectTime);
    requirePositive("for an attempt", attemptTime);
    requirePositive("for all attempts", totalTime);
    if (redirects < 0) {
      throw new IllegalArgumentException(
          "The number of redirects must be 0 or more, not %d.".formatted(redirects));
    }
    if (connectionsPerHost < 1) {
      throw new IllegalArgumentException(
          "The number of connections to a host must be 1 or more, not %d."
              .formatted(connectionsPerHost));
    }
  }

  private static void requirePositive(String what, Duration time) {
    if (!time.isPositive()) {
      throw new IllegalArgumentException(
          "The time %s must be longer than nothing, not %s.".formatted(what, time));
    }
  }
}
