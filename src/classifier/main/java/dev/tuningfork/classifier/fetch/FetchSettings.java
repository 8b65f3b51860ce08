package dev.tuningfork.classifier.fetch;

import dev.tuningfork.classifier.setting.Section;
import dev.tuningfork.classifier.setting.Setting;
import dev.tuningfork.classifier.setting.SettingValues;

/** The settings of fetching. */
public record FetchSettings(
    FetchPolicy policy,
    FetchLimits limits,
    Retries retries,
    S3Settings s3,
    TileSettings tiles,
    String userAgent) {

  public static final Section SECTION = new Section("fetch", FetchLimits.SECTION.title());

  /**
   * The {@code User-Agent} header of requests for images. Survey archives prefer to find a project
   * and an e-mail address in it.
   */
  public static final Setting<String> USER_AGENT = SECTION.text("user-agent", "tuning-fork");

  /**
   * @throws IllegalArgumentException where the first pause would outlast the time there is in all
   */
  public FetchSettings {
    if (retries.firstPause().compareTo(limits.totalTime()) >= 0) {
      throw new IllegalArgumentException(
          "The first pause of %s must be shorter than the %s that all attempts have."
              .formatted(retries.firstPause(), limits.totalTime()));
    }
  }

  public static FetchSettings of(SettingValues values) {
    return SECTION.check(
        () ->
            new FetchSettings(
                FetchPolicy.of(values),
                FetchLimits.of(values),
                Retries.of(values),
                S3Settings.of(values),
                TileSettings.of(values),
                values.get(USER_AGENT)));
  }
}
