package dev.tuningfork.trainer.metrics;

import static dev.tuningfork.trainer.metrics.Galaxies.FIRST;
import static dev.tuningfork.trainer.metrics.Galaxies.ROUNDED;
import static dev.tuningfork.trainer.metrics.Galaxies.TREE;
import static dev.tuningfork.trainer.metrics.Galaxies.alone;
import static dev.tuningfork.trainer.metrics.Galaxies.asVoted;
import static dev.tuningfork.trainer.metrics.Galaxies.judged;
import static dev.tuningfork.trainer.metrics.Galaxies.votes;
import static dev.tuningfork.trainer.metrics.Galaxies.withStar;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.groups.Tuple.tuple;

import dev.tuningfork.trainer.data.LabelledGalaxy;
import dev.tuningfork.tree.AnswerProbabilities;
import dev.tuningfork.tree.Constraint;
import dev.tuningfork.tree.Interval;
import dev.tuningfork.tree.VoteFractions;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class MetricsTest {

  @Test
  void aQuestionIsJudgedOnAllOnThoseReachedAndOnThoseAgreed() {
    AnswerProbabilities round = alone(ROUNDED, 1, 0, 0);
    Metrics figures =
        Metrics.of(
            List.of(ROUNDED),
            List.of(
                judged(votes("1", .9, .9, .1, 0), round), // reached and agreed, right
                judged(votes("2", .9, .6, .4, 0), round), // reached, right
                judged(votes("3", .6, .1, .9, 0), round), // reached and agreed, wrong
                judged(votes("4", .2, 0, 1, 0), round), // not reached, wrong
                judged(votes("5", 0, 1, 0, 0), round)), // nobody was asked
            Judged::upright);

    QuestionMetrics rounded = figures.question("t07");
    assertThat(figures.galaxies()).isEqualTo(5);
    assertThat(rounded.all().accuracy()).isEqualTo(new Share(2, 4));
    assertThat(rounded.reached().accuracy()).isEqualTo(new Share(2, 3));
    assertThat(rounded.agreed().accuracy()).isEqualTo(new Share(1, 2));
    assertThat(figures.rmse()).as("of one question").isEmpty();
    assertThat(rounded.byName())
        .containsEntry("galaxies", 4.0)
        .containsEntry("accuracyAgreed", .5)
        .doesNotContainKeys("rmse", "within90");
  }

  @Test
  void theErrorIsOverKagglesColumnsBesideThatOfTheirMean() {
    VoteFractions smooth = votes("1", 1, 1, 0, 0);
    VoteFractions edgeOn = votes("2", 0, 1, 0, 0);
    Metrics perfect = wholeTree(judged(smooth, asVoted(smooth)), judged(edgeOn, asVoted(edgeOn)));

    assertThat(perfect.rmse().getAsDouble()).isCloseTo(0, within(1e-9));
    // the two differ by 1 in smooth, features, completely round, edge-on and rounded bulge
    assertThat(perfect.rmseOfMean().getAsDouble()).isCloseTo(Math.sqrt(5 * .25 / 37), within(1e-9));

    Metrics wrong = wholeTree(judged(smooth, asVoted(edgeOn)));
    assertThat(wrong.rmse().getAsDouble()).isCloseTo(Math.sqrt(5 / 37.0), within(1e-9));
    assertThat(wrong.question("t01").rmse().getAsDouble())
        .isCloseTo(Math.sqrt(2 / 3.0), within(1e-9));
  }

  /** Five columns of each galaxy are at ½, so 44 volunteers scatter by ½ ÷ √43 in each. */
  @Test
  void theScatterOfVolunteersIsPartOfTheError() {
    VoteFractions undecided = votes("1", .5, 1, 0, 0);
    Metrics figures = wholeTree(judged(undecided, asVoted(votes("1", 1, 1, 0, 0))));

    QuestionMetrics first = figures.question("t01");
    assertThat(first.scatter().getAsDouble()).isCloseTo(Math.sqrt(2 * .25 / 43 / 3), within(1e-9));
    assertThat(figures.scatter().getAsDouble())
        .isCloseTo(Math.sqrt(5 * .25 / 43 / 37), within(1e-9));
    assertThat(figures.shareOfError(first).getAsDouble()).isCloseTo(.4, within(1e-9));
    assertThat(first.errors())
        .extracting(error -> error.answer().id(), AnswerError::votes, AnswerError::probability)
        .containsExactly(tuple("a01", .5, 1.), tuple("a02", .5, 0.), tuple("a03", 0., 0.));
  }

  @Test
  void withoutKagglesQuirkNobodyIsAskedWhetherAStarIsOdd() {
    VoteFractions star = withStar("1", .5, .5);
    VoteFractions smooth = votes("2", 1, 1, 0, 0);
    Metrics figures = wholeTree(judged(star, asVoted(smooth)));

    // by both: smooth and completely round ½ too high, star ½ too low; 1 volunteer in 2 saw no
    // star,
    // so by the tree alone "not odd" is ½ too high as well
    assertThat(figures.rmse().getAsDouble()).isCloseTo(Math.sqrt(3 * .25 / 37), within(1e-9));
    assertThat(figures.rmseOfTree().getAsDouble()).isCloseTo(Math.sqrt(4 * .25 / 37), within(1e-9));
  }

  @Test
  void aClassFollowsWhereTheAnswersKeepItsRule() {
    Constraint round =
        new Constraint(
            List.of(
                new Constraint.Clause(List.of(new Constraint.Bound("a01", true, .469))),
                new Constraint.Clause(List.of(new Constraint.Bound("a16", true, .5)))));
    AnswerProbabilities yes = asVoted(votes("", .6, .9, .1, 0));
    AnswerProbabilities no = asVoted(votes("", .6, .8, .2, 0));
    Constraint notSmooth =
        new Constraint(
            List.of(new Constraint.Clause(List.of(new Constraint.Bound("a01", false, .469)))));
    Metrics figures =
        wholeTree(
            classed("completely_round", round, yes),
            classed("completely_round", round, no),
            classed("none", notSmooth, no));

    assertThat(figures.galaxies()).as("with votes").isZero();
    assertThat(figures.classes())
        .containsExactly(
            entry("completely_round", new Share(1, 2)), entry("none", new Share(0, 1)));
    assertThat(figures.followed()).isEqualTo(new Share(1, 3));
    assertThat(figures.followedOfNamed()).isEqualTo(new Share(1, 2));
    assertThat(figures.question("t01").all().accuracy().whole()).isZero();
  }

  @Test
  void aClassIsTheNearestWhereItsRuleIsMissedByLessThanAnyOther() {
    Constraint round = smoothAnd("a16");
    Constraint between = smoothAnd("a17");
    AnswerProbabilities rounder = asVoted(votes("", .5, .7, .3, 0));
    AnswerProbabilities longer = asVoted(votes("", .5, .3, .7, 0));
    Metrics figures =
        wholeTree(
            classed("completely_round", round, rounder),
            classed("completely_round", round, longer),
            classed("in_between", between, longer),
            classed("none", new Constraint(List.of()), longer));

    assertThat(figures.followedOfNamed()).as("to the letter").isEqualTo(new Share(0, 3));
    assertThat(figures.nearestClasses())
        .containsExactly(
            entry("completely_round", new Share(1, 2)), entry("in_between", new Share(1, 1)));
    assertThat(figures.nearest()).isEqualTo(new Share(2, 3));
  }

  private static Constraint smoothAnd(String shape) {
    return new Constraint(
        List.of(
            new Constraint.Clause(List.of(new Constraint.Bound("a01", true, .469))),
            new Constraint.Clause(List.of(new Constraint.Bound(shape, true, .5)))));
  }

  @Test
  void intervalsAreCountedAnswerByAnswer() {
    List<Interval> bounds =
        List.of(new Interval(.1, .4), new Interval(.5, .7), new Interval(0, .1));
    double[] answers = {.3, .6, .1};
    QuestionMetrics figures =
        QuestionMetrics.of(
            FIRST,
            List.of(
                new Comparison(
                    1,
                    new double[] {.4, .6, 0},
                    answers,
                    bounds,
                    OptionalDouble.empty()), // all three
                new Comparison(
                    .2,
                    new double[] {.5, .5, 0},
                    answers,
                    bounds,
                    OptionalDouble.empty())), // the last two
            List.of(),
            Optional.empty());

    assertThat(figures.within()).isEqualTo(new Share(5, 6));
    assertThat(figures.reachedWithin()).isEqualTo(new Share(3, 3));
  }

  /** Where the model is sure of what volunteers say, they are within; where it is too sure, not. */
  @Test
  void theIntervalsAreThoseOfTheModel() {
    double[] concentrations = new double[TREE.answerCount()];
    Arrays.fill(concentrations, 5);
    AnswerProbabilities unsure = AnswerProbabilities.ofConcentrations(TREE, concentrations);
    Metrics figures = wholeTree(judged(votes("1", .4, .3, .4, .3), unsure));

    // Beta(5, 10) has its 90 % from 0.153 to 0.540, and nobody saw a star
    assertThat(figures.question("t01").reachedWithin()).isEqualTo(new Share(1, 3));
    assertThat(figures.question("t07").within()).isEqualTo(new Share(3, 3));
    assertThat(figures.question("t07").reachedWithin()).isEqualTo(new Share(0, 0));
    assertThat(figures.byName()).containsKey("within90Asked");
  }

  @Test
  void turningIsTheMeanMoveFromTheUprightView() {
    Judged galaxy =
        Galaxies.turned(
            votes("1", .6, 1, 0, 0),
            alone(FIRST, .6, .4, 0),
            alone(FIRST, .5, .5, 0), // moves by .1, .1, 0; the first of equals stays
            alone(FIRST, .3, .6, .1)); // moves by .3, .2, .1
    Turning turning = Turning.of(List.of(FIRST), List.of(galaxy));

    assertThat(turning.change()).isCloseTo((.2 + .6) / 6, within(1e-12));
    assertThat(turning.of("t01").otherAnswer()).isEqualTo(new Share(1, 2));
    assertThat(galaxy.turned().orElseThrow().mean().conditional(FIRST)[0])
        .isCloseTo((.6 + .5 + .3) / 3, within(1e-12));
  }

  @Test
  void theWorstMistakeComesFirstWithTheQuestionOnWhichItIsMade() {
    VoteFractions smooth = votes("right", .9, .9, .1, 0);
    VoteFractions cigar = votes("rounded", .9, 0, .1, .9);
    VoteFractions edgeOn = votes("wrong", .1, 1, 0, 0);
    List<Mistake> worst =
        Mistake.worst(
            TREE.questions(),
            List.of(
                judged(smooth, asVoted(smooth)),
                judged(cigar, asVoted(smooth)),
                judged(edgeOn, asVoted(smooth))),
            Judged::upright,
            2);

    assertThat(worst)
        .extracting(mistake -> mistake.galaxy().galaxy().id(), mistake -> mistake.question().key())
        .containsExactly(tuple("rounded", "rounded"), tuple("wrong", "smooth-or-featured"));
    // asked 0.9 of volunteers: squares of .9, 0 and .9
    assertThat(worst.getFirst().error()).isCloseTo(.9 * (.81 + .81), within(1e-9));
  }

  /** With concentrations of 1 and 1, each number of yes votes among 9 is as probable. */
  @Test
  void theLogLikelihoodIsThatOfTheCountedVotes() {
    double[] concentrations = new double[TREE.answerCount()];
    Arrays.fill(concentrations, Double.NaN);
    Arrays.fill(concentrations, TREE.firstAnswer(FIRST), TREE.firstAnswer(FIRST) + 3, 1);
    AnswerProbabilities flat = AnswerProbabilities.ofConcentrations(TREE, concentrations);
    double[] counts = new double[TREE.answerCount()];
    Arrays.fill(counts, Double.NaN);
    counts[0] = 6;
    counts[1] = 3;
    counts[2] = 0;
    Judged counted = judged(VoteFractions.ofCounts("1", TREE, counts), flat);
    Judged fractions = judged(votes("2", .9, .9, .1, 0), flat);

    Metrics figures = Metrics.of(List.of(FIRST), List.of(counted, fractions), Judged::upright);

    // 55 ways to share 9 votes among three answers
    assertThat(figures.question("t01").logLikelihood().getAsDouble())
        .isCloseTo(-Math.log(55), within(1e-9));
    assertThat(figures.byName()).containsKey("logLikelihood");
    assertThat(
            Metrics.of(List.of(FIRST), List.of(fractions), Judged::upright)
                .question("t01")
                .byName())
        .doesNotContainKey("logLikelihood");
  }

  private static Metrics wholeTree(Judged... galaxies) {
    return Metrics.of(TREE.questions(), List.of(galaxies), Judged::upright);
  }

  private static Judged classed(String name, Constraint constraint, AnswerProbabilities answers) {
    return new Judged(
        new LabelledGalaxy(
            name,
            TREE,
            Path.of("nowhere"),
            Optional.empty(),
            Optional.of(constraint),
            Optional.of(name)),
        OptionalInt.empty(),
        answers,
        Optional.empty());
  }
}
