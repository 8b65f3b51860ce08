package dev.tuningfork.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import nom.tam.fits.compression.algorithm.rice.RiceCompressOption;
import nom.tam.fits.compression.algorithm.rice.RiceCompressor.IntRiceCompressor;

class RiceTest {

  /** Beside another implementation: noise of any depth, jumps of any size, and constant parts. */
  @Property(tries = 300)
  void pixelsComeBackAsTheyWere(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 600) int count,
      @ForAll @IntRange(min = 0, max = 31) int bits,
      @ForAll boolean jumps) {
    int[] pixels = pixels(new Random(seed), count, bits, jumps);
    assertThat(Rice.decode(coded(pixels), count, 32, Integer.BYTES)).isEqualTo(pixels);
  }

  @Property(tries = 100)
  void aTruncatedTileIsNoticed(@ForAll long seed, @ForAll @IntRange(min = 2, max = 200) int count) {
    byte[] whole = coded(pixels(new Random(seed), count, 12, true));
    byte[] half = Arrays.copyOf(whole, whole.length / 2);
    assertThatThrownBy(() -> Rice.decode(half, count, 32, Integer.BYTES))
        .isInstanceOf(BufferUnderflowException.class);
  }

  private static int[] pixels(Random random, int count, int bits, boolean jumps) {
    int[] pixels = new int[count];
    for (int i = 0; i < count; i++) {
      boolean constant = i / 48 % 3 == 2; // longer than a block
      pixels[i] =
          constant
              ? pixels[i - 1]
              : jumps && random.nextInt(20) == 0
                  ? random.nextInt()
                  : random.nextInt() >>> 1 >>> (31 - bits);
    }
    return pixels;
  }

  private static byte[] coded(int[] pixels) {
    RiceCompressOption option = new RiceCompressOption();
    option.setBlockSize(32);
    option.setBytePix(Integer.BYTES);
    ByteBuffer coded = ByteBuffer.allocate(16 * pixels.length + 64);
    new IntRiceCompressor(option).compress(IntBuffer.wrap(pixels), coded);
    return Arrays.copyOf(coded.array(), coded.position());
  }
}
