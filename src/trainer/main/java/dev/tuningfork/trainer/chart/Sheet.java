package dev.tuningfork.trainer.chart;

import dev.tuningfork.text.Printable;
import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;

/**
 * A picture that other pictures and their captions are placed on, in points of {@link Charts#SCALE}
 * pixels. Close it, then take the image.
 */
final class Sheet implements AutoCloseable {

  private final BufferedImage image;
  private final Graphics2D canvas;

  Sheet(int width, int height) {
    image =
        new BufferedImage(Charts.SCALE * width, Charts.SCALE * height, BufferedImage.TYPE_INT_RGB);
    canvas = image.createGraphics();
    canvas.scale(Charts.SCALE, Charts.SCALE);
    canvas.setRenderingHint(
        RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BICUBIC);
    canvas.setRenderingHint(
        RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
    canvas.setColor(Theme.DARK.background());
    canvas.fillRect(0, 0, width, height);
  }

  void place(BufferedImage picture, int left, int top, int side) {
    canvas.drawImage(picture, left, top, side, side, null);
  }

  /** A square without a picture. */
  void placeNothing(int left, int top, int side) {
    canvas.setColor(Theme.DARK.faint());
    canvas.drawRect(left, top, side - 1, side - 1);
  }

  /**
   * Writes a line, shortened to a width where it is longer.
   *
   * @param baseline from the top
   */
  void write(String text, int left, int baseline, int width, int size, int style, Color colour) {
    canvas.setFont(new Font(Font.SANS_SERIF, style, size));
    canvas.setColor(colour);
    FontMetrics metrics = canvas.getFontMetrics();
    String fitting = Printable.of(text);
    while (metrics.stringWidth(fitting) > width && fitting.length() > 2) {
      fitting = fitting.substring(0, fitting.length() - 2).stripTrailing() + "…";
    }
    canvas.drawString(fitting, left, baseline);
  }

  @Override
  public void close() {
    canvas.dispose();
  }

  BufferedImage image() {
    return image;
  }
}
