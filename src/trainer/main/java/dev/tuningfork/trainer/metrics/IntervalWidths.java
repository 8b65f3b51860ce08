package dev.tuningfork.trainer.metrics;

import dev.tuningfork.network.Head;
import dev.tuningfork.network.Network;
import dev.tuningfork.network.Weights;
import dev.tuningfork.trainer.data.HeldOutSplit;
import dev.tuningfork.tree.AnswerProbabilities;
import dev.tuningfork.tree.Question;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/**
 * How much wider a model's 90 % intervals have to be to hold 90 % of what volunteers say.
 *
 * <p>A network learns its uncertainty from galaxies that it has seen, not its error on others, so
 * its intervals are too narrow (Guo et al. 2017 found the same for probabilities). One factor for
 * each question, on the concentrations of its answers, corrects that and changes no probability. It
 * is fitted on galaxies that the model was not trained on, as temperatures are.
 *
 * @param factors by question's id, positive; below 1 widens
 * @param crossFitted the shares of votes within the intervals of galaxies that the factors were not
 *     fitted on: of each half of the galaxies, with the factors of the other half
 */
public record IntervalWidths(SequencedMap<String, Double> factors, Share crossFitted) {

  private static final double PROMISED = 0.9;

  /** A question that fewer galaxies had asked takes the factor that fits all questions together. */
  private static final int ENOUGH = 20;

  private static final double NARROWEST = 1.5;
  private static final double WIDEST = -5;
  private static final double STEP = 0.05;
  private static final HeldOutSplit HALVES = new HeldOutSplit(0.5, "interval widths");

  public IntervalWidths {
    factors = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(factors));
  }

  /**
   * Finds for each question the narrowest intervals that hold what they promise, on galaxies whose
   * question at least half of the volunteers were asked.
   *
   * @param galaxies not trained on; with answers that have intervals
   */
  public static IntervalWidths fit(List<Question> questions, List<Judged> galaxies) {
    List<Judged> voted = galaxies.stream().filter(g -> g.galaxy().votes().isPresent()).toList();
    List<Judged> one = voted.stream().filter(g -> HALVES.holdsOut(g.galaxy().id())).toList();
    List<Judged> other = voted.stream().filter(g -> !HALVES.holdsOut(g.galaxy().id())).toList();
    return new IntervalWidths(
        factors(questions, voted),
        within(questions, other, factors(questions, one))
            .plus(within(questions, one, factors(questions, other))));
  }

  private static SequencedMap<String, Double> factors(
      List<Question> questions, List<Judged> galaxies) {
    double ofAll = factor(questions, galaxies);
    SequencedMap<String, Double> factors = new LinkedHashMap<>();
    for (Question question : questions) {
      long asked =
          galaxies.stream()
              .filter(
                  galaxy ->
                      galaxy.galaxy().votes().orElseThrow().asked(question)
                          >= QuestionMetrics.ASKED)
              .count();
      factors.put(question.id(), asked < ENOUGH ? ofAll : factor(List.of(question), galaxies));
    }
    return factors;
  }

  /** From narrow to wide, since far too wide ones leave again what lies between 0 and 1. */
  private static double factor(List<Question> questions, List<Judged> galaxies) {
    double best = 1;
    double most = 0;
    for (double log = NARROWEST; log > WIDEST; log -= STEP) {
      double factor = Math.exp(log);
      double held = within(questions, galaxies, factor).value().orElse(0);
      if (held >= PROMISED) {
        return factor;
      }
      if (held > most) {
        most = held;
        best = factor;
      }
    }
    return best;
  }

  private static Share within(
      List<Question> questions, List<Judged> galaxies, SequencedMap<String, Double> factors) {
    return questions.stream()
        .map(question -> within(List.of(question), galaxies, factor(factors, question.id())))
        .reduce(Share.NONE, Share::plus);
  }

  private static double factor(Map<String, Double> factors, String question) {
    Double factor = factors.get(question);
    if (factor == null) {
      throw new IllegalArgumentException("No width was fitted for question " + question + ".");
    }
    return factor;
  }

  private static Share within(List<Question> questions, List<Judged> galaxies, double factor) {
    Share within = Share.NONE;
    for (Judged galaxy : galaxies) {
      AnswerProbabilities answers = galaxy.upright().concentrated(question -> factor);
      for (Question question : questions) {
        within =
            Metrics.comparison(question, galaxy.galaxy().votes().orElseThrow(), answers)
                .filter(Comparison::reached)
                .map(Comparison::within)
                .orElse(Share.NONE)
                .plus(within);
      }
    }
    return within;
  }

  /**
   * A network's weights with these widths: the logarithm of each question's factor is added to the
   * biases of its answers.
   *
   * @param heads the questions that the network answers, in its order
   */
  public Weights applied(Weights weights, List<Head> heads) {
    String name = Network.ANSWERS + ".bias";
    float[] widened = weights.array(name).values().clone();
    int answer = 0;
    for (Head head : heads) {
      double widening = Math.log(factor(factors, head.question()));
      for (int end = answer + head.answers(); answer < end; answer++) {
        widened[answer] += (float) widening;
      }
    }
    return weights.with(name, widened);
  }
}
