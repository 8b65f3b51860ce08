package dev.tuningfork.trainer.chart;

import dev.tuningfork.image.Channels;
import dev.tuningfork.image.ImageDescription;
import dev.tuningfork.image.ImageException;
import dev.tuningfork.image.ImageLimits;
import dev.tuningfork.image.InputSpec;
import dev.tuningfork.image.Pixels;
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
   * @throws ImageException if it is not an image that can be used
   */
  static BufferedImage of(Path image, InputSpec input, int side)
      throws IOException, ImageException {
    InputSpec shown = input.withChannels(Channels.RGB).withSize(side);
    return of(
        new Preprocessor(shown, ImageLimits.DEFAULT)
            .prepare(Files.readAllBytes(image), ImageDescription.NONE)
            .pixels(),
        side);
  }

  /**
   * Draws pixels.
   *
   * @param pixels side × side of one or three channels
   */
  static BufferedImage of(Pixels pixels, int side) {
    int channels = pixels.count() / (side * side);
    int last = channels - 1;
    BufferedImage picture = new BufferedImage(side, side, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < side * side; i++) {
      int red = i * channels;
      int rgb =
          pixels.level(red) << 16 | pixels.level(red + last / 2) << 8 | pixels.level(red + last);
      picture.setRGB(i % side, i / side, rgb);
    }
    return picture;
  }
}
