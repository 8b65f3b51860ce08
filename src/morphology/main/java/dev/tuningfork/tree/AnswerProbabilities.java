package dev.tuningfork.tree;

import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;

/**
 * What a model says about one galaxy: for each question that it answers, the probability of each
 * answer.
 *
 * <p>Two quantities are kept apart. <em>Conditional</em> is the probability of an answer given that
 * the question was asked; a question's vector sums to 1 within 1e-6. <em>Asked</em> is the
 * probability that a volunteer's walk comes to the question at all: 1 at the root, else the sum,
 * over the answers that lead to it, of their <em>joint</em> probability, which is conditional ×
 * asked.
 *
 * <p>Immutable, so safe for any thread.
 */
public final class AnswerProbabilities {

  /** How far from 1 the sum of a question's vector may be on the way in. */
  private static final double TOLERANCE = 1e-3;

  private final DecisionTree tree;
  private final double[] conditional;
  private final double[] asked;

  private AnswerProbabilities(DecisionTree tree, double[] conditional) {
    this.tree = tree;
    this.conditional = conditional;
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
  public static AnswerProbabilities of(DecisionTree tree, float[] conditional) {
    double[] copy = new double[conditional.length];
    for (int i = 0; i < copy.length; i++) {
      copy[i] = conditional[i];
    }
    return checked(tree, copy);
  }

  /** As {@link #of(DecisionTree, float[])}, for vectors that are known in double precision. */
  public static AnswerProbabilities of(DecisionTree tree, double[] conditional) {
    return checked(tree, conditional.clone());
  }

  /**
   * What several looks at one galaxy say together, such as those at its image in several
   * orientations: the mean of their joint probabilities. A question's conditional vector is thus
   * the mean of theirs, each weighted by how probable it makes it that the question is asked at
   * all: a look that sees no disk has little to say about its arms. Where that is not known, all
   * weigh the same.
   *
   * @param looks at least one, of one tree and answering the same questions
   * @throws IllegalArgumentException if they are not
   */
  public static AnswerProbabilities average(List<AnswerProbabilities> looks) {
    AnswerProbabilities first = looks.getFirst();
    DecisionTree tree = first.tree;
    double[] mean = new double[tree.answerCount()];
    for (int q = 0; q < tree.questions().size(); q++) {
      double[] weights = weights(looks, q);
      for (int i = 0; i < weights.length; i++) {
        AnswerProbabilities look = looks.get(i);
        if (look.tree != tree || look.answers(q) != first.answers(q)) {
          throw new IllegalArgumentException(
              "Probabilities of different trees or questions have no mean.");
        }
        for (int a = tree.firstAnswer(q); a < tree.firstAnswer(q + 1); a++) {
          mean[a] += weights[i] * look.conditional[a];
        }
      }
    }
    return new AnswerProbabilities(tree, mean);
  }

  /** Of each look at a question; they sum to 1. */
  private static double[] weights(List<AnswerProbabilities> looks, int q) {
    double[] asked = looks.stream().mapToDouble(look -> look.asked[q]).toArray();
    double sum = Arrays.stream(asked).sum();
    if (sum > 0) {
      Arrays.setAll(asked, i -> asked[i] / sum);
    } else {
      Arrays.fill(asked, 1.0 / asked.length);
    }
    return asked;
  }

  private static AnswerProbabilities checked(DecisionTree tree, double[] conditional) {
    if (conditional.length != tree.answerCount()) {
      throw new IllegalArgumentException(
          "Decision tree %s has %d answers, but %d probabilities came."
              .formatted(tree.id(), tree.answerCount(), conditional.length));
    }
    return new AnswerProbabilities(tree, conditional);
  }

  public DecisionTree tree() {
    return tree;
  }

  /** Whether the model answers this question. */
  public boolean answers(Question question) {
    return answers(tree.index(question.id()));
  }

  /**
   * The probability of each answer given that the question was asked; sums to 1 within 1e-6.
   *
   * @return a new array, in the order of the question's answers
   * @throws IllegalArgumentException if the model does not answer this question
   */
  public double[] conditional(Question question) {
    int q = tree.index(question.id());
    if (!answers(q)) {
      throw new IllegalArgumentException(
          "Nothing is known about question %s of tree %s.".formatted(question.id(), tree.id()));
    }
    return Arrays.copyOfRange(conditional, tree.firstAnswer(q), tree.firstAnswer(q + 1));
  }

  /**
   * The probability that a walk comes to this question; empty where it depends on a question that
   * the model does not answer.
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
          "How probable it is that question %s of tree %s is asked is not known."
              .formatted(question.id(), tree.id()));
    }
    for (int a = 0; a < joint.length; a++) {
      joint[a] *= probability;
    }
    return joint;
  }

  /** The place of the most probable answer within its question; the first one of equals. */
  int mostProbable(Question question) {
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
        throw refused(q, "has the negative probability " + p);
      }
    }
    if (unknown == end - first) {
      return;
    }
    if (unknown > 0) {
      throw refused(q, "has probabilities for some of its answers only");
    }
    if (!(Math.abs(sum - 1) <= TOLERANCE)) {
      throw refused(q, "has probabilities that sum to " + sum + " where 1 is due");
    }
    for (int a = first; a < end; a++) {
      conditional[a] /= sum;
    }
  }

  private IllegalArgumentException refused(int q, String complaint) {
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
