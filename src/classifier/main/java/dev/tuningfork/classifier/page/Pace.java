package dev.tuningfork.classifier.page;

/**
 * Lets so many through a second and no more, evenly but for a small reserve (a token bucket). Safe
 * for use by many threads at once.
 */
final class Pace {

  private final double perSecond;
  private final double reserve;
  private double tokens;
  private long last;

  /**
   * @param reserve how many may come at once after a quiet time; at least 1
   * @param now as {@link System#nanoTime} says
   */
  Pace(double perSecond, double reserve, long now) {
    this.perSecond = perSecond;
    this.reserve = reserve;
    tokens = reserve;
    last = now;
  }

  /** Whether one more may pass now. */
  synchronized boolean take(long now) {
    tokens = Math.min(reserve, tokens + (now - last) / 1e9 * perSecond);
    last = now;
    if (tokens < 1) {
      return false;
    }
    tokens--;
    return true;
  }
}
