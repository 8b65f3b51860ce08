package dev.tuningfork.classifier.stream;

import dev.tuningfork.classifier.setting.Section;
import dev.tuningfork.classifier.setting.Setting;
import dev.tuningfork.classifier.setting.SettingValues;

/** The topics of a classifier. */
public record Topics(String input, String output, String deadLetters) {

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
    return new Topics(values.get(INPUT), values.get(OUTPUT), values.get(DEAD_LETTERS));
  }
}
