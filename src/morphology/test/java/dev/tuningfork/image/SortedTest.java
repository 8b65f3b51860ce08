package dev.tuningfork.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SortedTest {

  private static final double[] NUMBERS = {-3, -0.5, -0.0, 0, 2, 2, 2, 5.5};

  @Test
  void numbersAreCountedAsOneByOne() {
    Random random = new Random(5);
    for (int count : new int[] {0, 1, 2, 7, 300}) {
      double[] sorted = random.ints(count, -20, 20).asDoubleStream().sorted().toArray();
      for (double value = -21; value <= 21; value += 0.5) {
        double each = value;
        assertThat(Sorted.below(sorted, each))
            .isEqualTo((int) Arrays.stream(sorted).filter(number -> number < each).count());
        assertThat(Sorted.count(sorted, each))
            .isEqualTo((int) Arrays.stream(sorted).filter(number -> number == each).count());
        assertThat(Sorted.without(sorted, each))
            .isEqualTo(Arrays.stream(sorted).filter(number -> number != each).toArray());
      }
    }
  }

  @Test
  void bothZerosAreOneNumber() {
    assertThat(Sorted.below(NUMBERS, 0.0)).isEqualTo(2);
    assertThat(Sorted.below(NUMBERS, -0.0)).isEqualTo(2);
    assertThat(Sorted.count(NUMBERS, 0.0)).isEqualTo(2);
    assertThat(Sorted.without(NUMBERS, 0)).containsExactly(-3, -0.5, 2, 2, 2, 5.5);
  }

  @Test
  void theArrayItselfIsReturnedWhereNothingIsLeftOut() {
    assertThat(Sorted.without(NUMBERS, 1)).isSameAs(NUMBERS);
  }

  @Test
  void valuesBeyondBothEndsAreBelowAndAboveAll() {
    assertThat(Sorted.below(NUMBERS, -Double.MAX_VALUE)).isZero();
    assertThat(Sorted.below(NUMBERS, Double.MAX_VALUE)).isEqualTo(NUMBERS.length);
    assertThat(Sorted.count(NUMBERS, Double.MAX_VALUE)).isZero();
  }

  @Test
  void theLevelIsTheSmallestStepBetweenNumbersThatDiffer() {
    assertThat(Sorted.level(NUMBERS)).isEqualTo(0.5);
    assertThat(Sorted.level(new double[] {1, 1, 4, 4, 9})).isEqualTo(3);
    assertThat(Sorted.level(new double[] {4, 4, 4})).isInfinite();
    assertThat(Sorted.level(new double[] {4})).isInfinite();
    assertThat(Sorted.level(new double[0])).isInfinite();
  }
}
