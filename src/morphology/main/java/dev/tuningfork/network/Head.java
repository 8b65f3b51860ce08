package dev.tuningfork.network;

import dev.tuningfork.tree.Question;
import java.util.List;

/**
 * A question that a network answers: it gets one logit for each answer.
 *
 * @param question the question's id, such as {@code t01}
 * @param answers how many answers the question has, at least two
 */
public record Head(String question, int answers) {

  public Head {
    if (answers < 2) {
      throw new IllegalArgumentException(
          "Question %s needs at least two answers, not %d.".formatted(question, answers));
    }
  }

  /** One head a question, in the given order, which is the order of the network's logits. */
  public static List<Head> of(List<Question> questions) {
    return questions.stream()
        .map(question -> new Head(question.id(), question.answers().size()))
        .toList();
  }
}
