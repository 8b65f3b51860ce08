package dev.tuningfork.benchmark.faults;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Which fault comes when: the same for the same seed and number of rounds. The faults of one lane
 * follow each other; lanes go side by side, so that many things are broken at once.
 *
 * @param lanes the faults of each lane, in the order of their times
 * @param lasts how long all rounds last together
 */
record Schedule(Map<Lane, List<Planned>> lanes, Duration lasts) {

  /** These are killed; the one that follows them is frozen, and never killed. */
  static final int MORTAL_INSTANCES = 2;

  private static final Duration LARGEST_JUMP = Duration.ofMinutes(10);
  private static final int KILLS_IN_A_ROUND = 3;
  private static final int ROUNDS_FOR_A_ROLL = 5;

  /** Faults that wait for each other. */
  enum Lane {
    KILLS,
    FREEZES,
    CLOCKS,
    GUESTS,
    ROLLS,
    BROKERS,
    HOST,
    MODELS
  }

  /**
   * One fault.
   *
   * @param at since the start; later where the lane's fault before is not over
   */
  record Planned(Duration at, Fault fault) {}

  /** Draws faults for so many rounds, each of this length. */
  static Schedule of(long seed, int rounds, Duration round) {
    Map<Lane, List<Planned>> lanes = new EnumMap<>(Lane.class);
    for (Lane lane : Lane.values()) {
      Random random = new Random(seed ^ lane.name().hashCode());
      List<Planned> planned = new ArrayList<>();
      for (int number = 0; number < rounds; number++) {
        Duration start = round.multipliedBy(number);
        for (Fault fault : faults(lane, number, random)) {
          planned.add(new Planned(start.plus(between(random, 0, round.toMillis())), fault));
        }
      }
      planned.sort(Comparator.comparing(Planned::at));
      lanes.put(lane, List.copyOf(planned));
    }
    return new Schedule(lanes, round.multipliedBy(rounds));
  }

  /** How many faults of a kind there are. */
  int count(Class<? extends Fault> kind) {
    return (int)
        lanes.values().stream()
            .flatMap(List::stream)
            .filter(one -> kind.isInstance(one.fault()))
            .count();
  }

  private static List<Fault> faults(Lane lane, int round, Random random) {
    return switch (lane) {
      case KILLS ->
          random
              .ints(KILLS_IN_A_ROUND, 0, MORTAL_INSTANCES)
              .<Fault>mapToObj(one -> new Fault.KillInstance(one, between(random, 0, 3_000)))
              .toList();
      case FREEZES ->
          List.of(
              new Fault.FreezeInstance(
                  random.nextInt(MORTAL_INSTANCES + 1), between(random, 1_000, 16_000)));
      case CLOCKS ->
          List.of(
              new Fault.JumpClock(
                  random.nextInt(MORTAL_INSTANCES + 1),
                  between(random, -LARGEST_JUMP.toMillis(), LARGEST_JUMP.toMillis()),
                  between(random, 1_000, 15_000)));
      case GUESTS -> List.of(new Fault.Guest(between(random, 2_000, 12_000)));
      case ROLLS -> round % ROUNDS_FOR_A_ROLL == 1 ? List.of(new Fault.RollInstances()) : List.of();
      case BROKERS -> {
        Fault death =
            random.nextBoolean()
                ? new Fault.KillBroker(aBroker(random), between(random, 500, 8_000))
                : new Fault.StopBroker(aBroker(random), between(random, 500, 8_000));
        Fault hanging =
            round % 2 == 0
                ? new Fault.FreezeBroker(aBroker(random), between(random, 1_000, 15_000))
                : new Fault.BrokerLine(
                    aBroker(random), aBadLine(random), between(random, 2_000, 10_000));
        yield List.of(death, hanging);
      }
      case HOST -> List.of(new Fault.HostLine(aBadLine(random), between(random, 1_000, 10_000)));
      case MODELS -> round % 2 == 1 ? List.of(new Fault.TurnModel()) : List.of();
    };
  }

  private static int aBroker(Random random) {
    return random.nextInt(Cluster.SIZE);
  }

  private static Line aBadLine(Random random) {
    return List.of(Line.CUT, Line.SLOW, Line.HALF).get(random.nextInt(3));
  }

  private static Duration between(Random random, long least, long most) {
    return Duration.ofMillis(random.nextLong(least, most));
  }
}
