package dev.tuningfork.benchmark.suite;

/**
 * How much is measured.
 *
 * @param quick the short form, for continuous integration
 * @param runs how often each thing is measured
 * @param galaxies how many a run of the stream classifies
 * @param seconds how long a run of what needs no stream lasts
 * @param references how many pass while memory is watched
 */
public record Plan(boolean quick, int runs, int galaxies, double seconds, int references) {

  public static final Plan FULL = new Plan(false, 5, 20_000, 3, 1_000_000);
  public static final Plan QUICK = new Plan(true, 2, 2_500, 0.8, 20_000);

  /** The same with fewer runs, for what is slow. */
  Plan runsAtMost(int most) {
    return new Plan(quick, Math.min(most, runs), galaxies, seconds, references);
  }

  /** A smaller number of galaxies, for what is slow: at least so many that a rate can be told. */
  int share(int divisor) {
    return Math.max(200, galaxies / divisor);
  }
}
