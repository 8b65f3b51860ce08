package dev.tuningfork.tree;

import java.util.List;

/**
 * One question that volunteers are asked about a galaxy.
 *
 * @param id the campaign's identifier, such as {@code t01}
 * @param key a readable name that is unique within the tree, such as {@code smooth-or-featured}
 * @param text the question as volunteers read it
 * @param answers at least two answers, in the campaign's order
 */
public record Question(String id, String key, String text, List<Answer> answers) {

  public Question {
    answers = List.copyOf(answers);
  }
}
