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

  private final List<Part> parts;
  private double squares;
  private long cells;

  /** Of one campaign: for each question, the galaxies with votes, and those answered alike. */
  private static final class Part {
    private final Campaign campaign;
    private final JointColumns columns;
    private final int firstOutput;
    private final int[] known;
    private final int[] right;

    Part(Campaign.Outputs outputs) {
      this.campaign = outputs.campaign();
      this.columns = JointColumns.of(campaign.tree());
      this.firstOutput = outputs.from();
      this.known = new int[campaign.questions().size()];
      this.right = new int[campaign.questions().size()];
    }

    boolean isOf(LabelledGalaxy galaxy) {
      return galaxy.votes().isPresent() && galaxy.tree().equals(campaign.tree());
    }
  }

  Agreement(List<Campaign> campaigns) {
    parts = Campaign.outputs(campaigns).stream().map(Part::new).toList();
  }

  /**
   * @param outputs the network's raw outputs, galaxies × answers
   */
  void add(List<LabelledGalaxy> galaxies, float[] outputs) {
    int width = outputs.length / galaxies.size();
    for (int g = 0; g < galaxies.size(); g++) {
      for (Part part : parts) {
        if (part.isOf(galaxies.get(g))) {
          add(part, galaxies.get(g).votes().orElseThrow(), outputs, g * width + part.firstOutput);
        }
      }
    }
  }

  private void add(Part part, VoteFractions votes, float[] outputs, int from) {
    DecisionTree tree = part.campaign.tree();
    List<Question> questions = part.campaign.questions();
    double[] logits = new double[tree.answerCount()];
    Arrays.fill(logits, Double.NaN);
    int at = from;
    for (Question question : questions) {
      for (int a = 0; a < question.answers().size(); a++) {
        logits[tree.firstAnswer(question) + a] = outputs[at++];
      }
    }
    AnswerProbabilities answers = AnswerProbabilities.ofLogits(tree, logits);
    for (int q = 0; q < questions.size(); q++) {
      Question question = questions.get(q);
      if (votes.asked(question) > 0) {
        part.known[q]++;
        if (answers.mostProbable(question) == votes.fractions().mostProbable(question)) {
          part.right[q]++;
        }
      }
    }
    if (part.campaign.isWhole()) {
      double[] truth = part.columns.of(votes.fractions());
      double[] said = part.columns.of(answers);
      for (int a = 0; a < truth.length; a++) {
        if (!Double.isNaN(truth[a])) {
          squares += (truth[a] - said[a]) * (truth[a] - said[a]);
          cells++;
        }
      }
    }
  }

  /**
   * How often the most probable answer to the first question was the most voted one; NaN where
   * nothing is known.
   */
  double first() {
    return (double) parts.getFirst().right[0] / parts.getFirst().known[0];
  }

  /**
   * The same for each question of which something is known, by its id; those of a second tree and
   * further ones have its id before theirs.
   */
  SequencedMap<String, Double> shares() {
    SequencedMap<String, Double> shares = new LinkedHashMap<>();
    for (Part part : parts) {
      String prefix = part == parts.getFirst() ? "" : part.campaign.tree().id() + " ";
      for (int q = 0; q < part.known.length; q++) {
        if (part.known[q] > 0) {
          shares.put(
              prefix + part.campaign.questions().get(q).id(),
              (double) part.right[q] / part.known[q]);
        }
      }
    }
    return shares;
  }

  /** Over the joint columns of all trees, as far as known; null for a model of some questions. */
  @Nullable Double rmse() {
    return cells == 0 ? null : Math.sqrt(squares / cells);
  }
}
