package dev.tuningfork.trainer.learn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class ScheduleTest {

  @Test
  void risesInAStraightLineAndFallsAlongHalfACosine() {
    Schedule schedule = new Schedule(0.1, 10, 110);

    assertThat(schedule.rate(0)).isCloseTo(0.01, within(1e-12));
    assertThat(schedule.rate(4)).isCloseTo(0.05, within(1e-12));
    assertThat(schedule.rate(9)).isCloseTo(0.1, within(1e-12));
    assertThat(schedule.rate(60)).as("half of the way down").isCloseTo(0.05, within(1e-12));
    assertThat(schedule.rate(110)).isCloseTo(0, within(1e-12));
  }
}
