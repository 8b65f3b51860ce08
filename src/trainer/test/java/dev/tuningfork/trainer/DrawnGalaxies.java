package dev.tuningfork.trainer;

import dev.tuningfork.tree.KaggleColumns;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;

/** Blobs of 64 × 64 pixels: the bright ones are smooth, the dim ones have features. */
public final class DrawnGalaxies {

  private DrawnGalaxies() {}

  /** Draws that many, and labels them and one more that has no image. */
  public static void draw(Path folder, int count) throws IOException {
    List<String> table = new ArrayList<>();
    table.add(header());
    for (int id = 0; id < count; id++) {
      boolean smooth = id % 2 == 0;
      int brightness = (smooth ? 160 : 60) + id % 40;
      BufferedImage image = new BufferedImage(64, 64, BufferedImage.TYPE_BYTE_GRAY);
      Graphics2D pen = image.createGraphics();
      pen.setColor(new Color(brightness, brightness, brightness));
      pen.fillOval(20 + id % 5, 22 - id % 3, 20, 20);
      pen.dispose();
      ImageIO.write(image, "png", folder.resolve(id + ".png").toFile());
      table.add(id + (smooth ? ",0.9,0.05,0.05" : ",0.1,0.85,0.05") + ",".repeat(34));
    }
    table.add("999,1,0,0" + ",".repeat(34));
    Files.write(labels(folder), table);
  }

  /** Labels that many as if volunteers had not looked: all of them smooth and featured alike. */
  public static Path undecided(Path file, int count) throws IOException {
    List<String> table = new ArrayList<>();
    table.add(header());
    for (int id = 0; id < count; id++) {
      table.add(id + ",0.5,0.5,0" + ",".repeat(34));
    }
    return Files.write(file, table);
  }

  private static String header() {
    return KaggleColumns.GALAXY_ID + "," + String.join(",", KaggleColumns.NAMES);
  }

  public static Path labels(Path folder) {
    return folder.resolve("labels.csv");
  }
}
