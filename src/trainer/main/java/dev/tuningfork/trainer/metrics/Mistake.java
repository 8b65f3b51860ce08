package dev.tuningfork.trainer.metrics;

import dev.tuningfork.tree.AnswerProbabilities;
import dev.tuningfork.tree.Question;
import dev.tuningfork.tree.VoteFractions;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * A galaxy on which a model is far from the volunteers.
 *
 * @param galaxy the galaxy
 * @param answers what the model says
 * @param question the one on which they differ most
 * @param votes the share of each of its answers among volunteers
 * @param error the squared differences between votes and probabilities, summed over answers and
 *     over questions, each question weighted by the share of volunteers who were asked it
 */
@SuppressWarnings("ArrayRecordComponent") // shown, and never compared
public record Mistake(
    Judged galaxy, AnswerProbabilities answers, Question question, double[] votes, double error) {

  /** The greatest, the greatest first. */
  public static List<Mistake> worst(
      List<Question> questions,
      List<Judged> galaxies,
      Function<Judged, AnswerProbabilities> answers,
      int count) {
    return galaxies.stream()
        .flatMap(galaxy -> of(questions, galaxy, answers.apply(galaxy)).stream())
        .sorted(Comparator.comparingDouble(Mistake::error).reversed())
        .limit(count)
        .toList();
  }

  private static Optional<Mistake> of(
      List<Question> questions, Judged galaxy, AnswerProbabilities answers) {
    Optional<VoteFractions> votes = galaxy.galaxy().votes();
    if (votes.isEmpty()) {
      return Optional.empty();
    }
    Question most = questions.getFirst();
    double greatest = -1;
    double sum = 0;
    for (Question question : questions) {
      double error =
          Metrics.comparison(question, votes.get(), answers).map(Mistake::distance).orElse(-1.0);
      sum += Math.max(0, error);
      if (error > greatest) {
        greatest = error;
        most = question;
      }
    }
    return greatest < 0
        ? Optional.empty()
        : Optional.of(
            new Mistake(galaxy, answers, most, votes.get().fractions().conditional(most), sum));
  }

  private static double distance(Comparison comparison) {
    double sum = 0;
    for (int a = 0; a < comparison.votes().length; a++) {
      sum += Math.pow(comparison.votes()[a] - comparison.answers()[a], 2);
    }
    return comparison.asked() * sum;
  }
}
