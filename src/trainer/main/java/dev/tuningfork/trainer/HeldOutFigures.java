package dev.tuningfork.trainer;

import dev.tuningfork.tree.AnswerProbabilities;
import dev.tuningfork.tree.KaggleColumns;
import dev.tuningfork.tree.Question;
import dev.tuningfork.tree.VoteFractions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;

/**
 * How well a model answers on galaxies that it was not trained on.
 *
 * @param galaxies how many there were
 * @param questions one entry for each question that the model answers
 * @param rmse over the 37 columns of Kaggle, where known; empty for a model of some questions only
 * @param rmseOfMean the same if every galaxy were given the mean of the held-out galaxies
 *     themselves, the best that an answer which does not look can do
 */
public record HeldOutFigures(
    int galaxies, List<QuestionFigures> questions, OptionalDouble rmse, OptionalDouble rmseOfMean) {

  /** A galaxy counts for a question where at least this share of volunteers was asked it. */
  public static final double ASKED = 0.5;

  /** Volunteers agree where more than this share gave the same answer. */
  public static final double AGREED = 0.8;

  /** A question that fewer training galaxies had asked than this rests on little. */
  public static final int LITTLE = 2000;

  /**
   * How often the model's most probable answer is that of most volunteers.
   *
   * @param question the question's id
   * @param trained the galaxies among the training ones that at least half were asked this of
   * @param judged the held-out galaxies whose answer is known at all
   * @param accuracy on them; empty if there are none
   * @param asked the held-out galaxies that at least half were asked this of
   * @param accuracyAsked on them
   * @param agreed those of them on which more than 0.8 of the volunteers agree
   * @param accuracyAgreed on them
   */
  public record QuestionFigures(
      String question,
      int trained,
      int judged,
      OptionalDouble accuracy,
      int asked,
      OptionalDouble accuracyAsked,
      int agreed,
      OptionalDouble accuracyAgreed) {

    /** Whether so few training galaxies had the question asked that its answers rest on little. */
    public boolean hadLittleToLearnFrom() {
      return trained < LITTLE;
    }
  }

  public HeldOutFigures {
    questions = List.copyOf(questions);
  }

  /** Compares what a model said with what volunteers said, galaxy by galaxy. */
  static HeldOutFigures of(
      List<Question> questions,
      List<VoteFractions> training,
      List<VoteFractions> truths,
      List<AnswerProbabilities> predictions) {
    List<QuestionFigures> figures = new ArrayList<>();
    for (Question question : questions) {
      figures.add(of(question, training, truths, predictions));
    }
    boolean wholeTree =
        !predictions.isEmpty()
            && questions.size() == predictions.getFirst().tree().questions().size();
    return new HeldOutFigures(
        truths.size(),
        figures,
        wholeTree ? rmse(truths, predictions) : OptionalDouble.empty(),
        wholeTree ? rmseOfMean(truths) : OptionalDouble.empty());
  }

  private static QuestionFigures of(
      Question question,
      List<VoteFractions> training,
      List<VoteFractions> truths,
      List<AnswerProbabilities> predictions) {
    int judged = 0;
    int right = 0;
    int asked = 0;
    int rightAsked = 0;
    int agreed = 0;
    int rightAgreed = 0;
    for (int i = 0; i < truths.size(); i++) {
      VoteFractions truth = truths.get(i);
      if (truth.asked(question) == 0) {
        continue;
      }
      double[] votes = truth.fractions().conditional(question);
      int most = largest(votes);
      int hit = largest(predictions.get(i).conditional(question)) == most ? 1 : 0;
      judged++;
      right += hit;
      if (truth.asked(question) >= ASKED) {
        asked++;
        rightAsked += hit;
        if (votes[most] > AGREED) {
          agreed++;
          rightAgreed += hit;
        }
      }
    }
    int trained = (int) training.stream().filter(g -> g.asked(question) >= ASKED).count();
    return new QuestionFigures(
        question.id(),
        trained,
        judged,
        ratio(right, judged),
        asked,
        ratio(rightAsked, asked),
        agreed,
        ratio(rightAgreed, agreed));
  }

  private static OptionalDouble rmse(
      List<VoteFractions> truths, List<AnswerProbabilities> predictions) {
    double sum = 0;
    long cells = 0;
    for (int i = 0; i < truths.size(); i++) {
      double[] truth = KaggleColumns.of(truths.get(i).fractions());
      double[] prediction = KaggleColumns.of(predictions.get(i));
      for (int a = 0; a < truth.length; a++) {
        if (!Double.isNaN(truth[a])) {
          sum += (truth[a] - prediction[a]) * (truth[a] - prediction[a]);
          cells++;
        }
      }
    }
    return cells == 0 ? OptionalDouble.empty() : OptionalDouble.of(Math.sqrt(sum / cells));
  }

  private static OptionalDouble rmseOfMean(List<VoteFractions> truths) {
    List<double[]> columns = truths.stream().map(g -> KaggleColumns.of(g.fractions())).toList();
    double sum = 0;
    long cells = 0;
    for (int a = 0; a < KaggleColumns.NAMES.size(); a++) {
      int column = a;
      double[] known =
          columns.stream().mapToDouble(c -> c[column]).filter(v -> !Double.isNaN(v)).toArray();
      double mean = Arrays.stream(known).average().orElse(0);
      sum += Arrays.stream(known).map(v -> (v - mean) * (v - mean)).sum();
      cells += known.length;
    }
    return cells == 0 ? OptionalDouble.empty() : OptionalDouble.of(Math.sqrt(sum / cells));
  }

  private static int largest(double[] values) {
    int best = 0;
    for (int i = 1; i < values.length; i++) {
      if (values[i] > values[best]) {
        best = i;
      }
    }
    return best;
  }

  private static OptionalDouble ratio(int part, int whole) {
    return whole == 0 ? OptionalDouble.empty() : OptionalDouble.of((double) part / whole);
  }
}
