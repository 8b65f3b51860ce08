package dev.tuningfork.trainer.augment;

import dev.tuningfork.trainer.data.DataSet;
import dev.tuningfork.trainer.data.GalaxySource;
import dev.tuningfork.trainer.data.LabelledGalaxy;
import dev.tuningfork.trainer.data.Reading;
import dev.tuningfork.trainer.data.TrainingData.Member;
import dev.tuningfork.tree.DecisionTree;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RadialGradientPaint;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import javax.imageio.ImageIO;

/** Galaxies on a sky that is not black, so that black shows where an image ends. */
final class DrawnSky {

  /** The grey level of the sky; sources only add to it. */
  static final int SKY = 60;

  private DrawnSky() {}

  /** Different galaxies on images of one size, all of one data set. */
  static List<Member> draw(Path folder, int count, int side, String format) throws IOException {
    return draw(folder, count, side, format, dataSet("drawn", 1, OptionalInt.empty()));
  }

  static List<Member> draw(Path folder, int count, int side, String format, DataSet dataSet)
      throws IOException {
    List<Member> members = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String id = dataSet.source().describe() + "-" + i;
      Path file = folder.resolve(id + "." + format);
      ImageIO.write(galaxy(i, side), format, file.toFile());
      members.add(
          new Member(
              new LabelledGalaxy(
                  id,
                  DecisionTree.galaxyZoo2(),
                  file,
                  Optional.empty(),
                  Optional.empty(),
                  Optional.empty()),
              dataSet));
    }
    return members;
  }

  static DataSet dataSet(String name, double weight, OptionalInt cropPixels) {
    return new DataSet(new Nowhere(name), weight, true, cropPixels);
  }

  private record Nowhere(String name) implements GalaxySource {
    @Override
    public Path images() {
      return Path.of("nowhere");
    }

    @Override
    public Reading read() {
      return new Reading(List.of(), List.of());
    }

    @Override
    public String describe() {
      return name;
    }
  }

  private static BufferedImage galaxy(int number, int side) {
    BufferedImage image = new BufferedImage(side, side, BufferedImage.TYPE_INT_RGB);
    Graphics2D pen = image.createGraphics();
    Color sky = new Color(SKY, SKY, SKY);
    pen.setColor(sky);
    pen.fillRect(0, 0, side, side);
    float radius = side / 6f;
    pen.translate(side / 2.0, side / 2.0);
    pen.rotate(number);
    pen.scale(1, 0.5 + number % 5 / 10.0);
    pen.setPaint(
        new RadialGradientPaint(
            0, 0, radius, new float[] {0, 1}, new Color[] {new Color(250, 200, 140), sky}));
    pen.fillOval((int) -radius, (int) -radius, (int) (2 * radius), (int) (2 * radius));
    pen.setPaint(
        new RadialGradientPaint(
            radius,
            radius / 2,
            radius / 3,
            new float[] {0, 1},
            new Color[] {new Color(90, 120, 230), sky}));
    pen.fillOval(
        (int) (radius * 2 / 3), (int) (radius / 6), (int) (radius / 1.5), (int) (radius / 1.5));
    pen.dispose();
    return image;
  }
}
