package dev.tuningfork.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class OrientationTest {

  /** Two planes of 2 × 2. */
  private static final float[] IMAGE = {1, 2, 3, 4, 5, 6, 7, 8};

  @Test
  void aQuarterTurnIsClockwiseInEveryPlane() {
    assertThat(laid(new Orientation(false, 0))).containsExactly(1, 2, 3, 4, 5, 6, 7, 8);
    assertThat(laid(new Orientation(false, 1))).containsExactly(3, 1, 4, 2, 7, 5, 8, 6);
    assertThat(laid(new Orientation(true, 0))).containsExactly(2, 1, 4, 3, 6, 5, 8, 7);
    assertThat(laid(new Orientation(true, 1))).containsExactly(1, 3, 2, 4, 5, 7, 6, 8);
  }

  @Test
  void theEightAreDifferentAndEachKeepsAllPixels() {
    Set<List<Float>> seen = new HashSet<>();
    for (Orientation orientation : Orientation.ALL) {
      float[] laid = laid(orientation);
      seen.add(List.of(laid[0], laid[1], laid[2], laid[3]));
      Arrays.sort(laid);
      assertThat(laid).isEqualTo(IMAGE);
    }
    assertThat(seen).hasSize(8);
  }

  @Test
  void whatWasSeenOfAnImageHoldsHoweverItIsLaid() {
    PreparedImage image = new PreparedImage(IMAGE, 424, 400, Set.of(QualityFlag.LOW_SIGNAL));
    PreparedImage laid = new Orientation(true, 2).of(image, 2);

    assertThat(laid.values()).containsExactly(3, 4, 1, 2, 7, 8, 5, 6);
    assertThat(laid)
        .extracting("width", "height", "flags")
        .containsExactly(424, 400, image.flags());
    assertThat(image.values()).containsExactly(1, 2, 3, 4, 5, 6, 7, 8);
    assertThat(Orientation.ALL.getFirst().of(image, 2)).isSameAs(image);
  }

  @Test
  void thereAreFourQuarters() {
    assertThatThrownBy(() -> new Orientation(false, 4))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("A square is turned by 0 to 3 quarters, not 4.");
  }

  private static float[] laid(Orientation orientation) {
    float[] target = new float[IMAGE.length + 1];
    orientation.copy(IMAGE, 2, target, 1);
    return Arrays.copyOfRange(target, 1, target.length);
  }
}
