package dev.tuningfork.classifier.page;

import dev.tuningfork.classifier.message.GalaxyMorphology;
import dev.tuningfork.tree.DecisionTree;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The walk down the tree by the most probable answer at each step. */
final class Walk {

  /**
   * One step.
   *
   * @param probability of the answer, given that the question is asked
   */
  record Step(String question, String answer, double probability) {}

  private Walk() {}

  /** As far as the model answers; empty where the message is of another tree. */
  static List<Step> of(GalaxyMorphology morphology, DecisionTree tree) {
    List<Step> steps = new ArrayList<>();
    if (!morphology.tree().id().equals(tree.id())) {
      return steps;
    }
    Map<String, GalaxyMorphology.Question> answered = new HashMap<>();
    morphology.questions().forEach(question -> answered.put(question.id(), question));
    Optional<String> next = Optional.of(tree.root().id());
    while (next.isPresent() && answered.containsKey(next.get())) {
      GalaxyMorphology.Question question = answered.get(next.get());
      GalaxyMorphology.Answer given =
          question.answers().stream()
              .max(Comparator.comparingDouble(GalaxyMorphology.Answer::probability))
              .orElseThrow();
      steps.add(new Step(question.key(), given.key(), given.probability()));
      next =
          tree.question(question.id()).answers().stream()
              .filter(answer -> answer.id().equals(given.id()))
              .findFirst()
              .flatMap(answer -> answer.next());
    }
    return steps;
  }
}
