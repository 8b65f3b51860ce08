package dev.tuningfork.classifier.setting;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The settings below one prefix that one class declares. It is filled while that class is
 * initialised, which is done once and by one thread, and not changed afterwards.
 */
public final class Section {

  private final String prefix;
  private final String title;
  private final List<Setting<?>> settings = new ArrayList<>();

  /**
   * @param prefix such as {@code ledger}; may be empty
   * @param title of its part of the reference; sections of one title form one part
   */
  public Section(String prefix, String title) {
    this.prefix = prefix;
    this.title = title;
  }

  public String title() {
    return title;
  }

  /** In the order in which they were declared. */
  public List<Setting<?>> settings() {
    return List.copyOf(settings);
  }

  /**
   * Makes what a record is made of.
   *
   * @throws SettingsException naming the section, where the record refuses a value
   */
  public <T> T check(Supplier<T> made) {
    try {
      return made.get();
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new SettingsException(
          "The settings below " + prefix + " do not fit together: " + e.getMessage(), e);
    }
  }

  /**
   * Declares a setting with a default that is the same everywhere.
   *
   * @param name without the prefix; empty for the prefix itself
   */
  public <T> Setting<T> setting(String name, SettingType<T> type, T byDefault) {
    return add(name, type, _ -> byDefault, "", false);
  }

  public Setting<String> text(String name, String byDefault) {
    return setting(name, SettingType.TEXT, byDefault);
  }

  /**
   * Declares a whole number.
   *
   * @param unit what is counted, such as {@code galaxies}
   */
  public Setting<Integer> count(String name, int byDefault, String unit) {
    return setting(name, SettingType.count(unit), byDefault);
  }

  public Setting<Boolean> flag(String name, boolean byDefault) {
    return setting(name, SettingType.FLAG, byDefault);
  }

  public Setting<Duration> time(String name, Duration byDefault) {
    return setting(name, SettingType.TIME, byDefault);
  }

  public Setting<Long> bytes(String name, long byDefault) {
    return setting(name, SettingType.BYTES, byDefault);
  }

  public <E extends Enum<E>> Setting<E> choice(String name, E byDefault) {
    return setting(name, SettingType.choice(byDefault.getDeclaringClass()), byDefault);
  }

  /** Empty by default. */
  public <T> Setting<List<T>> list(String name, SettingType<T> item) {
    return setting(name, SettingType.list(item), List.of());
  }

  /** Not set by default. */
  public <T> Setting<Optional<T>> optional(String name, SettingType<T> type) {
    return setting(name, type.optional(), Optional.empty());
  }

  /** A secret, not set by default. */
  public Setting<Optional<String>> secret(String name) {
    return add(name, SettingType.TEXT.optional(), _ -> Optional.empty(), "", true);
  }

  /**
   * A setting whose default depends on the machine or on other settings.
   *
   * @param inWords what it is by default, such as {@code an eighth of the heap}
   */
  public <T> Setting<T> computed(
      String name, SettingType<T> type, String inWords, Function<SettingValues, T> byDefault) {
    return add(name, type, byDefault, inWords, false);
  }

  private <T> Setting<T> add(
      String name,
      SettingType<T> type,
      Function<SettingValues, T> byDefault,
      String defaultInWords,
      boolean secret) {
    String dot = prefix.isEmpty() || name.isEmpty() ? "" : ".";
    Setting<T> setting =
        new Setting<>(prefix + dot + name, type, byDefault, defaultInWords, secret);
    settings.add(setting);
    return setting;
  }
}
