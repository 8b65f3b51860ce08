package dev.tuningfork.trainer.learn;

import dev.tuningfork.trainer.data.LabelledGalaxy;
import dev.tuningfork.tree.AnswerProbabilities;
import dev.tuningfork.tree.DecisionTree;
import dev.tuningfork.tree.JointColumns;
import dev.tuningfork.tree.Question;
import dev.tuningfork.tree.VoteFractions;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/**
 * Counts, while a network trains, how well its answers agree with those of volunteers: enough to
 * see how it goes. How good a model is, the evaluation tells.
 */
final class Agreement {

  private final DecisionTree tree;
  private final List<Question> questions;
  private final JointColumns columns;
  private final int[] known;
  private final int[] right;
  private double squares;
  private long cells;

  Agreement(DecisionTree tree, List<Question> questions) {
    this.tree = tree;
    this.questions = questions;
    this.columns = JointColumns.of(tree);
    this.known = new int[questions.size()];
    this.right = new int[questions.size()];
  }

  /**
   * @param outputs the network's raw outputs, galaxies × answers
   */
  void add(List<LabelledGalaxy> galaxies, float[] outputs) {
    int width = outputs.length / galaxies.size();
    for (int g = 0; g < galaxies.size(); g++) {
      if (galaxies.get(g).votes().isPresent()) {
        add(galaxies.get(g).votes().get(), Arrays.copyOfRange(outputs, g * width, (g + 1) * width));
      }
    }
  }

  private void add(VoteFractions votes, float[] outputs) {
    double[] logits = new double[tree.answerCount()];
    Arrays.fill(logits, Double.NaN);
    int at = 0;
    for (Question question : questions) {
      for (int a = 0; a < question.answers().size(); a++) {
        logits[tree.firstAnswer(question) + a] = outputs[at++];
      }
    }
    AnswerProbabilities answers = AnswerProbabilities.ofLogits(tree, logits);
    for (int q = 0; q < questions.size(); q++) {
      Question question = questions.get(q);
      if (votes.asked(question) > 0) {
        known[q]++;
        if (answers.mostProbable(question) == votes.fractions().mostProbable(question)) {
          right[q]++;
        }
      }
    }
    if (questions.size() == tree.questions().size()) {
      double[] truth = columns.of(votes.fractions());
      double[] said = columns.of(answers);
      for (int a = 0; a < truth.length; a++) {
        if (!Double.isNaN(truth[a])) {
          squares += (truth[a] - said[a]) * (truth[a] - said[a]);
          cells++;
        }
      }
    }
  }

  /** How often the most probable answer was the most voted one; NaN where nothing is known. */
  double share(Question question) {
    int q = questions.indexOf(question);
    return (double) right[q] / known[q];
  }

  /** The same for each question of which something is known, by its id. */
  SequencedMap<String, Double> shares() {
    SequencedMap<String, Double> shares = new LinkedHashMap<>();
    for (Question question : questions) {
      if (known[questions.indexOf(question)] > 0) {
        shares.put(question.id(), share(question));
      }
    }
    return shares;
  }

  /** Over the tree's joint columns, as far as known; null for a model of some questions. */
  @Nullable Double rmse() {
    return cells == 0 ? null : Math.sqrt(squares / cells);
  }
}
