package dev.tuningfork.tree;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The 37 columns of Kaggle's "Galaxy Zoo – The Galaxy Challenge": the answers of the Galaxy Zoo 2
 * tree in its order, each the joint probability of its answer.
 *
 * <p>One thing about them differs from the tree. In Kaggle's columns question 6 sums to 1 for every
 * galaxy, stars included, where the tree says that only those who did not answer "star or artifact"
 * were asked it; question 8 follows question 6. Columns are written so, and that is undone where
 * they are read.
 */
public final class KaggleColumns {

  /** The header of the column before the 37. */
  public static final String GALAXY_ID = "GalaxyID";

  /** {@code Class1.1} to {@code Class11.6}, in Kaggle's order. */
  public static final List<String> NAMES = names();

  /** How far a question's sum may be from what its parents say; the real rows keep to it. */
  public static final double TOLERANCE = 1e-5;

  private static final DecisionTree TREE = DecisionTree.galaxyZoo2();
  private static final int SMOOTH_OR_FEATURED = TREE.index("t01");
  private static final int STAR_OR_ARTIFACT = 2;
  private static final int ODD = TREE.index("t06");
  private static final int ODD_FEATURE = TREE.index("t08");
  private static final JointColumns SCHEME =
      new JointColumns(TREE, Set.of(SMOOTH_OR_FEATURED, ODD), "Kaggle's 37 columns");

  private KaggleColumns() {}

  /** Whether these are the columns of a tree. */
  static boolean isOf(DecisionTree tree) {
    return tree.equals(TREE);
  }

  static JointColumns scheme() {
    return SCHEME;
  }

  /**
   * Writes columns.
   *
   * @param probabilities of the Galaxy Zoo 2 tree
   * @return a new array of 37 joint probabilities, NaN where the model does not tell
   */
  public static double[] of(AnswerProbabilities probabilities) {
    requireGalaxyZoo2(probabilities.tree());
    return SCHEME.of(probabilities);
  }

  /** The sixth question, and with it the eighth, as the tree has them: not asked about stars. */
  static double[] withoutQuirk(double[] columns) {
    double[] joint = columns.clone();
    double star = columns[TREE.firstAnswer(SMOOTH_OR_FEATURED) + STAR_OR_ARTIFACT];
    for (int q : new int[] {ODD, ODD_FEATURE}) {
      for (int a = TREE.firstAnswer(q); a < TREE.firstAnswer(q + 1); a++) {
        joint[a] *= 1 - star;
      }
    }
    return joint;
  }

  /**
   * Reads a galaxy's columns.
   *
   * @param columns 37 values, NaN where a cell is empty; not kept
   * @throws IllegalArgumentException if a value is not within [0, 1], a question is known in part,
   *     or the columns break the tree's constraints
   */
  public static VoteFractions read(String galaxyId, double[] columns) {
    return read(galaxyId, columns, 0);
  }

  /**
   * Reads a galaxy's columns that were rounded.
   *
   * @param columns 37 values, NaN where a cell is empty; not kept
   * @param rounding by how much each value may be off, such as 0.0005 for three digits
   * @throws IllegalArgumentException if a value is not within [0, 1], a question is known in part,
   *     or the columns break the tree's constraints by more than rounding explains
   */
  public static VoteFractions read(String galaxyId, double[] columns, double rounding) {
    Optional<String> violation = violation(galaxyId, columns, rounding);
    if (violation.isPresent()) {
      throw new IllegalArgumentException(violation.get());
    }
    double[] conditional = new double[columns.length];
    double[] asked = new double[TREE.questions().size()];
    for (int q = 0; q < asked.length; q++) {
      double sum = sum(columns, q);
      for (int a = TREE.firstAnswer(q); a < TREE.firstAnswer(q + 1); a++) {
        conditional[a] = sum > 0 ? columns[a] / sum : Double.NaN;
      }
      asked[q] = Double.isNaN(sum) ? 0 : sum;
    }
    double star = columns[TREE.firstAnswer(SMOOTH_OR_FEATURED) + STAR_OR_ARTIFACT];
    if (!Double.isNaN(star)) {
      asked[ODD] *= 1 - star;
      asked[ODD_FEATURE] *= 1 - star;
    }
    return new VoteFractions(galaxyId, AnswerProbabilities.of(TREE, conditional), asked);
  }

  /**
   * Checks the constraints that the tree lays on a galaxy's columns: each question's answers sum to
   * the share that was asked it, as the answers that lead to it say, within {@link #TOLERANCE}.
   * Questions of which nothing is known are not checked.
   *
   * @param columns 37 values, NaN where a cell is empty
   * @param rounding by how much each may be off
   * @return what is wrong, naming galaxy and question; empty if nothing is
   */
  static Optional<String> violation(String galaxyId, double[] columns, double rounding) {
    if (columns.length != NAMES.size()) {
      return Optional.of(
          "Galaxy %s has %d columns instead of %d."
              .formatted(galaxyId, columns.length, NAMES.size()));
    }
    double[] due = new double[TREE.questions().size()];
    int[] rounded = new int[due.length];
    for (int a = 0; a < columns.length; a++) {
      if (columns[a] < 0 || columns[a] > 1 + TOLERANCE) {
        return Optional.of(
            "Galaxy %s has %s in column %s, which is not within 0 and 1: percentages and votes must be divided first."
                .formatted(galaxyId, columns[a], NAMES.get(a)));
      }
      if (TREE.next(a) >= 0) {
        due[TREE.next(a)] += columns[a];
        rounded[TREE.next(a)]++;
      }
    }
    due[SMOOTH_OR_FEATURED] = 1;
    due[ODD] = 1;
    rounded[ODD] = 0;
    for (int q = 0; q < due.length; q++) {
      int first = TREE.firstAnswer(q);
      int end = TREE.firstAnswer(q + 1);
      String question = TREE.questions().get(q).id();
      long empty = Arrays.stream(columns, first, end).filter(Double::isNaN).count();
      if (empty > 0 && empty < end - first) {
        return Optional.of(
            "Galaxy %s has some cells of question %s (%s to %s) empty and others not."
                .formatted(galaxyId, question, NAMES.get(first), NAMES.get(end - 1)));
      }
      double sum = sum(columns, q);
      if (Math.abs(sum - due[q]) > TOLERANCE + rounding * (rounded[q] + end - first)) {
        return Optional.of(
            "Galaxy %s breaks the tree at question %s: its columns %s to %s sum to %s, not to %s."
                .formatted(galaxyId, question, NAMES.get(first), NAMES.get(end - 1), sum, due[q]));
      }
    }
    return Optional.empty();
  }

  private static double sum(double[] columns, int q) {
    return Arrays.stream(columns, TREE.firstAnswer(q), TREE.firstAnswer(q + 1)).sum();
  }

  private static List<String> names() {
    List<Question> questions = DecisionTree.galaxyZoo2().questions();
    List<String> names = new ArrayList<>();
    for (int q = 0; q < questions.size(); q++) {
      for (int a = 0; a < questions.get(q).answers().size(); a++) {
        names.add("Class" + (q + 1) + "." + (a + 1));
      }
    }
    return List.copyOf(names);
  }

  private static void requireGalaxyZoo2(DecisionTree tree) {
    if (!isOf(tree)) {
      throw new IllegalArgumentException(
          "Kaggle's columns are those of Galaxy Zoo 2; tree " + tree + " has others.");
    }
  }
}
