package dev.tuningfork.classifier.page;

import dev.tuningfork.image.InputSpec;
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

  /** A copy of what the network sees, before it is standardised. */
  static Picture of(PreparedImage image, InputSpec spec) {
    int channels = spec.channels().count();
    int plane = spec.size() * spec.size();
    byte[] levels = new byte[channels * plane];
    for (int channel = 0; channel < channels; channel++) {
      float mean = spec.mean().get(channel).floatValue();
      float std = spec.std().get(channel).floatValue();
      for (int i = 0; i < plane; i++) {
        float brightness = image.values()[channel * plane + i] * std + mean;
        levels[i * channels + channel] = (byte) Math.clamp(Math.round(brightness * 255), 0, 255);
      }
    }
    return new Picture(spec.size(), channels, levels);
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
