package dev.tuningfork.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Zeros in tiles that were quantised with SUBTRACTIVE_DITHER_1, which makes them noise about 0. */
class BlurredZerosTest {

  private static final int SIDE = 96;
  private static final double NOISE = 4;
  private static final double STEP = 1;
  private static final double ZERO = -20;

  private static float[][] galaxy(double sky, long seed) {
    Random random = new Random(seed);
    float[][] image = new float[SIDE][SIDE];
    for (int y = 0; y < SIDE; y++) {
      for (int x = 0; x < SIDE; x++) {
        double light = 600 * Math.exp(-Math.hypot(x - 47.5, y - 47.5) / 3);
        image[y][x] = (float) (sky + light + NOISE * random.nextGaussian());
      }
    }
    return image;
  }

  private static void clear(float[][] image, int top, int bottom, int left, int right) {
    for (int y = top; y < bottom; y++) {
      for (int x = left; x < right; x++) {
        image[y][x] = 0;
      }
    }
  }

  /** Quantised by a quarter of the noise, as fpack does, in tiles of a row. */
  private static Cutout cutout(float[][] image) throws Exception {
    List<byte[]> tiles = new ArrayList<>();
    for (float[] row : image) {
      Dither dither = Dither.of("SUBTRACTIVE_DITHER_1", 1 + tiles.size());
      ByteBuffer integers = ByteBuffer.allocate(Integer.BYTES * SIDE);
      for (float pixel : row) {
        double offset = dither.value(0, false, 1, 0);
        integers.putInt((int) Math.rint((pixel - ZERO) / STEP - offset));
      }
      tiles.add(FitsFiles.gzip(integers.array()));
    }
    byte[] file =
        FitsFiles.tiles(
            "COMPRESSED_DATA",
            "P",
            "B",
            -32,
            SIDE,
            SIDE,
            tiles,
            "ZQUANTIZ= 'SUBTRACTIVE_DITHER_1'",
            "ZDITHER0= %20d".formatted(1),
            "ZSCALE  = %20s".formatted(STEP),
            "ZZERO   = %20s".formatted(ZERO));
    return new ImageDecoder(ImageLimits.DEFAULT, new ImageIoJpeg(), DecodingMemory.SHARED)
        .open(file, ImageDescription.NONE)
        .read(Window.central(SIDE, SIDE, 47), Channels.RGB);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 1, -3, 20, 100})
  void aDeadColumnIsBridgedAndABorderIsNoSky(double sky) throws Exception {
    Cutout whole = cutout(galaxy(sky, 7));
    float[][] dead = galaxy(sky, 7);
    clear(dead, 0, SIDE, 48, 49);
    float[][] framed = galaxy(sky, 7);
    clear(framed, 0, 18, 0, SIDE);
    clear(framed, 0, SIDE, 80, SIDE);

    Cutout bridged = cutout(dead);
    Cutout inside = cutout(framed);

    assertThat(bridged.flags()).containsExactly(QualityFlag.NAN_FILLED);
    assertThat(bridged.undefined()).isCloseTo(1 / 47.0, within(0.001));
    for (int y = 0; y < 47; y++) {
      assertThat(bridged.values()[y * 47 + 24])
          .isCloseTo(whole.values()[y * 47 + 24], within(110f));
    }
    assertThat(inside.undefined()).isZero();
    Cutout.Band band = ((Cutout.Flux) inside.light()).bands().getFirst();
    assertThat(band.sky()).isCloseTo(sky, within(1.0));
    assertThat(band.noise()).isCloseTo(NOISE, within(1.0));
  }

  @Test
  void skyIsNoRunOfZeros() throws Exception {
    for (long seed = 0; seed < 8; seed++) {
      assertThat(cutout(galaxy(0, seed)).undefined()).isZero();
      assertThat(cutout(smoothed(galaxy(0, seed))).undefined()).isZero();
      assertThat(cutout(smoothed(smoothed(galaxy(0, seed)))).undefined()).isZero();
    }
  }

  /** Noise that goes together in neighbours, as resampling leaves it. */
  private static float[][] smoothed(float[][] image) {
    float[][] smoothed = new float[SIDE][SIDE];
    for (int y = 0; y < SIDE; y++) {
      for (int x = 0; x < SIDE; x++) {
        int right = Math.min(SIDE - 1, x + 1);
        int below = Math.min(SIDE - 1, y + 1);
        smoothed[y][x] =
            (image[y][x] + image[y][right] + image[below][x] + image[below][right]) / 4;
      }
    }
    return smoothed;
  }

  @Test
  void realZerosStay() throws Exception {
    for (DoubleUnaryOperator pixel :
        List.<DoubleUnaryOperator>of(
            flux -> flux > 14 ? flux : 0, flux -> Math.max(0, flux), flux -> Math.max(-2, flux))) {
      float[][] image = galaxy(0, 3);
      for (float[] row : image) {
        for (int x = 0; x < SIDE; x++) {
          row[x] = (float) pixel.applyAsDouble(row[x]);
        }
      }
      assertThat(cutout(image).undefined()).isZero();
    }
  }
}
