package dev.tuningfork.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class OrientationTest {

  /** 2 × 2 pixels of two channels, of which one has what the other has and 4 more. */
  private static final float[] IMAGE = {1, 5, 2, 6, 3, 7, 4, 8};

  @Test
  void aQuarterTurnIsClockwiseInEveryChannel() {
    assertThat(laid(new Orientation(false, 0))).containsExactly(1, 5, 2, 6, 3, 7, 4, 8);
    assertThat(laid(new Orientation(false, 1))).containsExactly(3, 7, 1, 5, 4, 8, 2, 6);
    assertThat(laid(new Orientation(true, 0))).containsExactly(2, 6, 1, 5, 4, 8, 3, 7);
    assertThat(laid(new Orientation(true, 1))).containsExactly(1, 5, 3, 7, 2, 6, 4, 8);
  }

  @Test
  void theEightAreDifferentAndEachKeepsAllPixels() {
    Set<List<Float>> seen = new HashSet<>();
    for (Orientation orientation : Orientation.ALL) {
      float[] laid = laid(orientation);
      seen.add(List.of(laid[0], laid[2], laid[4], laid[6]));
      assertThat(laid).containsExactlyInAnyOrder(IMAGE);
    }
    assertThat(seen).hasSize(8);
  }

  @Test
  void whatWasSeenOfAnImageHoldsHoweverItIsLaid() {
    PreparedImage image =
        new PreparedImage(new Pixels.Brightness(IMAGE), 424, 400, Set.of(QualityFlag.LOW_SIGNAL));
    PreparedImage laid = new Orientation(true, 2).of(image, 2);

    assertThat(values(laid.pixels())).containsExactly(3, 7, 4, 8, 1, 5, 2, 6);
    assertThat(laid)
        .extracting("width", "height", "flags")
        .containsExactly(424, 400, image.flags());
    assertThat(IMAGE).containsExactly(1, 5, 2, 6, 3, 7, 4, 8);
    assertThat(Orientation.ALL.getFirst().of(image, 2)).isSameAs(image);
  }

  @Test
  void thereAreFourQuarters() {
    assertThatThrownBy(() -> new Orientation(false, 4))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("A square is turned by 0 to 3 quarters, not 4.");
  }

  @Test
  void levelsAreLaidAsBrightnessIs() {
    Pixels.Levels levels = new Pixels.Levels(new byte[] {1, 5, 2, 6, 3, 7, -4, -8});
    for (Orientation orientation : Orientation.ALL) {
      float[] brightness = new float[levels.count()];
      for (int i = 0; i < brightness.length; i++) {
        brightness[i] = levels.brightness(i);
      }
      assertThat(values(levels.laid(orientation, 2)))
          .isEqualTo(new Pixels.Brightness(brightness).laid(orientation, 2).values());
    }
  }

  private static float[] laid(Orientation orientation) {
    return values(new Pixels.Brightness(IMAGE).laid(orientation, 2));
  }

  private static float[] values(Pixels pixels) {
    float[] values = new float[pixels.count()];
    for (int i = 0; i < values.length; i++) {
      values[i] = pixels.brightness(i);
    }
    return values;
  }
}
