package dev.tuningfork.benchmark.suite;

import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;

/**
 * Rounds that are not counted. HotSpot goes on compiling what a broker and a classifier run for
 * more than a minute, with processor time that is missing elsewhere; a night is longer than that,
 * so what is measured is what comes after.
 */
public final class WarmUp {

  /** The JVM has settled when its compilers are at work for less than this part of a round. */
  private static final double LITTLE = 0.02;

  private static final int MOST_ROUNDS = 12;

  private static final CompilationMXBean COMPILERS = ManagementFactory.getCompilationMXBean();

  /** What is measured later. */
  @FunctionalInterface
  public interface Round {
    void go() throws Exception;
  }

  private WarmUp() {}

  /** Repeats the round at least once, and until the JVM has settled. */
  public static void untilSettled(Round round) throws Exception {
    for (int done = 0; done < MOST_ROUNDS; done++) {
      long compiled = COMPILERS.getTotalCompilationTime();
      long start = System.nanoTime();
      round.go();
      long took = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
      if (COMPILERS.getTotalCompilationTime() - compiled < LITTLE * took) {
        return;
      }
    }
  }

  /** The short form does one round. */
  static void of(Plan plan, Round round) throws Exception {
    if (plan.quick()) {
      round.go();
    } else {
      untilSettled(round);
    }
  }
}
