package dev.tuningfork.trainer.chart;

import dev.tuningfork.image.ImageException;
import dev.tuningfork.image.InputSpec;
import dev.tuningfork.image.PreparedImage;
import java.awt.Color;
import java.awt.Font;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * The maps that come out of a network's first layers, beside the image that went in. Each map has
 * its own scale: its least value is dark blue and its greatest yellow.
 */
public final class ActivationSheet {

  private static final int ACROSS = 8;
  private static final int MOST_MAPS = 64;
  private static final int MAP = 68;
  private static final int MAP_GAP = 4;
  private static final int GAP = 24;
  private static final int TITLE = 44;
  private static final int INPUT = 240;
  private static final int SECTION = ACROSS * (MAP + MAP_GAP);

  /** Viridis (van der Walt and Smith 2015), which has no hue that a colour-blind person misses. */
  private static final Color[] VIRIDIS =
      Arrays.stream(
              new int[] {
                0x440154, 0x482878, 0x3e4989, 0x31688e, 0x26828e, 0x1f9e89, 0x35b779, 0x6ece58,
                0xb5de2b, 0xfde725
              })
          .mapToObj(Color::new)
          .toArray(Color[]::new);

  private ActivationSheet() {}

  /**
   * Draws the sheet, as a PNG file holds it.
   *
   * @param image the file that the galaxy came from
   * @param prepared what the network was given
   * @param layers at least one
   */
  public static byte[] png(
      Path image, InputSpec input, PreparedImage prepared, List<Activations> layers)
      throws IOException, ImageException {
    int pairs = Math.ceilDiv(layers.size(), 2);
    int[] heights = new int[pairs];
    for (int i = 0; i < layers.size(); i++) {
      int rows = Math.ceilDiv(shown(layers.get(i)), ACROSS);
      heights[i / 2] = Math.max(heights[i / 2], TITLE + rows * (MAP + MAP_GAP) + GAP);
    }
    int inputs = GAP + 2 * (TITLE + INPUT + GAP);
    int width = GAP + INPUT + Math.min(2, layers.size()) * (GAP + SECTION) + GAP;
    int height = Math.max(inputs, GAP + Arrays.stream(heights).sum());
    try (Sheet sheet = new Sheet(width, height)) {
      int top = GAP;
      title(sheet, GAP, top, INPUT, "the galaxy", String.valueOf(image.getFileName()));
      sheet.place(GalaxyPicture.of(image, input, Charts.SCALE * INPUT), GAP, top + TITLE, INPUT);
      top += TITLE + INPUT + GAP;
      title(
          sheet,
          GAP,
          top,
          INPUT,
          "the input",
          "%d channel%s of %d×%d"
              .formatted(
                  input.channels().count(),
                  input.channels().count() == 1 ? "" : "s",
                  input.size(),
                  input.size()));
      sheet.place(GalaxyPicture.of(prepared.pixels(), input.size()), GAP, top + TITLE, INPUT);
      top = GAP;
      for (int i = 0; i < layers.size(); i++) {
        place(sheet, layers.get(i), GAP + INPUT + GAP + i % 2 * (SECTION + GAP), top);
        top += i % 2 * heights[i / 2];
      }
      return Charts.png(sheet.image());
    }
  }

  private static int shown(Activations layer) {
    return Math.min(MOST_MAPS, layer.volume().channels());
  }

  private static void title(
      Sheet sheet, int left, int top, int width, String first, String second) {
    sheet.write(first, left, top + 14, width, 15, Font.BOLD, Theme.DARK.text());
    sheet.write(second, left, top + 32, width, 12, Font.PLAIN, Theme.DARK.text());
  }

  private static void place(Sheet sheet, Activations layer, int left, int top) {
    int shown = shown(layer);
    int all = layer.volume().channels();
    title(
        sheet,
        left,
        top,
        SECTION,
        "after " + layer.title(),
        "%s%d maps of %d×%d"
            .formatted(
                shown < all ? "the first %d of ".formatted(shown) : "",
                all,
                layer.volume().height(),
                layer.volume().width()));
    for (int map = 0; map < shown; map++) {
      sheet.place(
          map(layer, map),
          left + map % ACROSS * (MAP + MAP_GAP),
          top + TITLE + map / ACROSS * (MAP + MAP_GAP),
          MAP);
    }
  }

  private static BufferedImage map(Activations layer, int map) {
    int width = layer.volume().width();
    int height = layer.volume().height();
    float[] values =
        Arrays.copyOfRange(layer.values(), map * width * height, (map + 1) * width * height);
    float least = Float.POSITIVE_INFINITY;
    float greatest = Float.NEGATIVE_INFINITY;
    for (float value : values) {
      least = Math.min(least, value);
      greatest = Math.max(greatest, value);
    }
    float range = greatest > least ? greatest - least : 1;
    BufferedImage picture = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < values.length; i++) {
      picture.setRGB(i % width, i / width, viridis((values[i] - least) / range));
    }
    return picture;
  }

  /**
   * @param share 0 to 1
   */
  private static int viridis(float share) {
    float place = share * (VIRIDIS.length - 1);
    int below = Math.min((int) place, VIRIDIS.length - 2);
    float part = place - below;
    Color from = VIRIDIS[below];
    Color to = VIRIDIS[below + 1];
    return mixed(from.getRed(), to.getRed(), part) << 16
        | mixed(from.getGreen(), to.getGreen(), part) << 8
        | mixed(from.getBlue(), to.getBlue(), part);
  }

  private static int mixed(int from, int to, float part) {
    return Math.round(from + part * (to - from));
  }
}
