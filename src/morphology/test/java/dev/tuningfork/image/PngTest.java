package dev.tuningfork.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.awt.image.WritableRaster;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class PngTest {

  private static final Offset<Float> EXACTLY = within(1e-6f);

  private static Cutout whole(byte[] bytes, Channels channels) throws ImageException {
    PngFile file = PngFile.open(bytes, ImageLimits.DEFAULT);
    int side = Math.min(file.width(), file.height());
    return file.read(Window.central(file.width(), file.height(), side), channels);
  }

  @Property(tries = 60)
  void everyPixelOfAnRgbPictureIsFoundInItsPlace(
      @ForAll @IntRange(min = 16, max = 60) int width,
      @ForAll @IntRange(min = 16, max = 60) int height,
      @ForAll int seed)
      throws Exception {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        image.setRGB(x, y, (seed ^ (x * 0x9e3779b9) ^ (y * 0x85ebca6b)) & 0xffffff);
      }
    }
    PngFile file = PngFile.open(Pictures.png(image), ImageLimits.DEFAULT);
    Window window = Window.central(width, height, 0.7 * Math.min(width, height));
    int side = window.side();
    Cutout rgb = file.read(window, Channels.RGB);
    Cutout grey = file.read(window, Channels.LUMINANCE);

    for (int y = 0; y < side; y++) {
      for (int x = 0; x < side; x++) {
        Color colour = new Color(image.getRGB(window.x() + x, window.y() + y));
        int at = y * side + x;
        assertThat(rgb.values()[at]).isCloseTo(colour.getRed() / 255f, EXACTLY);
        assertThat(rgb.values()[side * side + at]).isCloseTo(colour.getGreen() / 255f, EXACTLY);
        assertThat(rgb.values()[2 * side * side + at]).isCloseTo(colour.getBlue() / 255f, EXACTLY);
        assertThat(grey.values()[at])
            .isCloseTo(
                (0.299f * colour.getRed() + 0.587f * colour.getGreen() + 0.114f * colour.getBlue())
                    / 255,
                EXACTLY);
      }
    }
  }

  @Test
  void sixteenBitsKeepTheirPrecision() throws Exception {
    BufferedImage image = new BufferedImage(20, 20, BufferedImage.TYPE_USHORT_GRAY);
    image.getRaster().setSample(3, 2, 0, 12_345);

    Cutout cutout = whole(Pictures.png(image), Channels.RGB);

    assertThat(cutout.light()).isEqualTo(new Cutout.Display(Channels.LUMINANCE));
    assertThat(cutout.values()[2 * 20 + 3]).isCloseTo(12_345 / 65_535f, EXACTLY);
    assertThat(cutout.values()[2 * 20 + 4]).isZero();
  }

  @Test
  void aGreyOfEightBitsIsNotTakenThroughAGamma() throws Exception {
    BufferedImage image = new BufferedImage(20, 20, BufferedImage.TYPE_BYTE_GRAY);
    image.getRaster().setSample(3, 2, 0, 100);

    assertThat(whole(Pictures.png(image), Channels.LUMINANCE).values()[43])
        .isCloseTo(100 / 255f, EXACTLY);
  }

  @Test
  void aPaletteIsLookedUp() throws Exception {
    byte[] red = {0, (byte) 200, 10, 0};
    byte[] green = {0, 100, 20, 0};
    byte[] blue = {0, 50, 30, (byte) 255};
    for (int bits : new int[] {2, 8}) {
      IndexColorModel palette = new IndexColorModel(bits, 4, red, green, blue);
      BufferedImage image =
          new BufferedImage(
              20,
              20,
              bits == 8 ? BufferedImage.TYPE_BYTE_INDEXED : BufferedImage.TYPE_BYTE_BINARY,
              palette);
      image.getRaster().setSample(3, 2, 0, 1);
      image.getRaster().setSample(4, 2, 0, 3);

      float[] values = whole(Pictures.png(image), Channels.RGB).values();

      assertThat(values[43]).isCloseTo(200 / 255f, EXACTLY);
      assertThat(values[400 + 43]).isCloseTo(100 / 255f, EXACTLY);
      assertThat(values[800 + 43]).isCloseTo(50 / 255f, EXACTLY);
      assertThat(values[800 + 44]).isCloseTo(1, EXACTLY);
    }
  }

  @Test
  void blackAndWhiteOfOneBitIsRead() throws Exception {
    BufferedImage image = new BufferedImage(20, 20, BufferedImage.TYPE_BYTE_BINARY);
    image.setRGB(3, 2, 0xffffff);

    assertThat(whole(Pictures.png(image), Channels.LUMINANCE).values()[43]).isCloseTo(1, EXACTLY);
  }

  @Test
  void whatIsTransparentLetsTheDarkSkyThrough() throws Exception {
    BufferedImage image = new BufferedImage(20, 20, BufferedImage.TYPE_INT_ARGB);
    WritableRaster raster = image.getRaster();
    raster.setPixel(3, 2, new int[] {200, 100, 50, 255});
    raster.setPixel(4, 2, new int[] {200, 100, 50, 51});

    float[] values = whole(Pictures.png(image), Channels.RGB).values();

    assertThat(values[43]).isCloseTo(200 / 255f, EXACTLY);
    assertThat(values[44]).isCloseTo(0.2f * 200 / 255, EXACTLY);
    assertThat(values[45]).isZero();
  }

  @Test
  void aTruncatedOrDamagedFileIsRefusedWhereverThatIs() throws Exception {
    byte[] whole = Pictures.png(Pictures.galaxy(64, 64, BufferedImage.TYPE_INT_RGB));
    for (int length = 8; length < whole.length; length += 13) {
      byte[] part = Arrays.copyOf(whole, length);
      assertThatThrownBy(() -> whole(part, Channels.RGB)).isInstanceOf(ImageException.class);
      byte[] flipped = whole.clone();
      flipped[length] ^= 1;
      assertThatThrownBy(() -> whole(flipped, Channels.RGB)).isInstanceOf(ImageException.class);
    }
  }

  @Test
  void aBombIsRefusedByItsHeader() throws IOException {
    byte[] bomb = Pictures.png(new BufferedImage(20, 20, BufferedImage.TYPE_BYTE_GRAY));
    ByteBuffer header = ByteBuffer.wrap(bomb);
    header.putInt(16, 100_000).putInt(20, 100_000);
    CRC32 crc = new CRC32();
    crc.update(bomb, 12, 17);
    header.putInt(29, (int) crc.getValue());

    assertThatThrownBy(() -> PngFile.open(bomb, ImageLimits.DEFAULT))
        .hasMessage(
            "The PNG image is 100000×100000 pixels, and at most 64000000 pixels are allowed.");
  }

  @Test
  void aHeaderThatPromisesMoreRowsThanThereAreIsRefused() throws IOException {
    byte[] lying = Pictures.png(new BufferedImage(20, 20, BufferedImage.TYPE_BYTE_GRAY));
    ByteBuffer header = ByteBuffer.wrap(lying);
    header.putInt(20, 2000);
    CRC32 crc = new CRC32();
    crc.update(lying, 12, 17);
    header.putInt(29, (int) crc.getValue());

    assertThatThrownBy(() -> whole(lying, Channels.LUMINANCE)).isInstanceOf(ImageException.class);
  }
}
