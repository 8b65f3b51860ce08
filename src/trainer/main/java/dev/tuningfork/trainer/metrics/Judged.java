package dev.tuningfork.trainer.metrics;

import dev.tuningfork.trainer.data.LabelledGalaxy;
import dev.tuningfork.tree.AnswerProbabilities;
import dev.tuningfork.tree.Question;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/**
 * A galaxy that a model was asked about.
 *
 * @param galaxy what is known of it
 * @param cropPixels the side of the central part of its image that the model saw, where that is not
 *     the model's own choice
 * @param upright what the model said about its image as it is
 * @param turned what it said about the image in other orientations; empty where it was not asked
 */
public record Judged(
    LabelledGalaxy galaxy,
    OptionalInt cropPixels,
    AnswerProbabilities upright,
    Optional<Turned> turned) {

  /**
   * What a model said about one image in the eight orientations of the square.
   *
   * @param mean of all eight
   * @param moves by the id of each question that the model answers, how far the answers are from
   *     those of the upright image
   */
  public record Turned(AnswerProbabilities mean, Map<String, Move> moves) {

    public Turned {
      moves = Map.copyOf(moves);
    }

    /**
     * How an answer moves as its image turns.
     *
     * @param views at least one look at the image, the upright one first
     */
    public static Turned of(List<AnswerProbabilities> views) {
      AnswerProbabilities upright = views.getFirst();
      return new Turned(
          AnswerProbabilities.average(views),
          upright.tree().questions().stream()
              .filter(upright::answers)
              .collect(Collectors.toMap(Question::id, question -> Move.of(question, views))));
    }
  }

  /**
   * How far the answers to one question move when the image turns.
   *
   * @param change the mean absolute difference of an answer's joint probability from that of the
   *     upright image, over the other views and the answers; of its conditional one where the model
   *     does not tell how probable it is that the question is asked
   * @param otherAnswer the other views whose most probable answer is another one
   */
  public record Move(double change, Share otherAnswer) {

    static Move of(Question question, List<AnswerProbabilities> views) {
      double[] upright = probabilities(question, views.getFirst());
      double change = 0;
      int others = 0;
      for (AnswerProbabilities view : views.subList(1, views.size())) {
        double[] turned = probabilities(question, view);
        for (int a = 0; a < turned.length; a++) {
          change += Math.abs(turned[a] - upright[a]);
        }
        others += Comparison.largest(turned) == Comparison.largest(upright) ? 0 : 1;
      }
      int count = views.size() - 1;
      return new Move(change / (count * upright.length), new Share(others, count));
    }

    private static double[] probabilities(Question question, AnswerProbabilities view) {
      return view.asked(question).isPresent() ? view.joint(question) : view.conditional(question);
    }
  }
}
