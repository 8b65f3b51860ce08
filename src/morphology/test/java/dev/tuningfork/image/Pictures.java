package dev.tuningfork.image;

import java.awt.Color;
import java.awt.RadialGradientPaint;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Image files for tests, drawn and written here. */
final class Pictures {

  private Pictures() {}

  /** A round, orange source in the middle of a dark sky, and a blue one towards the upper left. */
  static BufferedImage galaxy(int width, int height, int type) {
    BufferedImage image = new BufferedImage(width, height, type);
    var graphics = image.createGraphics();
    graphics.setColor(new Color(8, 8, 10));
    graphics.fillRect(0, 0, width, height);
    float radius = Math.min(width, height) / 6f;
    graphics.setPaint(
        new RadialGradientPaint(
            width / 2f,
            height / 2f,
            radius,
            new float[] {0, 1},
            new Color[] {new Color(230, 180, 120), new Color(8, 8, 10)}));
    graphics.fillOval(
        (int) (width / 2f - radius),
        (int) (height / 2f - radius),
        (int) (2 * radius),
        (int) (2 * radius));
    graphics.setColor(new Color(60, 90, 220));
    graphics.fillOval(width / 3, height / 3, width / 16, height / 16);
    graphics.dispose();
    return image;
  }

  static byte[] png(BufferedImage image) throws IOException {
    var out = new ByteArrayOutputStream();
    ImageIO.write(image, "png", out);
    return out.toByteArray();
  }

  static byte[] jpeg(BufferedImage image, float quality, boolean progressive) throws IOException {
    ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    var out = new ByteArrayOutputStream();
    try (var stream = new MemoryCacheImageOutputStream(out)) {
      writer.setOutput(stream);
      ImageWriteParam parameters = writer.getDefaultWriteParam();
      parameters.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
      parameters.setCompressionQuality(quality);
      parameters.setProgressiveMode(
          progressive ? ImageWriteParam.MODE_DEFAULT : ImageWriteParam.MODE_DISABLED);
      writer.write(null, new IIOImage(image, null, null), parameters);
    } finally {
      writer.dispose();
    }
    return out.toByteArray();
  }
}
