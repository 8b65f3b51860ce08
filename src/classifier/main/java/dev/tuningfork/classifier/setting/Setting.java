package dev.tuningfork.classifier.setting;

import java.util.function.Function;

/**
 * One setting. The Javadoc of the constant that holds it is its text in the reference.
 *
 * @param name with its dots, such as {@code ledger.window}
 * @param byDefault its value where it is not set
 * @param defaultInWords what the default is, such as {@code an eighth of the heap}, where it
 *     depends on the machine or on other settings; else empty
 * @param secret whether its value is never shown; a secret can also be read from the file that the
 *     setting of the same name with {@code -file} names
 */
public record Setting<T>(
    String name,
    SettingType<T> type,
    Function<SettingValues, T> byDefault,
    String defaultInWords,
    boolean secret) {

  /**
   * The value that a text means.
   *
   * @throws SettingsException where it means none
   */
  T parse(String text) {
    try {
      return type.parser().apply(text);
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new SettingsException(
          "The setting %s must be %s, not '%s'.".formatted(name, type.form(), text), e);
    }
  }
}
