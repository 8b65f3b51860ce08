package dev.tuningfork.classifier.setting;

import java.util.Map;
import java.util.TreeMap;

/** What settings are set to. Immutable. */
public final class SettingValues {

  /** Nothing is set: everything has its default. */
  public static final SettingValues NONE = new SettingValues(Map.of());

  private final Map<String, Object> byName;

  private SettingValues(Map<String, Object> byName) {
    this.byName = byName;
  }

  /** What the setting is set to, else its default. */
  public <T> T get(Setting<T> setting) {
    @SuppressWarnings("unchecked") // only with() adds, for the same setting
    T value = (T) byName.get(setting.name());
    return value == null ? setting.byDefault().apply(this) : value;
  }

  /** The same with another value. */
  public <T> SettingValues with(Setting<T> setting, T value) {
    Map<String, Object> more = new TreeMap<>(byName);
    more.put(setting.name(), value);
    return new SettingValues(more);
  }
}
