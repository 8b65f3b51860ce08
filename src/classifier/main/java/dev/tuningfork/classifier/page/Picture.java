package dev.tuningfork.classifier.page;

import dev.tuningfork.image.Pixels;
import dev.tuningfork.image.PreparedImage;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/**
 * A square picture for eyes, of levels 0 to 255.
 *
 * @param levels row by row from the top, the channels of each pixel beside each other (one of grey
 *     or three of red, green and blue); not copied
 */
@SuppressWarnings("ArrayRecordComponent") // kept and shown, never compared
record Picture(int side, int channels, byte[] levels) {

  private static final float QUALITY = 0.88f;

  /** A copy of what a model takes. */
  static Picture of(PreparedImage image) {
    byte[] levels =
        switch (image.pixels()) {
          case Pixels.Levels(byte[] values) -> values.clone();
          case Pixels.Brightness brightness -> {
            byte[] rounded = new byte[brightness.count()];
            for (int i = 0; i < rounded.length; i++) {
              rounded[i] = (byte) brightness.level(i);
            }
            yield rounded;
          }
        };
    // a square of whole numbers, or three times one, which never is a square itself
    int side = (int) Math.round(Math.sqrt(levels.length));
    if (side * side == levels.length) {
      return new Picture(side, 1, levels);
    }
    return new Picture((int) Math.round(Math.sqrt(levels.length / 3.0)), 3, levels);
  }

  /** As a JPEG file. */
  byte[] toJpeg() {
    int type = channels == 1 ? BufferedImage.TYPE_BYTE_GRAY : BufferedImage.TYPE_3BYTE_BGR;
    BufferedImage image = new BufferedImage(side, side, type);
    byte[] raster = ((DataBufferByte) image.getRaster().getDataBuffer()).getData();
    if (channels == 1) {
      System.arraycopy(levels, 0, raster, 0, levels.length);
    } else {
      for (int i = 0; i < levels.length; i += 3) {
        raster[i] = levels[i + 2];
        raster[i + 1] = levels[i + 1];
        raster[i + 2] = levels[i];
      }
    }
    ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    ByteArrayOutputStream file = new ByteArrayOutputStream(16 << 10);
    try (MemoryCacheImageOutputStream stream = new MemoryCacheImageOutputStream(file)) {
      ImageWriteParam settings = writer.getDefaultWriteParam();
      settings.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
      settings.setCompressionQuality(QUALITY);
      writer.setOutput(stream);
      writer.write(null, new IIOImage(image, null, null), settings);
      stream.flush();
    } catch (IOException e) {
      throw new UncheckedIOException("Writing a JPEG into memory failed.", e);
    } finally {
      writer.dispose();
    }
    return file.toByteArray();
  }
}
