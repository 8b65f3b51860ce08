package dev.tuningfork.classifier.page;

/**
 * Limits a rate: a token bucket, which is filled evenly and holds a small reserve. Safe for use by
 * many threads at once.
 */
final class TokenBucket {

  private final double perSecond;
  private final double reserve;
  private double tokens;
  private long last;

  /**
   * @param reserve how many may pass at once after a quiet time; at least 1
   * @param now as {@link System#nanoTime} says
   */
  TokenBucket(double perSecond, double reserve, long now) {
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
