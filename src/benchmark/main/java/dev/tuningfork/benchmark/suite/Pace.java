package dev.tuningfork.benchmark.suite;

/** How fast something goes that is done again and again. */
final class Pace {

  private Pace() {}

  /** Does a part of the work, and returns of how many items that was. */
  @FunctionalInterface
  interface Work {
    int once() throws Exception;
  }

  /** Items a second, over at least so many seconds, after once to warm up. */
  static double perSecond(double seconds, Work work) throws Exception {
    work.once();
    long start = System.nanoTime();
    long done = 0;
    double took;
    do {
      done += work.once();
      took = (System.nanoTime() - start) / 1e9;
    } while (took < seconds);
    return done / took;
  }
}
