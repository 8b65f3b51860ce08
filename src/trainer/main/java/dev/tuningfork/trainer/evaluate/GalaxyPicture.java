package dev.tuningfork.trainer.evaluate;

import dev.tuningfork.image.Channels;
import dev.tuningfork.image.ImageDescription;
import dev.tuningfork.image.ImageException;
import dev.tuningfork.image.ImageLimits;
import dev.tuningfork.image.InputSpec;
import dev.tuningfork.image.Preprocessor;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A galaxy for the eye, in colour where there is any: the part of its image that a model sees. */
final class GalaxyPicture {

  private GalaxyPicture() {}

  /**
   * Reads an image.
   *
   * @param input which part of it is taken, and how linear flux is stretched
   * @param side of the picture, in pixels
   * @throws IOException if the file cannot be read
   * @throws ImageException if it is no image that can be used
   */
  static BufferedImage of(Path image, InputSpec input, int side)
      throws IOException, ImageException {
    InputSpec shown = input.withChannels(Channels.RGB).withSize(side);
    float[] values =
        new Preprocessor(shown, ImageLimits.DEFAULT)
            .prepare(Files.readAllBytes(image), ImageDescription.NONE)
            .values();
    return of(values, side);
  }

  /**
   * Draws brightness.
   *
   * @param planes one or three planes of side × side values of 0..1
   */
  static BufferedImage of(float[] planes, int side) {
    int plane = side * side;
    int step = planes.length == plane ? 0 : plane;
    BufferedImage picture = new BufferedImage(side, side, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < plane; i++) {
      int rgb = level(planes[i]) << 16 | level(planes[i + step]) << 8 | level(planes[i + 2 * step]);
      picture.setRGB(i % side, i / side, rgb);
    }
    return picture;
  }

  private static int level(float brightness) {
    return Math.clamp(Math.round(255 * brightness), 0, 255);
  }
}
