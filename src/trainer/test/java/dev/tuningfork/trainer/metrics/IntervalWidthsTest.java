package dev.tuningfork.trainer.metrics;

import static dev.tuningfork.trainer.metrics.Galaxies.FIRST;
import static dev.tuningfork.trainer.metrics.Galaxies.ROUNDED;
import static dev.tuningfork.trainer.metrics.Galaxies.TREE;
import static dev.tuningfork.trainer.metrics.Galaxies.judged;
import static dev.tuningfork.trainer.metrics.Galaxies.votes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tuningfork.network.Architectures;
import dev.tuningfork.network.Head;
import dev.tuningfork.network.Network;
import dev.tuningfork.network.Weights;
import dev.tuningfork.tree.AnswerProbabilities;
import dev.tuningfork.tree.Question;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class IntervalWidthsTest {

  /** Galaxies whose share of "smooth" is spread evenly, and a model that claims to know it. */
  private static List<Judged> galaxies(int count, double claimed) {
    SplittableRandom random = new SplittableRandom(5);
    return IntStream.range(0, count)
        .mapToObj(
            i -> {
              double smooth = random.nextDouble(0.05, 0.95);
              double round = random.nextDouble();
              return judged(
                  votes(String.valueOf(i), smooth, round, 1 - round, 0), answers(claimed));
            })
        .toList();
  }

  /** The mean alone, as if known from so many votes, and how round it is from fewer. */
  private static AnswerProbabilities answers(double votes) {
    double[] concentrations = new double[TREE.answerCount()];
    Arrays.fill(concentrations, Double.NaN);
    concentrate(concentrations, FIRST, votes);
    concentrate(concentrations, ROUNDED, votes / 20);
    return AnswerProbabilities.ofConcentrations(TREE, concentrations);
  }

  private static void concentrate(double[] concentrations, Question question, double votes) {
    int first = TREE.firstAnswer(question);
    concentrations[first] = 0.5 * votes;
    concentrations[first + 1] = 0.499 * votes;
    concentrations[first + 2] = 0.001 * votes;
  }

  @Test
  void intervalsOfAModelThatIsTooSureAreWidenedUntilTheyHold() {
    List<Judged> galaxies = galaxies(400, 60);
    Share claimed = Metrics.of(List.of(FIRST), galaxies, Judged::upright).within();
    assertThat(claimed.value().orElseThrow()).as("too narrow").isLessThan(0.7);

    IntervalWidths widths = IntervalWidths.fit(List.of(FIRST), galaxies);

    assertThat(widths.factors().get("t01")).isBetween(0.01, 0.3);
    double held =
        Metrics.of(
                List.of(FIRST),
                galaxies,
                galaxy ->
                    galaxy.upright().concentrated(q -> widths.factors().getOrDefault(q.id(), 1.0)))
            .within()
            .value()
            .orElseThrow();
    assertThat(held).isCloseTo(0.9, within(0.03));
    assertThat(widths.crossFitted().whole()).isEqualTo(3 * 400);
    assertThat(widths.crossFitted().value().orElseThrow()).isCloseTo(0.9, within(0.05));
  }

  @Test
  void aQuestionThatFewWereAskedTakesTheFactorOfAll() {
    List<Judged> galaxies = galaxies(30, 60);
    long asked =
        galaxies.stream()
            .filter(galaxy -> galaxy.galaxy().votes().orElseThrow().asked(ROUNDED) >= 0.5)
            .count();
    assertThat(asked).isLessThan(20);

    IntervalWidths widths = IntervalWidths.fit(List.of(FIRST, ROUNDED), galaxies);

    assertThat(widths.factors().get("t07"))
        .isNotEqualTo(IntervalWidths.fit(List.of(ROUNDED), galaxies).factors().get("t07"))
        .isNotEqualTo(widths.factors().get("t01"));
  }

  @Test
  void theNetworkItselfGivesTheWiderIntervals() {
    List<Head> heads = Head.of(List.of(FIRST, ROUNDED));
    Network network = Architectures.named("alexnet-lite").describe(1, 169, heads);
    Weights weights = Weights.initial(network, 1);
    IntervalWidths widths = IntervalWidths.fit(List.of(FIRST, ROUNDED), galaxies(400, 60));

    float[] before = weights.arrays().get("answers.bias").values();
    float[] after = widths.applied(weights, heads).arrays().get("answers.bias").values();

    for (int answer = 0; answer < after.length; answer++) {
      double factor = widths.factors().get(answer < 3 ? "t01" : "t07");
      assertThat(after[answer] - before[answer]).isCloseTo((float) Math.log(factor), within(1e-6f));
    }
  }
}
