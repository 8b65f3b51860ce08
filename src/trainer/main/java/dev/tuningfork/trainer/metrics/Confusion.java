package dev.tuningfork.trainer.metrics;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;

/**
 * How often a model gave each answer to a question where volunteers gave each.
 *
 * @param counts a square: the row is the answer that most volunteers gave, the column the one that
 *     the model holds for most probable
 */
public record Confusion(List<List<Integer>> counts) {

  public Confusion {
    counts = counts.stream().map(List::copyOf).toList();
    for (List<Integer> row : counts) {
      if (row.size() != counts.size()) {
        throw new IllegalArgumentException(
            "A confusion matrix is square, but this one has %d rows and a row with %d columns."
                .formatted(counts.size(), row.size()));
      }
    }
  }

  static Confusion of(int answers, List<Comparison> comparisons) {
    int[][] counts = new int[answers][answers];
    for (Comparison comparison : comparisons) {
      counts[comparison.voted()][comparison.answered()]++;
    }
    List<List<Integer>> rows = new ArrayList<>();
    for (int[] row : counts) {
      rows.add(Arrays.stream(row).boxed().toList());
    }
    return new Confusion(rows);
  }

  /** How many galaxies most volunteers gave this answer. */
  public int voted(int answer) {
    return counts.get(answer).stream().mapToInt(Integer::intValue).sum();
  }

  /** How many galaxies the model gave this answer. */
  public int answered(int answer) {
    return counts.stream().mapToInt(row -> row.get(answer)).sum();
  }

  /** The galaxies on which model and most volunteers gave the same answer, among all. */
  public Share accuracy() {
    int right = 0;
    int all = 0;
    for (int answer = 0; answer < counts.size(); answer++) {
      right += counts.get(answer).get(answer);
      all += voted(answer);
    }
    return new Share(right, all);
  }

  /**
   * The mean of the answers' F1, each the harmonic mean of precision and recall ("macro"), so that
   * a rare answer counts as much as a frequent one. An answer that neither volunteers nor the model
   * ever gave is left out; empty where there is no galaxy at all.
   */
  public OptionalDouble macroF1() {
    double sum = 0;
    int known = 0;
    for (int answer = 0; answer < counts.size(); answer++) {
      int voted = voted(answer);
      int answered = answered(answer);
      if (voted + answered > 0) {
        sum += 2.0 * counts.get(answer).get(answer) / (voted + answered);
        known++;
      }
    }
    return known == 0 ? OptionalDouble.empty() : OptionalDouble.of(sum / known);
  }
}
