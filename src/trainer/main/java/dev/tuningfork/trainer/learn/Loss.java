package dev.tuningfork.trainer.learn;

/** A loss that training minimises; a galaxy counts only by what is known of it. */
public sealed interface Loss {

  /**
   * The cross-entropy between vote fractions and probabilities, each question weighted by the share
   * of volunteers who were asked it, so that what nobody was asked teaches nothing.
   */
  record CrossEntropy() implements Loss {
    @Override
    public String toString() {
      return "cross-entropy of vote fractions, weighted by the share asked";
    }
  }

  /**
   * The squared difference of joint probabilities, summed over those that are known. For Galaxy Zoo
   * 2 they are Kaggle's columns, and this is what the challenge was judged by. Needs a model of the
   * whole tree.
   */
  record SquaredError() implements Loss {
    @Override
    public String toString() {
      return "squared error of joint probabilities";
    }
  }

  /**
   * The negative logarithm of the Dirichlet-multinomial probability of the votes (Walmsley et al.
   * 2020), divided by {@code votes}. It gives a model intervals: its outputs become logarithms of
   * concentrations. Where votes were counted, these are the votes, and a galaxy weighs the more,
   * the more volunteers looked at it.
   *
   * @param votes how many volunteers a galaxy is taken to have had, where only fractions are known
   */
  record DirichletMultinomial(double votes) implements Loss {
    public DirichletMultinomial {
      if (!(votes > 0)) {
        throw new IllegalArgumentException(
            "The effective number of votes must be positive, not " + votes + ".");
      }
    }

    @Override
    public String toString() {
      return "Dirichlet-multinomial likelihood of %s votes".formatted(votes);
    }
  }

  /**
   * How far joint probabilities violate the constraints of a galaxy's class, squared and summed
   * over the violated clauses; for galaxies with only a class. Needs a model of the whole tree.
   */
  record ClassRule() implements Loss {

    /** Its weight beside other losses where nothing else is said. */
    public static final double WEIGHT = 10;

    @Override
    public String toString() {
      return "squared distance from what the class demands";
    }
  }
}
