package dev.tuningfork.image;

import java.util.ArrayList;
import java.util.List;

/**
 * The fill values of a plane that were found so far, and the flux that is left without them.
 * Belongs to one search.
 */
final class FoundFills {

  /** With fewer pixels left, nothing is known of the sky. */
  static final int LEAST_OTHERS = 64;

  /** Where the number is undefined: wherever it is, or in runs of a length along a line. */
  record Fill(double value, int shortestRun) {}

  /** Of the plane, in order. */
  private final double[] sample;

  private final List<Fill> fills = new ArrayList<>();

  /**
   * @param sample of the plane, finite and sorted
   */
  FoundFills(double[] sample) {
    this.sample = sample;
  }

  /** What was found, in the order in which it was. */
  List<Fill> all() {
    return List.copyOf(fills);
  }

  /** A number that is undefined in runs of a length; 1 for wherever it is. */
  void add(double value, int shortestRun) {
    fills.add(new Fill(value, shortestRun));
  }

  /** A number that is undefined wherever it is, also if only its runs were so far. */
  void addEverywhere(double value) {
    fills.removeIf(fill -> fill.value == value);
    add(value, 1);
  }

  boolean holds(double value) {
    for (Fill fill : fills) {
      if (fill.value == value) {
        return true;
      }
    }
    return false;
  }

  boolean holdsEverywhere(double value) {
    for (Fill fill : fills) {
      if (fill.value == value && fill.shortestRun == 1) {
        return true;
      }
    }
    return false;
  }

  /** The sample without a number and the fill values, sorted. */
  double[] others(double value) {
    double[] others = Sorted.without(sample, value);
    for (Fill fill : fills) {
      others = Sorted.without(others, fill.value);
    }
    return others;
  }

  /** The sky without a number and the fill values; 0 without noise, if too little is left. */
  Background background(double value) {
    double[] others = others(value);
    return others.length < LEAST_OTHERS ? new Background(0, 0) : Background.ofSorted(others);
  }

  /** The sky without the fill values; of all the sample, if nothing else is left. */
  Background background() {
    double[] others = fills.isEmpty() ? sample : others(fills.getFirst().value);
    return Background.ofSorted(others.length == 0 ? sample : others);
  }
}
