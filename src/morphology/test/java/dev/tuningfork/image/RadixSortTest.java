package dev.tuningfork.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import java.util.function.DoubleSupplier;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RadixSortTest {

  static Stream<ToDoubleFunction<Random>> numbers() {
    return Stream.of(
        Random::nextGaussian,
        random -> (float) (100 + random.nextGaussian()),
        random -> Double.longBitsToDouble(random.nextLong()),
        random -> random.nextInt(3) * (random.nextBoolean() ? 1.0 : -1.0),
        random -> random.nextInt(3) == 0 ? Double.NEGATIVE_INFINITY : Double.MAX_VALUE,
        _ -> 7);
  }

  @ParameterizedTest
  @MethodSource("numbers")
  void numbersComeInTheOrderThatJavaPutsThemIn(ToDoubleFunction<Random> number) {
    Random random = new Random(11);
    DoubleSupplier next = () -> number.applyAsDouble(random);
    for (int count : new int[] {0, 1, 1000, 1024, 5000}) {
      double[] all = new double[count + 1];
      Arrays.setAll(all, _ -> next.getAsDouble());
      double[] due = all.clone();
      Arrays.sort(due, 0, count);

      RadixSort.sort(all, count);

      assertThat(all).isEqualTo(due);
    }
  }
}
