package dev.tuningfork.trainer.learn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.tuningfork.trainer.data.LabelledGalaxy;
import dev.tuningfork.tree.DecisionTree;
import dev.tuningfork.tree.JointColumns;
import dev.tuningfork.tree.Question;
import dev.tuningfork.tree.VoteFractions;
import java.util.List;

/**
 * What a model should say of a batch of galaxies.
 *
 * @param shares batch × answers: an answer's vote fraction times the share of volunteers who were
 *     asked its question, 0 where nothing is known
 * @param volunteers batch × 1: how many volunteers looked at a galaxy, 0 where that is not known
 * @param withoutCount batch × 1: 1 where the number of volunteers is not known, else 0
 * @param columns batch × answers: the tree's joint columns, 0 where nothing is known
 * @param columnsKnown batch × answers: 1 where the column is known, else 0
 * @param rules what the classes of galaxies demand
 */
record Targets(
    NDArray shares,
    NDArray volunteers,
    NDArray withoutCount,
    NDArray columns,
    NDArray columnsKnown,
    RuleBounds rules) {

  /**
   * The votes for each answer: counted where they were, else as many as this number of volunteers
   * would have given.
   *
   * @return batch × answers
   */
  NDArray votes(double assumedVolunteers) {
    return shares.mul(volunteers.add(withoutCount.mul((float) assumedVolunteers)));
  }

  /**
   * @param manager owns the arrays
   * @param galaxies nothing is known of those of another tree
   * @param campaign whose answers are the outputs
   */
  static Targets of(NDManager manager, List<LabelledGalaxy> galaxies, Campaign campaign) {
    DecisionTree tree = campaign.tree();
    List<Question> questions = campaign.questions();
    JointColumns scheme = JointColumns.of(tree);
    int answers = campaign.answers();
    float[] shares = new float[galaxies.size() * answers];
    float[] volunteers = new float[galaxies.size()];
    float[] withoutCount = new float[galaxies.size()];
    float[] columns = new float[galaxies.size() * answers];
    float[] known = new float[galaxies.size() * answers];
    for (int g = 0; g < galaxies.size(); g++) {
      if (galaxies.get(g).votes().isEmpty() || !galaxies.get(g).tree().equals(tree)) {
        continue;
      }
      VoteFractions votes = galaxies.get(g).votes().get();
      volunteers[g] = (float) votes.volunteers().orElse(0);
      withoutCount[g] = votes.volunteers().isPresent() ? 0 : 1;
      double[] joint = scheme.of(votes.fractions());
      int at = g * answers;
      for (Question question : questions) {
        double asked = votes.asked(question);
        double[] fractions = asked > 0 ? votes.fractions().conditional(question) : new double[0];
        int first = tree.firstAnswer(question);
        for (int a = 0; a < question.answers().size(); a++) {
          if (asked > 0) {
            shares[at] = (float) (asked * fractions[a]);
          }
          if (!Double.isNaN(joint[first + a])) {
            columns[at] = (float) joint[first + a];
            known[at] = 1;
          }
          at++;
        }
      }
    }
    Shape shape = new Shape(galaxies.size(), answers);
    return new Targets(
        manager.create(shares, shape),
        manager.create(volunteers, new Shape(galaxies.size(), 1)),
        manager.create(withoutCount, new Shape(galaxies.size(), 1)),
        manager.create(columns, shape),
        manager.create(known, shape),
        RuleBounds.of(manager, galaxies, campaign));
  }
}
