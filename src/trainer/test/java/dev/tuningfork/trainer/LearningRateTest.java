package dev.tuningfork.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class LearningRateTest {

  @Test
  void itWarmsUpInAStraightLineAndFallsAlongACosine() {
    LearningRate rate = LearningRate.over(1000, 0.4f);

    assertThat(rate.getNewValue(0)).isCloseTo(0.4f / 50, within(1e-6f));
    assertThat(rate.getNewValue(24)).isCloseTo(0.2f, within(1e-6f));
    assertThat(rate.getNewValue(49)).isEqualTo(0.4f);
    assertThat(rate.getNewValue(50)).isEqualTo(0.4f);
    assertThat(rate.getNewValue(525)).isCloseTo(0.2f, within(1e-6f));
    assertThat(rate.getNewValue(1000)).isZero();
    assertThat(rate.getNewValue(2000)).isZero();
  }
}
