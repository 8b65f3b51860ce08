package dev.tuningfork.trainer.evaluate;

import dev.tuningfork.tree.Question;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.OptionalDouble;
import java.util.SequencedMap;

/**
 * How well a model answers one question.
 *
 * @param question the question
 * @param all every galaxy of which volunteers' answer is known
 * @param reached those of them whose question at least half of the volunteers were asked
 * @param agreed those of these on which more than 0.8 of the volunteers agree
 * @param calibration whether its probabilities mean what they say
 * @param rmse over the question's columns of Kaggle; empty for a model of some questions only
 * @param within the answers, on the galaxies of {@code all}, whose share of votes lies within the
 *     model's 90 % interval; of none for a model that gives no intervals
 * @param reachedWithin the same on the galaxies of {@code reached}
 */
public record QuestionFigures(
    Question question,
    Confusion all,
    Confusion reached,
    Confusion agreed,
    Calibration calibration,
    OptionalDouble rmse,
    Share within,
    Share reachedWithin) {

  /** A question is reached where at least this share of volunteers was asked it. */
  public static final double ASKED = 0.5;

  /** Volunteers agree where more than this share gave the same answer. */
  public static final double AGREED = 0.8;

  static QuestionFigures of(Question question, List<Comparison> comparisons, OptionalDouble rmse) {
    int answers = question.answers().size();
    List<Comparison> reached = comparisons.stream().filter(Comparison::reached).toList();
    return new QuestionFigures(
        question,
        Confusion.of(answers, comparisons),
        Confusion.of(answers, reached),
        Confusion.of(answers, reached.stream().filter(Comparison::agreed).toList()),
        Calibration.of(comparisons),
        rmse,
        within(comparisons),
        within(reached));
  }

  private static Share within(List<Comparison> comparisons) {
    return comparisons.stream().map(Comparison::within).reduce(new Share(0, 0), Share::plus);
  }

  /** The figures by name, those that there are. */
  SequencedMap<String, Double> byName() {
    SequencedMap<String, Double> figures = new LinkedHashMap<>();
    put(figures, "galaxies", "accuracy", all.accuracy());
    put(figures, "galaxiesAsked", "accuracyAsked", reached.accuracy());
    put(figures, "galaxiesAgreed", "accuracyAgreed", agreed.accuracy());
    all.macroF1().ifPresent(f1 -> figures.put("f1", f1));
    reached.macroF1().ifPresent(f1 -> figures.put("f1Asked", f1));
    rmse.ifPresent(error -> figures.put("rmse", error));
    calibration.error().ifPresent(error -> figures.put("calibrationError", error));
    calibration
        .errorOfMajority()
        .ifPresent(error -> figures.put("calibrationErrorOfMajority", error));
    within.value().ifPresent(share -> figures.put("within90", share));
    reachedWithin.value().ifPresent(share -> figures.put("within90Asked", share));
    return figures;
  }

  private static void put(
      SequencedMap<String, Double> figures, String count, String accuracy, Share share) {
    figures.put(count, (double) share.whole());
    share.value().ifPresent(value -> figures.put(accuracy, value));
  }
}
