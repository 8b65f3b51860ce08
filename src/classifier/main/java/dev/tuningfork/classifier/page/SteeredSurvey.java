package dev.tuningfork.classifier.page;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A survey that the page controls, and whose galaxies have a known truth: that of the
 * demonstration. Safe for use by many threads at once.
 */
public interface SteeredSurvey {

  /**
   * How it is set, and how often the classifier was right.
   *
   * @param pace galaxies a second
   * @param noise of the sky, as a multiple of the usual
   * @param kinds the share of each kind of galaxy, by its name; they sum to 1
   * @param forms what the confusion matrix tells apart, in the order of its rows and columns
   * @param confusion how many galaxies there were: a row for what they are, a column for what they
   *     were seen as
   */
  record State(
      double pace,
      double noise,
      Map<String, Double> kinds,
      List<String> forms,
      List<List<Integer>> confusion) {}

  /**
   * What a galaxy is.
   *
   * @param answers of the walk: ids of answers by ids of questions
   */
  record Truth(String classString, String sentence, Map<String, String> answers) {}

  State state();

  /**
   * Sets it, from the next galaxy on.
   *
   * @param kinds weights of the kinds by name; they need not sum to 1
   * @throws IllegalArgumentException with a sentence, where a number is out of range
   */
  void steer(double pace, double noise, Map<String, Double> kinds);

  /** What a galaxy is; empty where that is not known, or no longer. */
  Optional<Truth> truth(String objectId);
}
