package dev.tuningfork.classifier.setting;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SettingTextsTest {

  @Test
  void aMissingFileIsReportedInASentence() {
    assertThatThrownBy(() -> SettingTexts.of(Path.of("nowhere.yaml"), Map.of()))
        .isInstanceOf(SettingsException.class)
        .hasMessage("The settings file nowhere.yaml cannot be read: there is no such file.");
    assertThatThrownBy(() -> SettingTexts.secret("registry.token", Path.of("nowhere")))
        .isInstanceOf(SettingsException.class)
        .hasMessage(
            "The file nowhere of the setting registry.token-file cannot be read: there is no such"
                + " file.");
  }
}
