package dev.tuningfork.benchmark.suite;

import java.util.Collections;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** How fast something goes that is done again and again. */
final class Pace {

  private Pace() {}

  /** Does a part of the work, and returns of how many items that was. */
  @FunctionalInterface
  interface Work {
    int once() throws Exception;
  }

  /**
   * How long ago something began.
   *
   * @param nanos what {@link System#nanoTime} was then
   */
  static double secondsSince(long nanos) {
    return (System.nanoTime() - nanos) / 1e9;
  }

  /** Items a second, over at least so many seconds, after once to warm up. */
  static double perSecond(double seconds, Work work) throws Exception {
    work.once();
    long start = System.nanoTime();
    long done = 0;
    double took;
    do {
      done += work.once();
      took = secondsSince(start);
    } while (took < seconds);
    return done / took;
  }

  /** The same of so many threads that do such work side by side, all together. */
  static double perSecond(double seconds, int threads, Work work) throws Exception {
    double sum = 0;
    try (ExecutorService workers = Executors.newFixedThreadPool(threads)) {
      Callable<Double> worker = () -> perSecond(seconds, work);
      for (Future<Double> one : workers.invokeAll(Collections.nCopies(threads, worker))) {
        sum += one.get();
      }
    }
    return sum;
  }
}
