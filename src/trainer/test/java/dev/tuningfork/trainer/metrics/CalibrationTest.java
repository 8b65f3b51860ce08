package dev.tuningfork.trainer.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.OptionalDouble;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import org.junit.jupiter.api.Test;

class CalibrationTest {

  @Test
  void theErrorIsTheGapOfEachBinWeightedByThoseWhoWereAsked() {
    Calibration calibration =
        Calibration.of(
            List.of(
                of(1.0, .9, .7), // one bin: 0.9 said, 0.7 voted
                of(0.5, .9, .8),
                of(0.5, .6, .5))); // another bin: 0.6 said, 0.5 voted

    assertThat(calibration.bins()).hasSize(2);
    Calibration.Bin high = calibration.bins().getLast();
    assertThat(high.galaxies()).isEqualTo(2);
    assertThat(high.from()).isCloseTo(13 / 15.0, within(1e-12));
    assertThat(high.votes()).isCloseTo((.7 + .5 * .8) / 1.5, within(1e-12));
    double expected = (1.5 * (.9 - (.7 + .5 * .8) / 1.5) + .5 * (.6 - .5)) / 2;
    assertThat(calibration.error().getAsDouble()).isCloseTo(expected, within(1e-12));
  }

  @Test
  void theMajorityIsAnotherQuestionThanTheVotes() {
    Calibration calibration = Calibration.of(List.of(of(1, .6, .6), of(1, .6, .6)));

    assertThat(calibration.error().getAsDouble()).isCloseTo(0, within(1e-12));
    assertThat(calibration.errorOfMajority().getAsDouble()).isCloseTo(.4, within(1e-12));
  }

  @Test
  void certaintyHasABinOfItsOwn() {
    assertThat(Calibration.of(List.of(of(1, 1, 1))).bins())
        .singleElement()
        .satisfies(bin -> assertThat(bin.to()).isEqualTo(1));
  }

  @Test
  void anEmptyShareHasNoFigure() {
    assertThat(Calibration.of(List.of()).error()).isEmpty();
  }

  @Property
  void aModelThatAnswersAsTheVolunteersIsCalibrated(
      @ForAll List<@DoubleRange(min = 0.5, max = 1) Double> shares) {
    Calibration calibration =
        Calibration.of(shares.stream().map(share -> of(1, share, share)).toList());

    calibration.error().ifPresent(error -> assertThat(error).isCloseTo(0, within(1e-9)));
  }

  @Property
  void noErrorIsGreaterThanTheGreatestGap(
      @ForAll List<@DoubleRange(min = 0.5, max = 1) Double> shares,
      @ForAll @DoubleRange(min = 0, max = 0.5) double gap) {
    Calibration calibration =
        Calibration.of(
            shares.stream().map(share -> of(1, share, Math.max(0.5, share - gap))).toList());

    calibration.error().ifPresent(error -> assertThat(error).isBetween(-1e-9, gap + 1e-9));
  }

  /** Two answers, of which the first is said and voted with these shares. */
  private static Comparison of(double asked, double said, double voted) {
    return new Comparison(
        asked,
        new double[] {voted, 1 - voted},
        new double[] {said, 1 - said},
        List.of(),
        OptionalDouble.empty());
  }
}
