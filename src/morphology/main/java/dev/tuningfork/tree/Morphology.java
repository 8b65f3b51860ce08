package dev.tuningfork.tree;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.stream.Collectors;

/**
 * What a galaxy looks like, by the most probable answer at each step of the walk.
 *
 * @param classString the campaign's short form, such as {@code SBb2m}; for Galaxy Zoo 2 the {@code
 *     gz2_class} of Willett et al. 2013. Incomplete if the model does not answer the whole walk,
 *     and empty if it does not answer the first question
 * @param sentence the same in words, on one line: the tree's own, or the keys of questions and
 *     answers where it has none
 */
public record Morphology(String classString, String sentence) {

  public static Morphology of(AnswerProbabilities probabilities) {
    DecisionTree tree = probabilities.tree();
    if (!probabilities.answers(tree.root())) {
      return new Morphology("", answersAlone(probabilities));
    }
    SequencedMap<String, Answer> walk = new LinkedHashMap<>();
    Question question = tree.root();
    while (probabilities.answers(question)) {
      Answer answer = mostProbable(probabilities, question);
      walk.put(question.id(), answer);
      if (answer.next().isEmpty()) {
        break;
      }
      question = tree.question(answer.next().get());
    }
    StringBuilder codes = new StringBuilder();
    for (Question step : tree.classString()) {
      Answer answer = walk.get(step.id());
      if (answer != null) {
        codes.append(answer.code());
      }
    }
    if (tree.sentence().isEmpty()) {
      return new Morphology(codes.toString(), plain(tree, walk));
    }
    StringBuilder words = new StringBuilder();
    for (Question step : tree.sentence()) {
      Answer answer = walk.get(step.id());
      if (answer != null) {
        words.append(answer.words());
      }
    }
    return new Morphology(codes.toString(), words.append('.').toString());
  }

  private static String plain(DecisionTree tree, SequencedMap<String, Answer> walk) {
    return walk.entrySet().stream()
        .map(
            step ->
                (tree.question(step.getKey()).key() + ": " + step.getValue().key())
                    .replace('-', ' '))
        .collect(Collectors.joining("; ", "", "."));
  }

  /** Without the root there is no walk: each question that is answered stands for itself. */
  private static String answersAlone(AnswerProbabilities probabilities) {
    List<String> answers = new ArrayList<>();
    for (Question question : probabilities.tree().questions()) {
      if (probabilities.answers(question)) {
        answers.add(question.text() + " " + mostProbable(probabilities, question).key() + ".");
      }
    }
    return answers.isEmpty() ? "Nothing is known." : String.join(" ", answers);
  }

  private static Answer mostProbable(AnswerProbabilities probabilities, Question question) {
    return question.answers().get(probabilities.mostProbable(question));
  }
}
