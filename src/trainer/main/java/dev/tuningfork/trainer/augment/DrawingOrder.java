package dev.tuningfork.trainer.augment;

import dev.tuningfork.trainer.data.DataSet;
import dev.tuningfork.trainer.data.TrainingData.Member;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * Which galaxies are drawn in which epoch, and in which order. Each data set's galaxies are a cycle
 * of their own, shuffled once; an epoch takes the next weight × galaxies of them, so that every
 * epoch has the same length and, as epochs go by, no galaxy is drawn more than once more often than
 * another of its data set. What an epoch takes is then shuffled, all data sets together.
 *
 * <p>Depends on the seed and the epoch alone. Immutable.
 */
final class DrawingOrder {

  private final List<int[]> rounds = new ArrayList<>();
  private final List<Integer> takes = new ArrayList<>();
  private final long seed;

  DrawingOrder(List<Member> members, long seed) {
    this.seed = seed;
    Map<DataSet, List<Integer>> byDataSet = new LinkedHashMap<>();
    for (int i = 0; i < members.size(); i++) {
      byDataSet.computeIfAbsent(members.get(i).dataSet(), d -> new ArrayList<>()).add(i);
    }
    byDataSet.forEach(
        (dataSet, galaxies) -> {
          int[] round = galaxies.stream().mapToInt(Integer::intValue).toArray();
          shuffle(round, random(seed, -1, rounds.size()));
          rounds.add(round);
          takes.add((int) Math.round(dataSet.weight() * round.length));
        });
  }

  /** How many galaxies an epoch has. */
  int length() {
    return takes.stream().mapToInt(Integer::intValue).sum();
  }

  /** The galaxies of an epoch, by their places among the members. */
  int[] epoch(int epoch) {
    int[] order = new int[length()];
    int at = 0;
    for (int r = 0; r < rounds.size(); r++) {
      int[] round = rounds.get(r);
      long first = (long) epoch * takes.get(r);
      for (int i = 0; i < takes.get(r); i++) {
        order[at++] = round[(int) ((first + i) % round.length)];
      }
    }
    shuffle(order, random(seed, epoch, -1));
    return order;
  }

  /** The random numbers of one thing in one epoch, whatever came before. */
  static RandomGenerator random(long seed, int epoch, int thing) {
    long mixed = mixed(mixed(mixed(seed) + epoch) + thing);
    return new SplittableRandom(mixed);
  }

  /** Every bit of the result depends on every bit of the input (Stafford 2011, variant 13). */
  private static long mixed(long z) {
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }

  private static void shuffle(int[] values, RandomGenerator random) {
    for (int i = values.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int value = values[i];
      values[i] = values[j];
      values[j] = value;
    }
  }
}
