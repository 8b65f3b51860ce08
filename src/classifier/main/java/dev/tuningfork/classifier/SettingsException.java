package dev.tuningfork.classifier;

/** Settings that cannot be used, and why, in a sentence that names the setting. */
public final class SettingsException extends RuntimeException {

  SettingsException(String message) {
    super(message);
  }

  SettingsException(String message, Throwable cause) {
    super(message, cause);
  }
}
