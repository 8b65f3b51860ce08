package dev.tuningfork.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeviceSettingTest {

  @Test
  void theFourFormsAreRead() {
    assertThat(DeviceSetting.parse("auto")).isEqualTo(new DeviceSetting.Auto());
    assertThat(DeviceSetting.parse("cpu")).isEqualTo(new DeviceSetting.Cpu());
    assertThat(DeviceSetting.parse("gpu")).isEqualTo(new DeviceSetting.Gpu(0));
    assertThat(DeviceSetting.parse("gpu:1")).isEqualTo(new DeviceSetting.Gpu(1));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "GPU", "cuda", "gpu:", "gpu:-1", "gpu:1x", "cpu:0", " cpu"})
  void everythingElseIsRefused(String text) {
    assertThatThrownBy(() -> DeviceSetting.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "\"%s\" is not a device; a device is auto, cpu, gpu, or gpu:N with the number of a GPU"
                + " from 0.",
            text);
  }
}
