package dev.tuningfork.trainer.metrics;

import dev.tuningfork.trainer.data.LabelledGalaxy;
import dev.tuningfork.tree.AnswerProbabilities;
import dev.tuningfork.tree.DecisionTree;
import dev.tuningfork.tree.KaggleColumns;
import dev.tuningfork.tree.Question;
import dev.tuningfork.tree.VoteFractions;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Galaxies that are smooth or else seen edge-on with a rounded bulge, and nothing odd. */
public final class Galaxies {

  public static final DecisionTree TREE = DecisionTree.galaxyZoo2();
  public static final Question FIRST = TREE.question("t01");
  public static final Question ROUNDED = TREE.question("t07");

  private Galaxies() {}

  /**
   * @param smooth the share of volunteers who were asked how round it is
   * @param round and the two that follow, their answers to that
   */
  public static VoteFractions votes(
      String id, double smooth, double round, double between, double cigar) {
    return KaggleColumns.read(id, columns(smooth, 0, round, between, cigar));
  }

  /** The same where some saw a star. */
  public static VoteFractions withStar(String id, double smooth, double star) {
    return KaggleColumns.read(id, columns(smooth, star, 1, 0, 0));
  }

  private static double[] columns(
      double smooth, double star, double round, double between, double cigar) {
    double[] columns = new double[KaggleColumns.NAMES.size()];
    double features = 1 - smooth - star;
    set(columns, "Class1.1", smooth);
    set(columns, "Class1.2", features);
    set(columns, "Class1.3", star);
    set(columns, "Class2.1", features);
    set(columns, "Class9.1", features);
    set(columns, "Class6.2", 1);
    set(columns, "Class7.1", smooth * round);
    set(columns, "Class7.2", smooth * between);
    set(columns, "Class7.3", smooth * cigar);
    return columns;
  }

  private static void set(double[] columns, String name, double value) {
    columns[KaggleColumns.NAMES.indexOf(name)] = value;
  }

  /** A model that answers one question alone. */
  public static AnswerProbabilities alone(Question question, double... probabilities) {
    double[] conditional = new double[TREE.answerCount()];
    Arrays.fill(conditional, Double.NaN);
    System.arraycopy(
        probabilities, 0, conditional, TREE.firstAnswer(question), probabilities.length);
    return AnswerProbabilities.of(TREE, conditional);
  }

  /** What the votes say, and the first answer wherever nobody was asked. */
  public static AnswerProbabilities asVoted(VoteFractions votes) {
    double[] conditional = new double[TREE.answerCount()];
    for (Question question : TREE.questions()) {
      int first = TREE.firstAnswer(question);
      if (votes.fractions().answers(question)) {
        double[] known = votes.fractions().conditional(question);
        System.arraycopy(known, 0, conditional, first, known.length);
      } else {
        conditional[first] = 1;
      }
    }
    return AnswerProbabilities.of(TREE, conditional);
  }

  public static Judged judged(VoteFractions votes, AnswerProbabilities answers) {
    return new Judged(galaxy(votes), OptionalInt.empty(), answers, Optional.empty());
  }

  /** Looked at in as many views as there are answers, of which the first is the upright one. */
  public static Judged turned(VoteFractions votes, AnswerProbabilities... views) {
    return new Judged(
        galaxy(votes),
        OptionalInt.empty(),
        views[0],
        Optional.of(Judged.Turned.of(List.of(views))));
  }

  private static LabelledGalaxy galaxy(VoteFractions votes) {
    return new LabelledGalaxy(
        votes.galaxyId(),
        votes.fractions().tree(),
        Path.of("nowhere", votes.galaxyId() + ".jpg"),
        Optional.of(votes),
        Optional.empty(),
        Optional.empty());
  }
}
