package dev.tuningfork.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class HeldOutSplitTest {

  @Test
  void theShareIsHeldOut() {
    HeldOutSplit split = new HeldOutSplit(0.2, "salt");

    long heldOut = IntStream.range(100_000, 200_000).filter(id -> split.holdsOut("" + id)).count();

    assertThat(heldOut / 1e5).isCloseTo(0.2, within(0.005));
  }

  /** A model's figures hold only as long as this does. */
  @Test
  void aGalaxyStaysWhereItIsForEver() {
    HeldOutSplit split = new HeldOutSplit(0.2, "tuning-fork");

    assertThat(IntStream.range(100_000, 100_020).filter(id -> split.holdsOut("" + id)))
        .containsExactly(100004, 100005, 100008, 100010, 100015, 100016);
  }

  @Test
  void anotherSaltIsAnotherChoice() {
    HeldOutSplit one = new HeldOutSplit(0.5, "one");
    HeldOutSplit two = new HeldOutSplit(0.5, "two");

    assertThat(
            IntStream.range(0, 1000).filter(id -> one.holdsOut("" + id) == two.holdsOut("" + id)))
        .hasSizeBetween(400, 600);
  }

  @Test
  void aShareOfNothingOrAllIsRefused() {
    assertThatThrownBy(() -> new HeldOutSplit(0, "")).hasMessageContaining("not 0.0");
    assertThatThrownBy(() -> new HeldOutSplit(1, "")).hasMessageContaining("not 1.0");
  }
}
