package dev.tuningfork.trainer.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.OptionalDouble;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class ConfusionTest {

  @Test
  void accuracyAndF1AreThoseOfTheTable() {
    // recall 8/10 and 3/5, precision 8/10 and 3/5; the third answer was neither given nor right
    Confusion confusion =
        new Confusion(List.of(List.of(8, 2, 0), List.of(2, 3, 0), List.of(0, 0, 0)));

    assertThat(confusion.accuracy()).isEqualTo(new Share(11, 15));
    assertThat(confusion.macroF1().getAsDouble()).isCloseTo((0.8 + 0.6) / 2, within(1e-12));
  }

  @Test
  void anAnswerThatTheModelAloneGivesCountsAgainstIt() {
    // F1 of the first answer: 2·1/(2+1); of the second, which no volunteers gave: 0
    Confusion confusion = new Confusion(List.of(List.of(1, 1), List.of(0, 0)));

    assertThat(confusion.macroF1().getAsDouble()).isCloseTo((2 / 3.0 + 0) / 2, within(1e-12));
  }

  @Test
  void rowsAreVolunteersAndColumnsTheModel() {
    Confusion confusion =
        Confusion.of(
            3,
            List.of(
                comparison(new double[] {1, 0, 0}, new double[] {.1, .1, .8}),
                comparison(new double[] {.4, .6, 0}, new double[] {.2, .7, .1})));

    assertThat(confusion.counts())
        .containsExactly(List.of(0, 0, 1), List.of(0, 1, 0), List.of(0, 0, 0));
    assertThat(confusion.voted(0)).isOne();
    assertThat(confusion.answered(2)).isOne();
  }

  @Test
  void anEmptyShareHasNoFigure() {
    Confusion nothing = Confusion.of(2, List.of());

    assertThat(nothing.macroF1()).isEmpty();
    assertThat(nothing.accuracy().value()).isEmpty();
    assertThat(nothing.accuracy()).hasToString("–");
  }

  @Test
  void whatIsNoSquareIsRefused() {
    assertThatThrownBy(() -> new Confusion(List.of(List.of(1, 2))))
        .hasMessageContaining("1 rows and a row with 2 columns");
  }

  @Property
  void theF1OfTwoAnswersLiesWithin0And1AndIs1ForTheDiagonalAlone(
      @ForAll @Size(4) List<@IntRange(max = 50) Integer> cells) {
    Confusion confusion = new Confusion(List.of(cells.subList(0, 2), cells.subList(2, 4)));
    boolean wrong = cells.get(1) + cells.get(2) > 0;

    confusion
        .macroF1()
        .ifPresent(
            f1 -> {
              assertThat(f1).isBetween(0.0, 1.0);
              assertThat(f1 == 1).isEqualTo(!wrong);
            });
  }

  private static Comparison comparison(double[] votes, double[] answers) {
    return new Comparison(1, votes, answers, List.of(), OptionalDouble.empty());
  }
}
