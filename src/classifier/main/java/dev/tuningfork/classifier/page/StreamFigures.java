package dev.tuningfork.classifier.page;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.tuningfork.classifier.metrics.ClassifierMetrics.Reading;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The stream's figures, read once a second. Belongs to one thread. */
final class StreamFigures {

  /**
   * The figures at one moment.
   *
   * @param at milliseconds since 1970
   * @param morphologies galaxies that were classified since the start
   * @param deadLetters galaxies that became dead letters since the start
   * @param inFlight galaxies that are accepted and whose outcome is not published yet
   * @param oldest the age of the oldest of them, milliseconds
   * @param lag how many references are published and not yet read; absent where not known
   * @param p50 the median of the time to an outcome, milliseconds; absent where there was none
   */
  record Snapshot(
      long at,
      long morphologies,
      long deadLetters,
      int inFlight,
      long oldest,
      @Nullable Long lag,
      @Nullable Double p50,
      @Nullable Double p95,
      @Nullable Double p99,
      boolean ready) {}

  /**
   * The figures for one client.
   *
   * @param matched how many galaxies passed its filter, shown or not
   * @param dropped how many events it was too slow for
   */
  record OfClient(@JsonUnwrapped Snapshot stream, long matched, long dropped) {}

  /** Percentiles are those of the galaxies of so many seconds. */
  private static final int SECONDS = 10;

  private final Deque<SortedMap<Double, Long>> before = new ArrayDeque<>();

  /** Starts again after a pause: what was read before it is too old for percentiles. */
  void forget() {
    before.clear();
  }

  /**
   * @param lag how many references are published and not yet read; negative where not known
   */
  Snapshot next(Reading now, long lag, boolean ready) {
    before.addLast(now.times());
    if (before.size() > SECONDS + 1) {
      before.removeFirst();
    }
    SortedMap<Double, Long> recent = difference(before.getLast(), before.getFirst());
    return new Snapshot(
        System.currentTimeMillis(),
        now.morphologies(),
        now.deadLetters(),
        now.inFlight(),
        now.oldest(),
        lag < 0 ? null : lag,
        percentile(recent, 0.5),
        percentile(recent, 0.95),
        percentile(recent, 0.99),
        ready);
  }

  private static SortedMap<Double, Long> difference(
      SortedMap<Double, Long> now, SortedMap<Double, Long> then) {
    SortedMap<Double, Long> counts = new TreeMap<>();
    now.forEach((time, count) -> counts.put(time, count - then.getOrDefault(time, 0L)));
    return counts;
  }

  /**
   * Between the two times of the histogram where it lies, as if its galaxies lay evenly there.
   *
   * @param counts cumulative, by milliseconds
   * @return milliseconds; null where there was no galaxy
   */
  static @Nullable Double percentile(SortedMap<Double, Long> counts, double share) {
    if (counts.isEmpty() || counts.lastEntry().getValue() == 0) {
      return null;
    }
    double rank = share * counts.lastEntry().getValue();
    double lower = 0;
    long below = 0;
    for (Map.Entry<Double, Long> bucket : counts.entrySet()) {
      if (bucket.getValue() >= rank) {
        double upper = bucket.getKey();
        return Double.isInfinite(upper)
            ? lower
            : lower + (upper - lower) * (rank - below) / (bucket.getValue() - below);
      }
      lower = bucket.getKey();
      below = bucket.getValue();
    }
    return lower;
  }
}
