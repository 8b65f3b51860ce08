package dev.tuningfork.tree;

import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What is known about a galaxy without vote fractions: a condition on the joint probabilities of
 * answers, in conjunctive normal form. It holds where every clause does, and a clause holds where
 * one of its bounds does.
 *
 * <p>Probabilities may be known in part. A bound on an answer of which nothing is known is neither
 * kept nor broken, and so {@link #holds} and {@link #contradicts} may both be false. An answer
 * whose question nobody comes to has the joint probability 0.
 *
 * @param clauses all of them hold; none says nothing
 */
public record Constraint(List<Clause> clauses) {

  /** Beneath the last digit of published fractions, above the rounding of products of doubles. */
  private static final double ROUNDING = 1e-9;

  /**
   * Bounds of which at least one is kept.
   *
   * @param bounds at least one
   */
  public record Clause(List<Bound> bounds) {
    public Clause {
      bounds = List.copyOf(bounds);
      if (bounds.isEmpty()) {
        throw new IllegalArgumentException("A clause of a constraint needs at least one bound.");
      }
    }

    @Override
    public String toString() {
      return bounds.stream().map(Bound::toString).collect(Collectors.joining(" or "));
    }
  }

  /**
   * A bound on the joint probability of one answer.
   *
   * @param answer its id, such as {@code a08}
   * @param atLeast whether the probability is at least the threshold, else it is below
   * @param threshold above 0, at most 1
   */
  public record Bound(String answer, boolean atLeast, double threshold) {
    public Bound {
      if (!(threshold > 0 && threshold <= 1)) {
        throw new IllegalArgumentException(
            "A bound on answer %s must be above 0 and at most 1, not %s."
                .formatted(answer, threshold));
      }
    }

    /** What holds where this does not. */
    public Bound negated() {
      return new Bound(answer, !atLeast, threshold);
    }

    private boolean keptBy(double joint) {
      return joint >= threshold - ROUNDING == atLeast;
    }

    private double slack(double joint) {
      return atLeast ? joint - threshold : threshold - joint;
    }

    @Override
    public String toString() {
      return answer + (atLeast ? " >= " : " < ") + threshold;
    }
  }

  public Constraint {
    clauses = List.copyOf(clauses);
  }

  /**
   * Whether these probabilities are known to keep the constraint.
   *
   * @throws IllegalArgumentException if their tree has no answer of a bound's id
   */
  public boolean holds(AnswerProbabilities probabilities) {
    return clauses.stream()
        .allMatch(
            clause ->
                clause.bounds().stream()
                    .anyMatch(
                        bound -> {
                          OptionalDouble joint = joint(probabilities, bound.answer());
                          return joint.isPresent() && bound.keptBy(joint.getAsDouble());
                        }));
  }

  /**
   * Whether these probabilities are known to break the constraint.
   *
   * @throws IllegalArgumentException if their tree has no answer of a bound's id
   */
  public boolean contradicts(AnswerProbabilities probabilities) {
    return clauses.stream()
        .anyMatch(
            clause ->
                clause.bounds().stream()
                    .allMatch(
                        bound -> {
                          OptionalDouble joint = joint(probabilities, bound.answer());
                          return joint.isPresent() && !bound.keptBy(joint.getAsDouble());
                        }));
  }

  /**
   * How far within the constraint these probabilities are: of its clauses the one that is kept
   * worst, and of a clause's bounds the one that is kept best, as the difference of the joint
   * probability from the threshold. Negative where the constraint is broken, and infinite where
   * there are no clauses.
   *
   * @return empty if too little is known of the probabilities to tell
   * @throws IllegalArgumentException if their tree has no answer of a bound's id
   */
  public OptionalDouble slack(AnswerProbabilities probabilities) {
    double slack = Double.POSITIVE_INFINITY;
    for (Clause clause : clauses) {
      double best = Double.NEGATIVE_INFINITY;
      for (Bound bound : clause.bounds()) {
        OptionalDouble joint = joint(probabilities, bound.answer());
        if (joint.isEmpty()) {
          return joint;
        }
        best = Math.max(best, bound.slack(joint.getAsDouble()));
      }
      slack = Math.min(slack, best);
    }
    return OptionalDouble.of(slack);
  }

  /** Both this and the other. */
  public Constraint and(Constraint other) {
    return new Constraint(
        Stream.concat(clauses.stream(), other.clauses.stream()).distinct().toList());
  }

  @Override
  public String toString() {
    return clauses.stream()
        .map(clause -> clause.bounds().size() > 1 ? "(" + clause + ")" : clause.toString())
        .collect(Collectors.joining(" and "));
  }

  private static OptionalDouble joint(AnswerProbabilities probabilities, String answerId) {
    for (Question question : probabilities.tree().questions()) {
      for (int a = 0; a < question.answers().size(); a++) {
        if (question.answers().get(a).id().equals(answerId)) {
          OptionalDouble asked = probabilities.asked(question);
          if (asked.isEmpty() || asked.getAsDouble() == 0) {
            return asked;
          }
          return probabilities.answers(question)
              ? OptionalDouble.of(probabilities.joint(question)[a])
              : OptionalDouble.empty();
        }
      }
    }
    throw new IllegalArgumentException(
        "Decision tree %s has no answer '%s'.".formatted(probabilities.tree().id(), answerId));
  }
}
