package dev.tuningfork.image;

/** What is quickly said of numbers that are in order. They are finite. */
final class Sorted {

  private Sorted() {}

  /** How many numbers are less than a value. */
  static int below(double[] sorted, double value) {
    int from = 0;
    int to = sorted.length;
    while (from < to) {
      int middle = (from + to) >>> 1;
      if (sorted[middle] < value) {
        from = middle + 1;
      } else {
        to = middle;
      }
    }
    return from;
  }

  /** How many numbers are equal to a value. */
  static int count(double[] sorted, double value) {
    return below(sorted, Math.nextUp(value)) - below(sorted, value);
  }

  /** The numbers without those that are equal to a value; the array itself if there are none. */
  static double[] without(double[] sorted, double value) {
    int from = below(sorted, value);
    int count = count(sorted, value);
    if (count == 0) {
      return sorted;
    }
    double[] others = new double[sorted.length - count];
    System.arraycopy(sorted, 0, others, 0, from);
    System.arraycopy(sorted, from + count, others, from, others.length - from);
    return others;
  }

  /** The smallest difference of two numbers that differ: 1 of integers; infinite if all agree. */
  static double level(double[] sorted) {
    double smallest = Double.POSITIVE_INFINITY;
    for (int i = 1; i < sorted.length; i++) {
      double difference = sorted[i] - sorted[i - 1];
      smallest = difference > 0 ? Math.min(smallest, difference) : smallest;
    }
    return smallest;
  }
}
