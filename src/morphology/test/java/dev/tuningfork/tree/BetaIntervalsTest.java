package dev.tuningfork.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.Scale;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.sampling.distribution.DirichletSampler;
import org.apache.commons.statistics.distribution.BetaDistribution;

class BetaIntervalsTest {

  /** All that a network can give, of a question with two answers to seven. */
  @Property(tries = 5000)
  void percentilesAreThoseOfTheLibrary(
      @ForAll @Scale(9) @DoubleRange(min = -10, max = 10) double logAlpha,
      @ForAll @Scale(9) @DoubleRange(min = -10, max = 11.8) double logBeta) {
    double alpha = Math.exp(logAlpha);
    double beta = Math.exp(logBeta);
    BetaDistribution distribution = BetaDistribution.of(alpha, beta);
    Interval interval = BetaIntervals.of(alpha, beta);

    assertThat(interval.lower90())
        .isCloseTo(distribution.inverseCumulativeProbability(0.05), within(BetaIntervals.ERROR));
    assertThat(interval.upper90())
        .isCloseTo(distribution.inverseSurvivalProbability(0.05), within(BetaIntervals.ERROR));
  }

  /** The table is worst where almost all lies at the ends, as far as it is used there. */
  @Example
  void theyAreSoAllAlongTheEdgeOfTheTablesUse() {
    for (double sum = 0.501; sum < 1.5; sum *= 1.03) {
      for (double mean = 0.002; mean < 1; mean += 0.002) {
        BetaDistribution distribution = BetaDistribution.of(sum * mean, sum * (1 - mean));
        assertThat(BetaIntervals.of(sum * mean, sum * (1 - mean)).lower90())
            .isCloseTo(
                distribution.inverseCumulativeProbability(0.05), within(BetaIntervals.ERROR));
      }
    }
  }

  @Property
  void moreConcentratedIsNarrower(
      @ForAll @Scale(9) @DoubleRange(min = 0.1, max = 0.9) double mean,
      @ForAll @Scale(9) @DoubleRange(min = 2, max = 1000) double sum) {
    Interval interval = BetaIntervals.of(sum * mean, sum * (1 - mean));
    Interval surer = BetaIntervals.of(2 * sum * mean, 2 * sum * (1 - mean));

    assertThat(interval.lower90()).isStrictlyBetween(0.0, interval.upper90());
    assertThat(interval.upper90()).isLessThan(1);
    assertThat(surer.upper90() - surer.lower90())
        .isLessThan(interval.upper90() - interval.lower90());
  }

  @Property(tries = 200)
  void anyShapesGiveAnInterval(
      @ForAll @Scale(9) @DoubleRange(min = -300, max = 15.7) double alpha,
      @ForAll @Scale(9) @DoubleRange(min = -300, max = 15.7) double beta) {
    assertThat(BetaIntervals.of(Math.exp(alpha), Math.exp(beta))).isNotNull();
    assertThat(BetaIntervals.of(Math.exp(alpha), 0)).isNotNull();
  }

  @Example
  void nineOfTenDrawsLieWithin() {
    SplittableRandom seeded = new SplittableRandom(1);
    UniformRandomProvider random = seeded::nextLong;
    double[][] all = {{7, 2, 1}, {0.4, 0.9, 3}, {40, 400, 2, 1}, {0.8, 0.7}};
    for (double[] concentrations : all) {
      double sum = 0;
      for (double concentration : concentrations) {
        sum += concentration;
      }
      Interval[] intervals = new Interval[concentrations.length];
      for (int a = 0; a < intervals.length; a++) {
        intervals[a] = BetaIntervals.of(concentrations[a], sum - concentrations[a]);
      }
      DirichletSampler fractions = DirichletSampler.of(random, concentrations);
      int[] within = new int[intervals.length];
      int draws = 20_000;
      for (int i = 0; i < draws; i++) {
        double[] drawn = fractions.sample();
        for (int a = 0; a < drawn.length; a++) {
          if (drawn[a] >= intervals[a].lower90() && drawn[a] <= intervals[a].upper90()) {
            within[a]++;
          }
        }
      }
      for (int inside : within) {
        // four standard deviations of such a share
        assertThat(inside / (double) draws).isCloseTo(0.9, within(0.0085));
      }
    }
  }

  @Example
  void anIntervalLiesWithin0And1() {
    assertThatThrownBy(() -> new Interval(0.6, 0.5))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("An interval of a fraction must be within 0 and 1, not from 0.6 to 0.5.");
    assertThatThrownBy(() -> new Interval(0.6, Double.NaN))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
