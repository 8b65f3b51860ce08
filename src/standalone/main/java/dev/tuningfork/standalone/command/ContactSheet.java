package dev.tuningfork.standalone.command;

import dev.tuningfork.classifier.message.GalaxyMorphology;
import dev.tuningfork.standalone.survey.MockGalaxy;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import javax.imageio.ImageIO;

/**
 * One picture of the first galaxies of a demo, as many as fit: each with what the classifier saw
 * and what it is.
 */
final class ContactSheet {

  private static final int COLUMNS = 4;
  private static final int ROWS = 3;
  private static final int SIDE = 212;
  private static final int CAPTION = 46;
  private static final int GAP = 8;
  private static final Color SKY = new Color(0x101014);
  private static final Color RIGHT = new Color(0x7fd18b);
  private static final Color OTHER = new Color(0xe6b455);
  private static final Color TRUTH = new Color(0xa0a0a8);

  private final BufferedImage sheet =
      new BufferedImage(
          COLUMNS * (SIDE + GAP) + GAP,
          ROWS * (SIDE + CAPTION + GAP) + GAP,
          BufferedImage.TYPE_INT_RGB);
  private int placed;

  ContactSheet() {
    Graphics2D canvas = sheet.createGraphics();
    canvas.setColor(SKY);
    canvas.fillRect(0, 0, sheet.getWidth(), sheet.getHeight());
    canvas.dispose();
  }

  /** Places one galaxy; does nothing once the sheet is full. */
  void add(MockGalaxy galaxy, GalaxyMorphology answer) throws IOException {
    if (placed == COLUMNS * ROWS) {
      return;
    }
    int left = GAP + placed % COLUMNS * (SIDE + GAP);
    int top = GAP + placed / COLUMNS * (SIDE + CAPTION + GAP);
    placed++;
    String seen = Objects.requireNonNullElse(answer.morphology().classString(), "–");
    String truth = galaxy.morphology().classString();
    Graphics2D canvas = sheet.createGraphics();
    canvas.setRenderingHint(
        RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BICUBIC);
    canvas.setRenderingHint(
        RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
    BufferedImage image = ImageIO.read(new ByteArrayInputStream(galaxy.jpeg()));
    canvas.drawImage(image, left, top, SIDE, SIDE, null);
    canvas.setFont(new Font(Font.SANS_SERIF, Font.BOLD, 17));
    canvas.setColor(seen.equals(truth) ? RIGHT : OTHER);
    canvas.drawString("seen as " + seen, left + 2, top + SIDE + 19);
    canvas.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 14));
    canvas.setColor(TRUTH);
    canvas.drawString("truth " + truth, left + 2, top + SIDE + 38);
    canvas.dispose();
  }

  void write(Path file) throws IOException {
    if (!ImageIO.write(sheet, "png", file.toFile())) {
      throw new IOException("This Java cannot write PNG files.");
    }
  }
}
