package dev.tuningfork.trainer.learn;

import dev.tuningfork.network.Head;
import dev.tuningfork.tree.DecisionTree;
import dev.tuningfork.tree.Question;
import java.util.ArrayList;
import java.util.List;

/**
 * A tree, and those of its questions that a network learns to answer. A network that learns from
 * several campaigns has the outputs of one behind those of the other.
 *
 * @param tree whose questions they are
 * @param questions in the order of the network's outputs
 */
public record Campaign(DecisionTree tree, List<Question> questions) {

  public Campaign {
    questions = List.copyOf(questions);
  }

  /** All questions of a tree. */
  public static Campaign of(DecisionTree tree) {
    return new Campaign(tree, tree.questions());
  }

  /** Whether these are all questions of the tree. */
  public boolean isWhole() {
    return questions.size() == tree.questions().size();
  }

  /** How many outputs of the network are its own. */
  int answers() {
    return questions.stream().mapToInt(question -> question.answers().size()).sum();
  }

  /**
   * A campaign, and which outputs of the network are its own.
   *
   * @param from the first one
   * @param to the one behind the last
   */
  public record Outputs(Campaign campaign, int from, int to) {}

  /** The outputs of each campaign, in their order. */
  public static List<Outputs> outputs(List<Campaign> campaigns) {
    List<Outputs> all = new ArrayList<>();
    int from = 0;
    for (Campaign campaign : campaigns) {
      int to = from + campaign.answers();
      all.add(new Outputs(campaign, from, to));
      from = to;
    }
    return all;
  }

  /** The questions of all campaigns, in the order of the network's outputs. */
  public static List<Head> heads(List<Campaign> campaigns) {
    return Head.of(campaigns.stream().flatMap(campaign -> campaign.questions.stream()).toList());
  }
}
