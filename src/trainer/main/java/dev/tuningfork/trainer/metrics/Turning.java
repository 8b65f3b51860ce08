package dev.tuningfork.trainer.metrics;

import dev.tuningfork.tree.Question;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.SequencedMap;

/**
 * How far a model's answers move when the image turns, though a galaxy has no up: the eight
 * orientations of the square beside the upright one, over all galaxies.
 *
 * @param questions by question's id, the mean of {@link Judged.Move#change} and all of {@link
 *     Judged.Move#otherAnswer} together
 * @param change the mean over all answers of all questions
 */
public record Turning(SequencedMap<String, Judged.Move> questions, double change) {

  public Turning {
    questions = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(questions));
  }

  /**
   * @param galaxies at least one, all of which were turned
   */
  static Turning of(List<Question> questions, List<Judged> galaxies) {
    SequencedMap<String, Judged.Move> moves = new LinkedHashMap<>();
    double sum = 0;
    int answers = 0;
    for (Question question : questions) {
      List<Judged.Move> each =
          galaxies.stream()
              .map(galaxy -> galaxy.turned().orElseThrow().moves().get(question.id()))
              .map(Objects::requireNonNull)
              .toList();
      double change = each.stream().mapToDouble(Judged.Move::change).average().orElseThrow();
      Share others = each.stream().map(Judged.Move::otherAnswer).reduce(Share::plus).orElseThrow();
      moves.put(question.id(), new Judged.Move(change, others));
      sum += change * question.answers().size();
      answers += question.answers().size();
    }
    return new Turning(moves, sum / answers);
  }

  /**
   * Of one question.
   *
   * @throws IllegalArgumentException if the model does not answer it
   */
  public Judged.Move of(String questionId) {
    Judged.Move move = questions.get(questionId);
    if (move == null) {
      throw new IllegalArgumentException("Nothing is known of question " + questionId + ".");
    }
    return move;
  }
}
