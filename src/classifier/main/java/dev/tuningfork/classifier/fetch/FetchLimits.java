package dev.tuningfork.classifier.fetch;

import dev.tuningfork.classifier.setting.Section;
import dev.tuningfork.classifier.setting.Setting;
import dev.tuningfork.classifier.setting.SettingValues;
import dev.tuningfork.image.ImageLimits;
import java.time.Duration;

/** Limits on the fetching of one image. */
public record FetchLimits(
    long bytes,
    Duration connectTime,
    Duration attemptTime,
    Duration totalTime,
    int redirects,
    int connectionsPerHost) {

  /** The largest array there can be. */
  private static final long LARGEST = Integer.MAX_VALUE - 8;

  public static final Section SECTION = new Section("fetch", "How images are fetched");

  /**
   * The largest image file that is fetched; at most 2147483639. Every fetcher may hold a file of
   * this size, so set it to a little more than your largest image.
   */
  public static final Setting<Long> LARGEST_BYTES =
      SECTION.bytes("largest-bytes", ImageLimits.DEFAULT.bytes());

  /** How long one address of a host has to accept a connection. */
  public static final Setting<Duration> CONNECT_TIME =
      SECTION.time("connect-time", Duration.ofSeconds(5));

  /** How long one attempt may take, from its start to the last byte, redirects included. */
  public static final Setting<Duration> ATTEMPT_TIME =
      SECTION.time("attempt-time", Duration.ofSeconds(20));

  /**
   * How long all attempts to fetch one image may take, pauses included. Reading a file may also
   * take this long.
   */
  public static final Setting<Duration> TOTAL_TIME =
      SECTION.time("total-time", Duration.ofSeconds(60));

  /** How many redirects are followed. The target of each must be allowed too. */
  public static final Setting<Integer> REDIRECTS = SECTION.count("redirects", 5, "redirects");

  /**
   * How many images are fetched from one host at the same time. A lower number than {@code
   * batch.fetchers} leaves fetchers for other hosts when one hangs.
   */
  public static final Setting<Integer> CONNECTIONS_PER_HOST =
      SECTION.count("connections-per-host", 32, "connections");

  public static final FetchLimits DEFAULT = of(SettingValues.NONE);

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

  static FetchLimits of(SettingValues values) {
    return new FetchLimits(
        values.get(LARGEST_BYTES),
        values.get(CONNECT_TIME),
        values.get(ATTEMPT_TIME),
        values.get(TOTAL_TIME),
        values.get(REDIRECTS),
        values.get(CONNECTIONS_PER_HOST));
  }

  private static void requirePositive(String what, Duration time) {
    if (!time.isPositive()) {
      throw new IllegalArgumentException(
          "The time %s must be more than 0, not %s.".formatted(what, time));
    }
  }
}
