package dev.tuningfork.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BatchSizesTest {

  private final List<Integer> tried = new ArrayList<>();

  @Test
  void theSmallestSizeNearTheFastestIsEnough() {
    assertThat(enough(100.0)).isEqualTo(1);
    assertThat(enough(100.0, 200.0, 390.0, 400.0, 405.0)).isEqualTo(4);
    assertThat(enough(100.0, 90.0, 80.0)).isEqualTo(1);
    assertThat(enough(100.0, 104.0, 103.0)).as("4 % more is not worth twice the wait").isEqualTo(1);
    assertThat(enough(100.0, 104.0, 109.0)).isEqualTo(2);
  }

  @Test
  void noLargerBatchIsTriedOnceThreeDoublingsBroughtNothing() {
    BatchSizes sizes = measure(256, size -> Math.min(size, 8) * 50.0);
    assertThat(tried).containsExactly(1, 2, 4, 8, 16, 32, 64);
    assertThat(sizes.enough()).isEqualTo(8);
  }

  @Test
  void aSizeThatWasSlowByChanceDoesNotEndIt() {
    BatchSizes sizes = measure(16, size -> size == 4 ? 10 : size * 50.0);
    assertThat(tried).containsExactly(1, 2, 4, 8, 16);
    assertThat(sizes.enough()).isEqualTo(16);
  }

  @Test
  void allSizesAreTriedWhereEachIsFaster() {
    assertThat(measure(32, size -> size).enough()).isEqualTo(32);
    assertThat(tried).containsExactly(1, 2, 4, 8, 16, 32);
  }

  @Test
  void memoryEndsIt() {
    BatchSizes sizes = measure(256, size -> size > 8 ? noMemory() : size);
    assertThat(sizes.rates()).containsExactly(1.0, 2.0, 4.0, 8.0);
    assertThat(sizes.enough()).isEqualTo(8);
    assertThatThrownBy(() -> measure(256, _ -> noMemory()))
        .isInstanceOf(DeviceMemoryException.class);
  }

  @Test
  void peopleReadWhatWasMeasured() {
    BatchSizes sizes = new BatchSizes(List.of(900.0, 1700.4));
    assertThat(sizes).hasToString("1: 900, 2: 1700 images/s");
    assertThat(sizes.rate(2)).isEqualTo(1700.4);
    assertThatThrownBy(() -> new BatchSizes(List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("No batch size was measured.");
  }

  private BatchSizes measure(int most, BatchSizes.Measurement measurement) {
    return BatchSizes.measure(
        most,
        size -> {
          tried.add(size);
          return measurement.rate(size);
        });
  }

  private static double noMemory() {
    throw new DeviceMemoryException("CUDA out of memory.", new IllegalStateException());
  }

  private static int enough(Double... rates) {
    return new BatchSizes(List.of(rates)).enough();
  }
}
