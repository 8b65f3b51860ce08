package dev.tuningfork.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SelectionTest {

  /** Numbers that differ, few different ones, all alike, in order, and with infinite ones. */
  static Stream<ToDoubleFunction<Random>> numbers() {
    int[] next = {0, 0};
    return Stream.of(
        Random::nextGaussian,
        random -> random.nextInt(3),
        _ -> 7,
        _ -> next[0]++,
        _ -> next[1]--,
        random -> random.nextInt(4) == 0 ? Double.NEGATIVE_INFINITY : random.nextDouble(),
        random -> random.nextInt(4) == 0 ? Double.POSITIVE_INFINITY : random.nextDouble());
  }

  @ParameterizedTest
  @MethodSource("numbers")
  void theNumberAtAPlaceIsThatOfTheSortedNumbers(ToDoubleFunction<Random> number) {
    Random random = new Random(3);
    for (int count : new int[] {1, 2, 3, 10, 257}) {
      double[] all = new double[count];
      Arrays.setAll(all, _ -> number.applyAsDouble(random));
      double[] sorted = all.clone();
      Arrays.sort(sorted);
      for (int place = 0; place < count; place++) {
        assertThat(Selection.of(all.clone(), place)).isEqualTo(sorted[place]);
      }
    }
  }

  @Test
  void whatIsNotANumberComesLast() {
    double[] all = {Double.NaN, 3, Double.NaN, 1, 2, Double.NaN};

    assertThat(Selection.of(all.clone(), 0)).isEqualTo(1);
    assertThat(Selection.of(all.clone(), 2)).isEqualTo(3);
    assertThat(Selection.of(all.clone(), 3)).isNaN();
    assertThat(Selection.of(all.clone(), 5)).isNaN();
    assertThat(Selection.of(new double[] {Double.NaN}, 0)).isNaN();
  }

  /** Percentiles interpolate to the least of the numbers behind the place. */
  @ParameterizedTest
  @MethodSource("numbers")
  void smallerNumbersAreBeforeThePlaceAndLargerOnesBehindIt(ToDoubleFunction<Random> number) {
    Random random = new Random(4);
    int count = 100;
    double[] all = new double[count + 20];
    Arrays.setAll(all, _ -> number.applyAsDouble(random));
    double[] rest = Arrays.copyOfRange(all, count, all.length);
    double[] sorted = Arrays.copyOf(all, count);
    Arrays.sort(sorted);
    for (int place : new int[] {0, 1, 50, 98, 99}) {
      double found = Selection.of(all, place, count);

      assertThat(all[place]).isEqualTo(found).isEqualTo(sorted[place]);
      assertThat(Arrays.stream(all, 0, place)).allMatch(before -> before <= found);
      assertThat(Arrays.stream(all, place, count)).allMatch(behind -> behind >= found);
      assertThat(Arrays.stream(all, 0, count).sorted().toArray()).isEqualTo(sorted);
      assertThat(Arrays.copyOfRange(all, count, all.length)).as("the others").isEqualTo(rest);
    }
  }
}
