package dev.tuningfork.classifier.page;

import dev.tuningfork.classifier.metrics.ClassifierMetrics.Reading;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What is told once a second about the stream. Belongs to one thread. */
final class Figures {

  /** Percentiles are those of the galaxies of so many seconds. */
  private static final int SECONDS = 10;

  private final Deque<SortedMap<Double, Long>> before = new ArrayDeque<>();

  /** What was seen before is too long ago to tell anything. */
  void forget() {
    before.clear();
  }

  /**
   * @param lag how many references are published and not yet taken; negative where not known
   */
  Map<String, Object> next(Reading now, long lag, boolean ready) {
    before.addLast(now.times());
    if (before.size() > SECONDS + 1) {
      before.removeFirst();
    }
    SortedMap<Double, Long> recent = difference(before.getLast(), before.getFirst());
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("at", System.currentTimeMillis());
    figures.put("morphologies", now.morphologies());
    Map<String, Long> stages = new LinkedHashMap<>();
    now.deadLetters().forEach((stage, count) -> stages.put(stage.label(), count));
    figures.put("deadLetters", stages.values().stream().mapToLong(Long::longValue).sum());
    figures.put("deadLettersByStage", stages);
    figures.put("inFlight", now.inFlight());
    figures.put("window", now.window());
    figures.put("oldest", now.oldest());
    figures.put("lag", lag < 0 ? null : lag);
    figures.put("p50", percentile(recent, 0.5));
    figures.put("p95", percentile(recent, 0.95));
    figures.put("p99", percentile(recent, 0.99));
    figures.put("ready", ready);
    return figures;
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
