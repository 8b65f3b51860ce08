package dev.tuningfork.benchmark.suite;

import java.time.Duration;

/**
 * How much is measured.
 *
 * @param quick the short form, for continuous integration
 * @param runs how often each thing is measured
 * @param galaxies how many a run of the stream classifies
 * @param seconds how long a run of what needs no stream lasts
 * @param references how many pass while memory is watched
 * @param faults what passes while things break
 */
public record Plan(
    boolean quick, int runs, int galaxies, double seconds, int references, Faults faults) {

  /**
   * What a fault run publishes.
   *
   * @param seed of the schedule of faults
   * @param carried whether records carry their images, instead of naming them
   * @param rounds of the schedule
   * @param round how long one lasts
   */
  public record Faults(int references, long seed, boolean carried, int rounds, Duration round) {

    private static final int REFERENCES_A_ROUND = 5_000;
    private static final int FEWEST_ROUNDS = 2;
    private static final Duration ROUND = Duration.ofSeconds(27);

    /** As many rounds as so many references have by default. */
    public static int rounds(int references) {
      return Math.max(FEWEST_ROUNDS, references / REFERENCES_A_ROUND);
    }

    private static Faults of(int references) {
      return new Faults(references, 1, false, rounds(references), ROUND);
    }
  }

  public static final Plan FULL = new Plan(false, 5, 20_000, 3, 1_000_000, Faults.of(100_000));
  public static final Plan QUICK = new Plan(true, 2, 2_500, 0.8, 20_000, Faults.of(3_000));

  /** The same with fewer runs, for what is slow. */
  Plan runsAtMost(int most) {
    return new Plan(quick, Math.min(most, runs), galaxies, seconds, references, faults);
  }

  /**
   * A smaller number of galaxies, for slow measurements: at least so many that a rate can be
   * measured.
   */
  int share(int divisor) {
    return Math.max(200, galaxies / divisor);
  }
}
