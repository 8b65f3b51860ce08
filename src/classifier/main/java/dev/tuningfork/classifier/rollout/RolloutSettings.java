package dev.tuningfork.classifier.rollout;

import dev.tuningfork.classifier.setting.Section;
import dev.tuningfork.classifier.setting.Setting;
import dev.tuningfork.classifier.setting.SettingType;
import dev.tuningfork.classifier.setting.SettingValues;
import java.time.Duration;
import java.util.Optional;

/** How models are exchanged and tried. */
public record RolloutSettings(
    boolean watch, Duration poll, Optional<String> shadow, double shadowShare) {

  public static final Section SECTION = new Section("model", "Model");

  /**
   * Whether another bundle at the path in {@code model} or {@code model.shadow} replaces the
   * running model without a restart. A bundle that fails its checks is not used.
   */
  public static final Setting<Boolean> WATCH = SECTION.flag("watch", false);

  /** How often {@code model.watch} checks the path. */
  public static final Setting<Duration> POLL = SECTION.time("poll", Duration.ofSeconds(10));

  /**
   * A second model, built in or the path of a bundle, that also classifies a share of the images.
   * Its answers are compared with the published ones in metrics, and are not published.
   */
  public static final Setting<Optional<String>> SHADOW =
      SECTION.optional("shadow", SettingType.TEXT);

  /** The share of the images that the shadow model classifies: above 0 and at most 1. */
  public static final Setting<Double> SHADOW_SHARE =
      SECTION.setting(
          "shadow-share",
          new SettingType<>(
              "number", "a number above 0 and at most 1", Double::valueOf, String::valueOf),
          0.1);

  public RolloutSettings {
    if (!poll.isPositive()) {
      throw new IllegalArgumentException("poll must be longer than 0.");
    }
    if (!(shadowShare > 0 && shadowShare <= 1)) {
      throw new IllegalArgumentException(
          "shadow-share must be above 0 and at most 1, not " + shadowShare + ".");
    }
  }

  public static RolloutSettings of(SettingValues values) {
    return SECTION.check(
        () ->
            new RolloutSettings(
                values.get(WATCH), values.get(POLL), values.get(SHADOW), values.get(SHADOW_SHARE)));
  }
}
