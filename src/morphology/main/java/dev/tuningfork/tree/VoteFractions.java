package dev.tuningfork.tree;

/**
 * What volunteers said about one galaxy. Immutable.
 *
 * @see KaggleColumns#read
 */
public final class VoteFractions {

  private final String galaxyId;
  private final AnswerProbabilities fractions;
  private final double[] asked;

  VoteFractions(String galaxyId, AnswerProbabilities fractions, double[] asked) {
    this.galaxyId = galaxyId;
    this.fractions = fractions;
    this.asked = asked;
  }

  public String galaxyId() {
    return galaxyId;
  }

  /**
   * For each question the share of each answer among those who were asked; questions that nobody
   * was asked, or of which nothing is known, are not answered.
   */
  public AnswerProbabilities fractions() {
    return fractions;
  }

  /**
   * The share of volunteers who were asked this question, 0 to 1, and so how much its fractions
   * weigh; 0 where nothing is known of it.
   */
  public double asked(Question question) {
    return asked[fractions.tree().index(question.id())];
  }
}
