package dev.tuningfork.tree;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import org.apache.commons.statistics.distribution.BetaDistribution;

/**
 * The 5th and 95th percentiles of Beta distributions. Apache Commons Statistics finds one in some
 * microseconds, and a galaxy needs 74 of them, so what it says is tabulated and interpolated in
 * some ten nanoseconds.
 *
 * <p>The table holds the logit of the 5th percentile over log₂ α and log₂ β, in which it is smooth;
 * the 95th percentile of Beta(α, β) is 1 less the 5th of Beta(β, α). Cubic interpolation keeps
 * within {@link #ERROR} of the library. Where it would not, because nearly all probability lies at
 * 0 and at 1 (α + β below {@link #LEAST_SUM}), and beyond the table's end, the library is asked.
 */
final class BetaIntervals {

  /** How far from the library's a percentile may be. */
  static final double ERROR = 2e-4;

  private static final double LEAST_SUM = 0.5;
  private static final double LOWER_TAIL = 0.05;

  private static final int STEPS_PER_OCTAVE = 3;
  private static final int FIRST_OCTAVE = -8;
  private static final int LAST_OCTAVE = 18;
  private static final int SIDE = (LAST_OCTAVE - FIRST_OCTAVE) * STEPS_PER_OCTAVE + 1;
  private static final double LARGEST = Math.scalb(1.0, LAST_OCTAVE);

  /** As good as none: what the library says is 0 has no logit. */
  private static final double LARGEST_LOGIT = 60;

  private BetaIntervals() {}

  static Interval of(double alpha, double beta) {
    if (alpha + beta < LEAST_SUM || Math.max(alpha, beta) > LARGEST) {
      return byTheLibrary(beta(alpha, beta));
    }
    double x = place(alpha);
    double y = place(beta);
    double lower = logistic(Table.interpolate(x, y));
    // both are next to 0 or next to 1 where the order could come out wrong
    return new Interval(lower, Math.max(lower, logistic(-Table.interpolate(y, x))));
  }

  /** One value tells that a percentile lies at an end, as most do here; to find it takes ten. */
  private static Interval byTheLibrary(BetaDistribution distribution) {
    double lower =
        distribution.cumulativeProbability(ERROR) >= LOWER_TAIL
            ? 0
            : distribution.inverseCumulativeProbability(LOWER_TAIL);
    double upper =
        distribution.survivalProbability(1 - ERROR) >= LOWER_TAIL
            ? 1
            : distribution.inverseSurvivalProbability(LOWER_TAIL);
    return new Interval(lower, upper);
  }

  /** The probability of what lies above. */
  static double above(double alpha, double beta, double share) {
    return beta(alpha, beta).survivalProbability(share);
  }

  private static BetaDistribution beta(double alpha, double beta) {
    return BetaDistribution.of(Math.max(alpha, 1e-9), Math.max(beta, 1e-9));
  }

  /** Where a shape stands among the table's; a smaller one than the first is as good as that. */
  private static double place(double shape) {
    return Math.max(0, (Math.log(shape) / Math.log(2) - FIRST_OCTAVE) * STEPS_PER_OCTAVE);
  }

  private static double logistic(double logit) {
    return 1 / (1 + Math.exp(-logit));
  }

  /**
   * Each number is computed when it is first needed: the whole takes a fifth of a second, and one
   * galaxy needs a small part of it. Threads that need a number at the same time compute the same.
   */
  private static final class Table {

    /** Opaque access is atomic, which that to a bare double need not be. */
    private static final VarHandle LOGIT = MethodHandles.arrayElementVarHandle(double[].class);

    /** NaN where it is not computed yet. */
    private static final double[] LOGITS = new double[SIDE * SIDE];

    static {
      Arrays.fill(LOGITS, Double.NaN);
    }

    private static double logit(int i, int j) {
      int at = i * SIDE + j;
      double logit = (double) LOGIT.getOpaque(LOGITS, at);
      if (Double.isNaN(logit)) {
        logit = logit(shape(i), shape(j));
        LOGIT.setOpaque(LOGITS, at, logit);
      }
      return logit;
    }

    private static double shape(int place) {
      return Math.pow(2, FIRST_OCTAVE + place / (double) STEPS_PER_OCTAVE);
    }

    private static double logit(double alpha, double beta) {
      double percentile = beta(alpha, beta).inverseCumulativeProbability(LOWER_TAIL);
      // close to 1 its distance from there is known better than itself
      double rest =
          percentile < 0.5
              ? 1 - percentile
              : beta(beta, alpha).inverseSurvivalProbability(LOWER_TAIL);
      double logit = Math.log((percentile < 0.5 ? percentile : 1 - rest) / rest);
      return Math.clamp(logit, -LARGEST_LOGIT, LARGEST_LOGIT);
    }

    /** Lagrange's polynomial of the third degree through the four nearest lines each way. */
    static double interpolate(double x, double y) {
      int i = Math.clamp((int) x, 1, SIDE - 3);
      int j = Math.clamp((int) y, 1, SIDE - 3);
      double sum = 0;
      for (int k = -1; k <= 2; k++) {
        double row = 0;
        for (int l = -1; l <= 2; l++) {
          row += weight(l, y - j) * logit(i + k, j + l);
        }
        sum += weight(k, x - i) * row;
      }
      return sum;
    }

    /** What the line at −1, 0, 1 or 2 counts at t. */
    private static double weight(int line, double t) {
      return switch (line) {
        case -1 -> -t * (t - 1) * (t - 2) / 6;
        case 0 -> (t + 1) * (t - 1) * (t - 2) / 2;
        case 1 -> -(t + 1) * t * (t - 2) / 2;
        default -> (t + 1) * t * (t - 1) / 6;
      };
    }
  }
}
