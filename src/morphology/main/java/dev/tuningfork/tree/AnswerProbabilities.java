package dev.tuningfork.tree;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What a model says about one galaxy: for each question that it answers, the probability of each
 * answer.
 *
 * <p>Two quantities are kept apart. <em>Conditional</em> is the probability of an answer given that
 * the question was asked; a question's vector sums to 1 within 1e-6. <em>Asked</em> is the
 * probability that a volunteer is asked the question at all: 1 at the root, else the sum, over the
 * answers that lead to it, of their <em>joint</em> probability, which is conditional × asked.
 *
 * <p>Immutable, so safe for any thread.
 */
public final class AnswerProbabilities {

  /** How far from 1 the sum of a question's vector may be on the way in. */
  private static final double TOLERANCE = 1e-3;

  /** Above it, an interval is too narrow to tell, and the percentiles of a Beta hard to find. */
  private static final double LARGEST_CONCENTRATION = 1e6;

  private final DecisionTree tree;
  private final double[] conditional;
  private final double[] asked;

  /** The sum of each question's concentrations, where the model gives them. */
  private final double @Nullable [] totals;

  private AnswerProbabilities(DecisionTree tree, double[] conditional, double @Nullable [] totals) {
    this.tree = tree;
    this.conditional = conditional;
    this.totals = totals;
    for (int q = 0; q < tree.questions().size(); q++) {
      normalise(q);
    }
    this.asked = asked();
  }

  /**
   * Checks and normalises the output of a network.
   *
   * @param conditional the conditional vectors of all questions, concatenated in the tree's order;
   *     NaN in every answer of a question that the model does not answer; not kept
   * @throws IllegalArgumentException if the length is not the tree's, or a question's vector has a
   *     value that is negative or not finite, or its sum is not 1 within 1e-3
   */
  public static AnswerProbabilities of(DecisionTree tree, double[] conditional) {
    return checked(tree, conditional.clone());
  }

  /**
   * Of a network whose softmax over the answers of each question is still to be taken.
   *
   * @param logits of all questions, concatenated in the tree's order; NaN in every answer of a
   *     question that the model does not answer; not kept
   * @throws IllegalArgumentException if the length is not the tree's
   */
  public static AnswerProbabilities ofLogits(DecisionTree tree, double[] logits) {
    requireLength(tree, logits.length);
    double[] conditional = logits.clone();
    for (int q = 0; q < tree.questions().size(); q++) {
      softmax(conditional, tree.firstAnswer(q), tree.firstAnswer(q + 1));
    }
    return checked(tree, conditional);
  }

  private static void softmax(double[] vector, int from, int to) {
    double largest = Arrays.stream(vector, from, to).max().orElseThrow();
    double sum = 0;
    for (int i = from; i < to; i++) {
      vector[i] = Math.exp(vector[i] - largest);
      sum += vector[i];
    }
    for (int i = from; i < to; i++) {
      vector[i] /= sum;
    }
  }

  /**
   * The output of a model with intervals: for each question the concentrations α of a Dirichlet
   * distribution over the vote fractions of its answers. The conditional probability of an answer
   * is the distribution's mean α ÷ Σα, and {@link #interval} is of its marginal, Beta(α, Σα − α).
   *
   * @param concentrations of all questions, concatenated in the tree's order; NaN in every answer
   *     of a question that the model does not answer; not kept
   * @throws IllegalArgumentException if the length is not the tree's, a concentration is not
   *     positive or is above a million, or a question has some of them only
   */
  public static AnswerProbabilities ofConcentrations(DecisionTree tree, double[] concentrations) {
    requireLength(tree, concentrations.length);
    double[] conditional = concentrations.clone();
    double[] totals = new double[tree.questions().size()];
    for (int q = 0; q < totals.length; q++) {
      for (int a = tree.firstAnswer(q); a < tree.firstAnswer(q + 1); a++) {
        if (concentrations[a] <= 0 || concentrations[a] > LARGEST_CONCENTRATION) {
          throw refused(tree, q, "has the concentration " + concentrations[a]);
        }
        if (Double.isNaN(concentrations[a]) != Double.isNaN(concentrations[tree.firstAnswer(q)])) {
          throw refused(tree, q, "has concentrations for some of its answers only");
        }
        totals[q] += concentrations[a];
      }
      for (int a = tree.firstAnswer(q); a < tree.firstAnswer(q + 1); a++) {
        conditional[a] /= totals[q];
      }
    }
    return new AnswerProbabilities(tree, conditional, totals);
  }

  /**
   * What several looks at one galaxy say together, such as those at its image in several
   * orientations: for each question the mean of their conditional vectors. (Means of the joint
   * probabilities, in which a look counts the more the surer it is that the question is asked, come
   * no closer to what volunteers say.) Where all looks have intervals, so has the mean: those of
   * the Dirichlet distribution with this mean and the geometric mean of their total concentrations.
   *
   * @param looks at least one, of one tree and answering the same questions
   * @throws IllegalArgumentException if they are not
   */
  public static AnswerProbabilities average(List<AnswerProbabilities> looks) {
    AnswerProbabilities first = looks.getFirst();
    DecisionTree tree = first.tree;
    double[] conditional = new double[tree.answerCount()];
    double[] logTotals = new double[tree.questions().size()];
    boolean intervals = true;
    for (AnswerProbabilities look : looks) {
      if (!look.tree.equals(tree) || !look.answersLike(first)) {
        throw new IllegalArgumentException(
            "Probabilities of different trees or questions have no mean.");
      }
      for (int a = 0; a < conditional.length; a++) {
        conditional[a] += look.conditional[a] / looks.size();
      }
      for (int q = 0; q < logTotals.length && look.totals != null; q++) {
        logTotals[q] += Math.log(look.totals[q]) / looks.size();
      }
      intervals &= look.totals != null;
    }
    return new AnswerProbabilities(
        tree, conditional, intervals ? Arrays.stream(logTotals).map(Math::exp).toArray() : null);
  }

  /**
   * The same probabilities, held to be known better or worse: with the concentrations of each
   * question multiplied by a factor. One below 1 makes intervals wider. Without intervals there is
   * nothing to change.
   *
   * @param factor positive for each question
   */
  public AnswerProbabilities concentrated(ToDoubleFunction<Question> factor) {
    if (totals == null) {
      return this;
    }
    double[] scaled = totals.clone();
    for (int q = 0; q < scaled.length; q++) {
      scaled[q] *= factor.applyAsDouble(tree.questions().get(q));
    }
    return new AnswerProbabilities(tree, conditional.clone(), scaled);
  }

  private static AnswerProbabilities checked(DecisionTree tree, double[] conditional) {
    requireLength(tree, conditional.length);
    return new AnswerProbabilities(tree, conditional, null);
  }

  private static void requireLength(DecisionTree tree, int length) {
    if (length != tree.answerCount()) {
      throw new IllegalArgumentException(
          "Decision tree %s has %d answers, but there are %d probabilities."
              .formatted(tree.id(), tree.answerCount(), length));
    }
  }

  public DecisionTree tree() {
    return tree;
  }

  /** Whether the model answers this question. */
  public boolean answers(Question question) {
    return answers(tree.index(question.id()));
  }

  /**
   * How far conditional probabilities are from those of others: for each answer to a question that
   * both answer, the absolute difference.
   *
   * @param other of the same tree
   */
  public DoubleStream differences(AnswerProbabilities other) {
    return IntStream.range(0, conditional.length)
        .mapToDouble(a -> Math.abs(conditional[a] - other.conditional[a]))
        .filter(difference -> !Double.isNaN(difference));
  }

  /**
   * The probability of each answer given that the question was asked; sums to 1 within 1e-6.
   *
   * @return a new array, in the order of the question's answers
   * @throws IllegalArgumentException if the model does not answer this question
   */
  public double[] conditional(Question question) {
    int q = tree.index(question.id());
    requireAnswered(q);
    return Arrays.copyOfRange(conditional, tree.firstAnswer(q), tree.firstAnswer(q + 1));
  }

  /**
   * The probability that a volunteer is asked this question; empty where it depends on a question
   * that the model does not answer.
   */
  public OptionalDouble asked(Question question) {
    double probability = asked[tree.index(question.id())];
    return Double.isNaN(probability) ? OptionalDouble.empty() : OptionalDouble.of(probability);
  }

  /**
   * Conditional × asked.
   *
   * @return a new array, in the order of the question's answers
   * @throws IllegalArgumentException if the model does not answer this question, or {@link #asked}
   *     is empty for it
   */
  public double[] joint(Question question) {
    double[] joint = conditional(question);
    double probability = asked[tree.index(question.id())];
    if (Double.isNaN(probability)) {
      throw new IllegalArgumentException(
          "The asked probability of question %s of tree %s is unknown."
              .formatted(question.id(), tree.id()));
    }
    for (int a = 0; a < joint.length; a++) {
      joint[a] *= probability;
    }
    return joint;
  }

  /**
   * Where the share of volunteers who give this answer lies, among those who are asked the
   * question, as sure as the model is: an interval about the <em>conditional</em> probability,
   * never the joint one.
   *
   * @param answer its place within the question, from 0
   * @return empty if the model gives no intervals
   * @throws IllegalArgumentException if the model does not answer this question
   */
  public Optional<Interval> interval(Question question, int answer) {
    OptionalDouble total = concentration(question);
    if (total.isEmpty()) {
      return Optional.empty();
    }
    double alpha = total.getAsDouble() * conditional(question, answer);
    return Optional.of(BetaIntervals.of(alpha, total.getAsDouble() - alpha));
  }

  private double conditional(Question question, int answer) {
    return conditional[
        tree.firstAnswer(question) + Objects.checkIndex(answer, question.answers().size())];
  }

  /**
   * The certainty of a question's vote fractions: the sum of the concentrations of their Dirichlet
   * distribution. The concentration of an answer is this times its conditional probability.
   *
   * @return empty if the model gives no intervals
   * @throws IllegalArgumentException if the model does not answer this question
   */
  public OptionalDouble concentration(Question question) {
    int q = tree.index(question.id());
    requireAnswered(q);
    return totals == null ? OptionalDouble.empty() : OptionalDouble.of(totals[q]);
  }

  /**
   * How probable it is that at least this share of the volunteers who are asked the question give
   * this answer: the tail of its marginal, Beta(α, Σα − α).
   *
   * @param answer its place within the question, from 0
   * @param share above 0, below 1
   * @return empty if the model gives no intervals
   * @throws IllegalArgumentException if the model does not answer this question
   */
  public OptionalDouble probabilityOfShare(Question question, int answer, double share) {
    OptionalDouble total = concentration(question);
    if (total.isEmpty()) {
      return OptionalDouble.empty();
    }
    double alpha = total.getAsDouble() * conditional(question, answer);
    return OptionalDouble.of(BetaIntervals.above(alpha, total.getAsDouble() - alpha, share));
  }

  /** The place of the most probable answer within its question; the first one of equals. */
  public int mostProbable(Question question) {
    int first = tree.firstAnswer(question);
    int best = first;
    for (int a = first + 1; a < first + question.answers().size(); a++) {
      if (conditional[a] > conditional[best]) {
        best = a;
      }
    }
    return best - first;
  }

  private boolean answers(int q) {
    return !Double.isNaN(conditional[tree.firstAnswer(q)]);
  }

  private boolean answersLike(AnswerProbabilities other) {
    return IntStream.range(0, tree.questions().size())
        .allMatch(q -> answers(q) == other.answers(q));
  }

  private void requireAnswered(int q) {
    if (!answers(q)) {
      throw new IllegalArgumentException(
          "Nothing is known about question %s of tree %s."
              .formatted(tree.questions().get(q).id(), tree.id()));
    }
  }

  private void normalise(int q) {
    int first = tree.firstAnswer(q);
    int end = tree.firstAnswer(q + 1);
    int unknown = 0;
    double sum = 0;
    for (int a = first; a < end; a++) {
      double p = conditional[a];
      if (Double.isNaN(p)) {
        unknown++;
      } else if (p >= 0) {
        sum += p;
      } else {
        throw refused(tree, q, "has the negative probability " + p);
      }
    }
    if (unknown == end - first) {
      return;
    }
    if (unknown > 0) {
      throw refused(tree, q, "has probabilities for some of its answers only");
    }
    if (!(Math.abs(sum - 1) <= TOLERANCE)) {
      throw refused(tree, q, "has probabilities that sum to " + sum + " where 1 is due");
    }
    for (int a = first; a < end; a++) {
      conditional[a] /= sum;
    }
  }

  private static IllegalArgumentException refused(DecisionTree tree, int q, String complaint) {
    return new IllegalArgumentException(
        "Question "
            + tree.questions().get(q).id()
            + " of tree "
            + tree.id()
            + " "
            + complaint
            + ".");
  }

  /** Parents first; NaN, for unknown, spreads to whatever depends on it with a weight above 0. */
  private double[] asked() {
    double[] probability = new double[tree.questions().size()];
    probability[tree.walked(0)] = 1;
    for (int i = 0; i < probability.length; i++) {
      int q = tree.walked(i);
      if (probability[q] == 0) {
        continue;
      }
      for (int a = tree.firstAnswer(q); a < tree.firstAnswer(q + 1); a++) {
        int next = tree.next(a);
        if (next >= 0) {
          probability[next] += probability[q] * conditional[a];
        }
      }
    }
    return probability;
  }
}
