package dev.tuningfork.tree;

import java.util.OptionalDouble;
import org.apache.commons.numbers.gamma.LogGamma;

/** How probable votes are under a model that gives concentrations (Walmsley et al. 2020). */
public final class DirichletMultinomial {

  private DirichletMultinomial() {}

  /**
   * The natural logarithm of the probability of a question's votes: that so many volunteers as were
   * counted give these answers. Votes that were weighted need not be whole.
   *
   * @return at most 0 for whole votes; empty if only fractions are known, if nobody was asked, or
   *     if the model gives no concentrations
   * @throws IllegalArgumentException if the model does not answer this question
   */
  public static OptionalDouble logLikelihood(
      Question question, VoteFractions votes, AnswerProbabilities model) {
    OptionalDouble total = model.concentration(question);
    if (total.isEmpty() || votes.volunteers().isEmpty() || votes.asked(question) == 0) {
      return OptionalDouble.empty();
    }
    double counted = votes.volunteers().getAsDouble() * votes.asked(question);
    double[] fractions = votes.fractions().conditional(question);
    double[] probabilities = model.conditional(question);
    double sum =
        LogGamma.value(counted + 1)
            + LogGamma.value(total.getAsDouble())
            - LogGamma.value(total.getAsDouble() + counted);
    for (int a = 0; a < fractions.length; a++) {
      double count = counted * fractions[a];
      double concentration = Math.max(total.getAsDouble() * probabilities[a], Double.MIN_NORMAL);
      sum +=
          LogGamma.value(concentration + count)
              - LogGamma.value(concentration)
              - LogGamma.value(count + 1);
    }
    return OptionalDouble.of(sum);
  }
}
