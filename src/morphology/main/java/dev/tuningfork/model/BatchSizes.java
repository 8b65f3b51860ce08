package dev.tuningfork.model;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * How fast batches of 1, 2, 4, … images are computed, and which of these sizes is enough.
 *
 * @param rates images a second, one for each size, at least one
 */
public record BatchSizes(List<Double> rates) {

  /** A size that reaches this share of the best rate is large enough. */
  private static final double WORTH = 0.95;

  /** After so many doublings without a gain, no larger batch is tried. */
  private static final int PATIENCE = 3;

  /** Measures batches of a size. */
  @FunctionalInterface
  interface Measurement {
    /**
     * Images a second.
     *
     * @throws DeviceMemoryException if there is no memory for so many
     */
    double rate(int images);
  }

  public BatchSizes {
    rates = List.copyOf(rates);
    if (rates.isEmpty()) {
      throw new IllegalArgumentException("No batch size was measured.");
    }
  }

  /**
   * Tries sizes until larger ones bring nothing, or there is no memory for the next one.
   *
   * @param most the largest to try, a power of two
   * @throws DeviceMemoryException if there is no memory for a single image
   */
  static BatchSizes measure(int most, Measurement measurement) {
    List<Double> rates = new ArrayList<>();
    for (int size = 1; size <= most && (rates.isEmpty() || gains(rates)); size *= 2) {
      try {
        rates.add(measurement.rate(size));
      } catch (DeviceMemoryException e) {
        if (rates.isEmpty()) {
          throw e;
        }
        break;
      }
    }
    return new BatchSizes(rates);
  }

  /** Whether one of the last sizes was faster than all before them. */
  private static boolean gains(List<Double> rates) {
    int before = rates.size() - PATIENCE;
    return before < 1 || WORTH * Collections.max(rates) > Collections.max(rates.subList(0, before));
  }

  /** The smallest size that is nearly as fast as the fastest: larger ones bring next to nothing. */
  public int enough() {
    int doublings = 0;
    while (rates.get(doublings) < WORTH * best()) {
      doublings++;
    }
    return 1 << doublings;
  }

  /** The rate of the fastest size. */
  public double best() {
    return Collections.max(rates);
  }

  /** Of a size that was measured. */
  public double rate(int size) {
    return rates.get(Integer.numberOfTrailingZeros(size));
  }

  /** For people: {@code 1: 900, 2: 1700 images/s}. */
  @Override
  public String toString() {
    List<String> sizes = new ArrayList<>();
    for (int i = 0; i < rates.size(); i++) {
      sizes.add("%d: %.0f".formatted(1 << i, rates.get(i)));
    }
    return String.join(", ", sizes) + " images/s";
  }
}
