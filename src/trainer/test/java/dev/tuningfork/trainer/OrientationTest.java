package dev.tuningfork.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
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
  }

  @Test
  void thereAreEightOrientationsAndEachKeepsAllPixels() {
    Set<List<Float>> seen = new HashSet<>();
    for (boolean mirrored : new boolean[] {false, true}) {
      for (int turns = 0; turns < 4; turns++) {
        float[] laid = laid(new Orientation(mirrored, turns));
        List<Float> list = new ArrayList<>();
        for (float value : laid) {
          list.add(value);
        }
        seen.add(list);
        Arrays.sort(laid);
        assertThat(laid).isEqualTo(IMAGE);
      }
    }
    assertThat(seen).hasSize(8);
  }

  private static float[] laid(Orientation orientation) {
    short[] halves = new short[IMAGE.length];
    for (int i = 0; i < halves.length; i++) {
      halves[i] = Float.floatToFloat16(IMAGE[i]);
    }
    float[] target = new float[IMAGE.length + 1];
    orientation.copy(halves, 2, target, 1);
    return Arrays.copyOfRange(target, 1, target.length);
  }
}
