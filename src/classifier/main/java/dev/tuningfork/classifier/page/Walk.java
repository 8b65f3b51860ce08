package dev.tuningfork.classifier.page;

import dev.tuningfork.tree.Answer;
import dev.tuningfork.tree.AnswerProbabilities;
import dev.tuningfork.tree.Question;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The path through the tree that takes the most probable answer to each question. */
final class Walk {

  /**
   * One step.
   *
   * @param probability of the answer, given that the question is asked
   */
  record Step(String question, String answer, double probability) {}

  private Walk() {}

  /** As far as the model answers. */
  static List<Step> of(AnswerProbabilities answers) {
    List<Step> steps = new ArrayList<>();
    Optional<Question> next = Optional.of(answers.tree().root());
    while (next.isPresent() && answers.answers(next.get())) {
      Question question = next.get();
      int best = answers.mostProbable(question);
      Answer given = question.answers().get(best);
      steps.add(new Step(question.key(), given.key(), answers.conditional(question)[best]));
      next = given.next().map(answers.tree()::question);
    }
    return steps;
  }
}
