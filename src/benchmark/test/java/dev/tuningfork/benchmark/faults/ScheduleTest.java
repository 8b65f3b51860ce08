package dev.tuningfork.benchmark.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScheduleTest {

  private static final Duration ROUND = Duration.ofSeconds(27);

  private static final int LONG = 20;

  @Test
  void theSameSeedIsTheSameSchedule() {
    assertThat(Schedule.of(7, LONG, ROUND)).isEqualTo(Schedule.of(7, LONG, ROUND));
    assertThat(Schedule.of(7, LONG, ROUND)).isNotEqualTo(Schedule.of(8, LONG, ROUND));
  }

  @Test
  void theLongFormHasTheFaultsThatItPromises() {
    Schedule schedule = Schedule.of(1, LONG, ROUND);

    assertThat(schedule.count(Fault.KillInstance.class)).isEqualTo(60);
    assertThat(schedule.count(Fault.KillBroker.class) + schedule.count(Fault.StopBroker.class))
        .isEqualTo(20);
    assertThat(schedule.count(Fault.BrokerLine.class)).isEqualTo(10);
    assertThat(schedule.count(Fault.FreezeBroker.class)).isEqualTo(10);
    assertThat(schedule.count(Fault.HostLine.class)).isEqualTo(20);
    assertThat(schedule.count(Fault.FreezeInstance.class)).isEqualTo(20);
    assertThat(schedule.count(Fault.JumpClock.class)).isEqualTo(20);
    assertThat(schedule.count(Fault.TurnModel.class)).isEqualTo(10);
    assertThat(schedule.count(Fault.RollInstances.class)).isEqualTo(4);
    assertThat(schedule.lasts()).isLessThanOrEqualTo(ROUND.multipliedBy(LONG));
  }

  @Test
  void theShortFormHasEachKindOfFault() {
    assertThat(
            Schedule.of(1, 2, ROUND).lanes().values().stream()
                .flatMap(List::stream)
                .<Class<?>>map(planned -> planned.fault().getClass())
                .distinct())
        .contains(
            Fault.KillInstance.class,
            Fault.FreezeInstance.class,
            Fault.JumpClock.class,
            Fault.Guest.class,
            Fault.RollInstances.class,
            Fault.BrokerLine.class,
            Fault.HostLine.class,
            Fault.TurnModel.class);
  }

  @Test
  void theInstanceWhoseMemoryIsWatchedIsNeverKilled() {
    assertThat(
            Schedule.of(3, LONG, ROUND).lanes().get(Schedule.Lane.KILLS).stream()
                .map(planned -> ((Fault.KillInstance) planned.fault()).instance()))
        .allMatch(instance -> instance < Schedule.MORTAL_INSTANCES);
  }
}
