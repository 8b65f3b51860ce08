package dev.tuningfork.tree;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The joint probabilities of a tree's answers as the columns of a table, in the tree's order. The
 * columns of a question sum to the share of volunteers who were asked it. For Galaxy Zoo 2 they are
 * {@link KaggleColumns Kaggle's}, and one question there is taken to be asked of everyone.
 *
 * <p>Immutable, so safe for any thread.
 */
public final class JointColumns {

  private final DecisionTree tree;
  private final boolean[] askedOfAll;
  private final String description;

  /**
   * @param askedOfAll indexes of the questions whose columns sum to 1 for every galaxy
   * @param description of the columns, to follow "over"
   */
  JointColumns(DecisionTree tree, Set<Integer> askedOfAll, String description) {
    this.tree = tree;
    this.askedOfAll = new boolean[tree.questions().size()];
    askedOfAll.forEach(q -> this.askedOfAll[q] = true);
    this.description = description;
  }

  /** The columns of a tree: Kaggle's for Galaxy Zoo 2. */
  public static JointColumns of(DecisionTree tree) {
    return KaggleColumns.isOf(tree) ? KaggleColumns.scheme() : plain(tree);
  }

  private static JointColumns plain(DecisionTree tree) {
    return new JointColumns(
        tree,
        Set.of(tree.walked(0)),
        "the joint probabilities of all %d answers".formatted(tree.answerCount()));
  }

  /** Whether a question's columns sum to 1 for every galaxy. */
  public boolean askedOfAll(Question question) {
    return askedOfAll[tree.index(question.id())];
  }

  /** Whether a question that not everyone is asked has columns that sum to 1. */
  public boolean hasQuirk() {
    int certain = 0;
    for (boolean asked : askedOfAll) {
      certain += asked ? 1 : 0;
    }
    return certain > 1;
  }

  /**
   * Writes columns.
   *
   * @param probabilities of this tree
   * @return a new array of joint probabilities, NaN where the model does not tell
   * @throws IllegalArgumentException if the probabilities are of another tree
   */
  public double[] of(AnswerProbabilities probabilities) {
    if (!probabilities.tree().equals(tree)) {
      throw new IllegalArgumentException(
          "The columns of %s are not those of the tree %s.".formatted(tree, probabilities.tree()));
    }
    double[] columns = new double[tree.answerCount()];
    double[] asked = new double[tree.questions().size()];
    for (int i = 0; i < asked.length; i++) {
      int q = tree.walked(i);
      if (askedOfAll[q]) {
        asked[q] = 1;
      }
      if (asked[q] == 0) {
        continue;
      }
      Question question = tree.questions().get(q);
      int first = tree.firstAnswer(q);
      double @Nullable [] conditional =
          probabilities.answers(question) ? probabilities.conditional(question) : null;
      for (int a = first; a < tree.firstAnswer(q + 1); a++) {
        columns[a] = conditional == null ? Double.NaN : asked[q] * conditional[a - first];
        if (tree.next(a) >= 0) {
          asked[tree.next(a)] += columns[a];
        }
      }
    }
    return columns;
  }

  /**
   * Columns as the tree has them, without the quirk.
   *
   * @param columns as {@link #of(AnswerProbabilities)} writes them
   * @return a new array
   */
  public double[] asTheTreeHasThem(double[] columns) {
    return hasQuirk() ? KaggleColumns.withoutQuirk(columns) : columns.clone();
  }

  /** What the columns are, in words that follow "over". */
  @Override
  public String toString() {
    return description;
  }
}
