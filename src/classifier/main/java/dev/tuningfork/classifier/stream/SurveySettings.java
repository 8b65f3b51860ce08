package dev.tuningfork.classifier.stream;

import dev.tuningfork.classifier.setting.Section;
import dev.tuningfork.classifier.setting.Setting;
import dev.tuningfork.classifier.setting.SettingType;
import dev.tuningfork.classifier.setting.SettingValues;
import java.util.Optional;

/** Where survey images are read, and how far their galaxies run ahead of the classifier. */
public record SurveySettings(Optional<String> topic, String outcomes, int ahead, int piece) {

  public static final Section SECTION = new Section("survey-images", "Survey images");

  /**
   * The topic that survey images are read from. Without one, none are read. All instances must have
   * the same value: restart them together when you set it.
   */
  public static final Setting<Optional<String>> TOPIC = SECTION.optional("topic", SettingType.TEXT);

  /** The topic that one outcome for each survey image is written to. It should be compacted. */
  public static final Setting<String> OUTCOMES =
      SECTION.text("outcome-topic", "galaxy-survey-images");

  /**
   * How many galaxies of survey images are at most on their way to the classifier, for each
   * partition of the topic of survey images.
   */
  public static final Setting<Integer> AHEAD = SECTION.count("ahead", 5_000, "galaxies");

  /** How many galaxies are at most listed at once. */
  public static final Setting<Integer> PIECE = SECTION.count("piece", 250, "galaxies");

  public SurveySettings {
    if (piece < 1) {
      throw new IllegalArgumentException("piece must be at least 1, not " + piece + ".");
    }
    if (ahead < piece) {
      throw new IllegalArgumentException(
          "ahead must be at least piece (%d), not %d.".formatted(piece, ahead));
    }
  }

  public static SurveySettings of(SettingValues values) {
    return SECTION.check(
        () ->
            new SurveySettings(
                values.get(TOPIC), values.get(OUTCOMES), values.get(AHEAD), values.get(PIECE)));
  }
}
