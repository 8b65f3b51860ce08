package dev.tuningfork.classifier.stream;

import dev.tuningfork.classifier.setting.Section;
import dev.tuningfork.classifier.setting.Setting;
import dev.tuningfork.classifier.setting.SettingValues;
import java.util.Optional;

/**
 * The topics of a classifier.
 *
 * @param surveyImages where survey images are read; empty where none are
 */
public record Topics(
    String input, String output, String deadLetters, Optional<String> surveyImages) {

  public static final Section SECTION = new Section("", "Topics");

  /** The topic that references to images, or the images themselves, are read from. */
  public static final Setting<String> INPUT = SECTION.text("input.topic", "galaxy-images");

  /** The topic that morphologies are written to. */
  public static final Setting<String> OUTPUT = SECTION.text("output.topic", "galaxy-morphologies");

  /** The topic for records that could not be classified, with the reason in their headers. */
  public static final Setting<String> DEAD_LETTERS =
      SECTION.text("dead-letter.topic", "galaxy-images-dead-letters");

  public static final Topics DEFAULT = of(SettingValues.NONE);

  public static Topics of(SettingValues values) {
    return new Topics(
        values.get(INPUT),
        values.get(OUTPUT),
        values.get(DEAD_LETTERS),
        values.get(SurveySettings.TOPIC));
  }

  /**
   * The topic that a record is published to again.
   *
   * @param source the topic that it came from; galaxies of survey images come from an internal one
   */
  public String again(String source) {
    return surveyImages.filter(source::equals).orElse(input);
  }
}
