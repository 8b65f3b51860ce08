package dev.tuningfork.classifier.fetch;

import dev.tuningfork.classifier.setting.Section;
import dev.tuningfork.classifier.setting.Setting;
import dev.tuningfork.classifier.setting.SettingValues;
import java.time.Duration;

/**
 * How often a transient failure is tried again. The pause doubles from attempt to attempt, a
 * quarter more or less by chance, so that a host which comes back is not asked by all at once; a
 * host's {@code Retry-After} takes its place.
 */
public record Retries(int attempts, Duration firstPause, Duration longestPause) {

  public static final Section SECTION = new Section("fetch", FetchLimits.SECTION.title());

  /** How often an image is tried at most, the first attempt included. */
  public static final Setting<Integer> ATTEMPTS = SECTION.count("attempts", 4, "attempts");

  /**
   * The pause after the first failed attempt. It doubles with each further one, and varies by a
   * quarter at random. A host's {@code Retry-After} header takes precedence.
   */
  public static final Setting<Duration> FIRST_PAUSE =
      SECTION.time("first-pause", Duration.ofMillis(250));

  /** The longest pause between two attempts. */
  public static final Setting<Duration> LONGEST_PAUSE =
      SECTION.time("longest-pause", Duration.ofSeconds(10));

  public static final Retries DEFAULT = of(SettingValues.NONE);

  public Retries {
    if (attempts < 1) {
      throw new IllegalArgumentException(
          "There must be 1 attempt or more, not %d.".formatted(attempts));
    }
    if (!firstPause.isPositive() || longestPause.compareTo(firstPause) <= 0) {
      throw new IllegalArgumentException(
          "The first pause must be more than 0 and shorter than the longest, not %s and %s."
              .formatted(firstPause, longestPause));
    }
  }

  static Retries of(SettingValues values) {
    return new Retries(values.get(ATTEMPTS), values.get(FIRST_PAUSE), values.get(LONGEST_PAUSE));
  }
}
