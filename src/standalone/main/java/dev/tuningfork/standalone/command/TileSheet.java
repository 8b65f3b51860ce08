package dev.tuningfork.standalone.command;

import dev.tuningfork.classifier.message.GalaxyMorphology;
import dev.tuningfork.image.Channels;
import dev.tuningfork.image.ImageException;
import dev.tuningfork.image.LinearFlux;
import dev.tuningfork.image.Pixels;
import dev.tuningfork.image.Recipe;
import dev.tuningfork.standalone.command.TileOptions.Opened;
import dev.tuningfork.standalone.table.MorphologySpool;
import dev.tuningfork.standalone.tile.Allotment.Share;
import dev.tuningfork.text.Printable;
import dev.tuningfork.tile.Cut;
import dev.tuningfork.tile.SkyCutout;
import dev.tuningfork.tile.SurveyImage;
import dev.tuningfork.tile.Tile;
import dev.tuningfork.tile.TileException;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Ellipse2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.PrimitiveIterator;
import java.util.PriorityQueue;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.jspecify.annotations.Nullable;

/**
 * One picture of a run over tiles: the tile with the most galaxies, each circled and coloured by
 * its class, and below it the cutouts that are most probably odd.
 */
final class TileSheet {

  private static final int TILE_SIDE = 1_440;
  private static final int COLUMNS = 8;
  private static final int ROWS = 3;
  private static final int GAP = 8;
  private static final int SIDE = (TILE_SIDE - (COLUMNS - 1) * GAP) / COLUMNS;
  private static final int CAPTION = 38;
  private static final int LEGEND = 44;
  private static final Color SKY = new Color(0x101014);
  private static final Color TEXT = new Color(0xe8e8ec);
  private static final Color DIM = new Color(0xa0a0a8);

  /** What the first letters of a class say, and how it is coloured. */
  private static final Map<String, Color> CLASSES = new LinkedHashMap<>();

  static {
    CLASSES.put("E", new Color(0xf2a65a));
    CLASSES.put("Se", new Color(0xe86f9b));
    CLASSES.put("SB", new Color(0x7fd18b));
    CLASSES.put("S", new Color(0x5fb3f0));
    CLASSES.put("A", new Color(0xa0a0a8));
  }

  private static final Map<String, String> WORDS =
      Map.of(
          "E", "smooth",
          "Se", "edge-on disk",
          "SB", "barred disk",
          "S", "disk",
          "A", "star or artifact");

  /** A galaxy that may be shown as a cutout. */
  private record Worth(int ordinal, double score) {}

  private TileSheet() {}

  /**
   * Draws it as PNG.
   *
   * @param recipe null for plain asinh
   */
  static void write(Path file, Opened opened, MorphologySpool spool, @Nullable Recipe recipe)
      throws IOException {
    Recipe pictures = recipe == null ? Recipe.named("asinh") : recipe;
    Share share =
        opened.allotment().shares().stream()
            .max(Comparator.comparingInt(Share::count))
            .orElseThrow();
    BufferedImage sheet =
        new BufferedImage(
            TILE_SIDE + 2 * GAP,
            GAP + LEGEND + TILE_SIDE + ROWS * (SIDE + CAPTION + GAP) + 2 * GAP,
            BufferedImage.TYPE_INT_RGB);
    Graphics2D canvas = sheet.createGraphics();
    canvas.setColor(SKY);
    canvas.fillRect(0, 0, sheet.getWidth(), sheet.getHeight());
    canvas.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    canvas.setRenderingHint(
        RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BICUBIC);
    canvas.setRenderingHint(
        RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
    try (SurveyImage image = SurveyImage.open(share.tile().bands(), opened.cache())) {
      drawLegend(canvas, share, spool);
      drawTile(canvas, image, share, spool, pictures);
      drawCutouts(canvas, image, share, spool, pictures);
    } catch (TileException | ImageException e) {
      throw new IOException("The sheet cannot be drawn: " + e.getMessage(), e);
    } finally {
      canvas.dispose();
    }
    if (!ImageIO.write(sheet, "png", file.toFile())) {
      throw new IOException("This Java cannot write PNG files.");
    }
  }

  private static void drawLegend(Graphics2D canvas, Share share, MorphologySpool spool)
      throws IOException {
    Map<String, Integer> counts = new LinkedHashMap<>();
    CLASSES.keySet().forEach(form -> counts.put(form, 0));
    PrimitiveIterator.OfInt ordinals = ordinals(share, spool);
    while (ordinals.hasNext()) {
      counts.merge(form(spool.morphology(ordinals.nextInt())), 1, Integer::sum);
    }
    canvas.setFont(new Font(Font.SANS_SERIF, Font.BOLD, 17));
    canvas.setColor(TEXT);
    String title = Printable.of(share.tile().name());
    canvas.drawString(title, GAP, GAP + 26);
    int x = GAP + canvas.getFontMetrics().stringWidth(title) + 32;
    canvas.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 15));
    for (Map.Entry<String, Integer> count : counts.entrySet()) {
      canvas.setColor(CLASSES.get(count.getKey()));
      canvas.setStroke(new BasicStroke(2));
      canvas.draw(new Ellipse2D.Double(x, GAP + 14, 13, 13));
      String words =
          String.format(Locale.ROOT, "%s %,d", WORDS.get(count.getKey()), count.getValue());
      canvas.setColor(TEXT);
      canvas.drawString(words, x + 20, GAP + 26);
      x += 20 + canvas.getFontMetrics().stringWidth(words) + 24;
    }
  }

  private static void drawTile(
      Graphics2D canvas, SurveyImage image, Share share, MorphologySpool spool, Recipe recipe)
      throws TileException, ImageException, IOException {
    int width = image.reference().width();
    int height = image.reference().height();
    int step = Math.max(1, Math.ceilDiv(Math.max(width, height), TILE_SIDE));
    BufferedImage tile = picture(shrunk(image, step), recipe);
    double scale = (double) TILE_SIDE / tile.getWidth();
    canvas.drawImage(tile, GAP, GAP + LEGEND, TILE_SIDE, TILE_SIDE, null);
    PrimitiveIterator.OfInt ordinals = ordinals(share, spool);
    canvas.setStroke(new BasicStroke(1.6f));
    canvas.setClip(GAP, GAP + LEGEND, TILE_SIDE, TILE_SIDE);
    while (ordinals.hasNext()) {
      GalaxyMorphology galaxy = spool.morphology(ordinals.nextInt());
      GalaxyMorphology.Cutout cutout = galaxy.image().cutout();
      if (cutout != null) {
        double half = cutout.side() / 2.0;
        double radius = Math.max(5, half * 0.55 * scale / step);
        double x = GAP + (cutout.x() + half) * scale / step;
        // rows count from the lowest, and the picture's from the top
        double y = GAP + LEGEND + TILE_SIDE - (cutout.y() + half) * scale / step;
        canvas.setColor(CLASSES.get(form(galaxy)));
        canvas.draw(new Ellipse2D.Double(x - radius, y - radius, 2 * radius, 2 * radius));
      }
    }
    canvas.setClip(null);
  }

  /** The whole tile, each pixel the mean of step × step; read in strips of rows. */
  private static LinearFlux shrunk(SurveyImage image, int step) throws TileException {
    int width = image.reference().width();
    int height = image.reference().height();
    int side = Math.ceilDiv(Math.max(width, height), step);
    List<String> bands = image.bands();
    float[] values = new float[bands.size() * side * side];
    Arrays.fill(values, Float.NaN);
    float[] strip = new float[width * step];
    for (int band = 0; band < bands.size(); band++) {
      Tile tile = image.tile(bands.get(band));
      int columns = Math.min(width, tile.width());
      int rows = Math.min(height, tile.height());
      for (int y = 0; y < rows; y += step) {
        int high = Math.min(step, rows - y);
        tile.read(0, y, columns, high, strip);
        for (int x = 0; x < columns; x += step) {
          values[(band * side + side - 1 - y / step) * side + x / step] =
              mean(strip, x, Math.min(step, columns - x), high, columns);
        }
      }
    }
    return new LinearFlux(bands, side, values);
  }

  private static float mean(float[] strip, int x, int wide, int high, int columns) {
    double sum = 0;
    int count = 0;
    for (int row = 0; row < high; row++) {
      for (int column = x; column < x + wide; column++) {
        float value = strip[row * columns + column];
        if (!Float.isNaN(value)) {
          sum += value;
          count++;
        }
      }
    }
    return count == 0 ? Float.NaN : (float) (sum / count);
  }

  private static void drawCutouts(
      Graphics2D canvas, SurveyImage image, Share share, MorphologySpool spool, Recipe recipe)
      throws IOException, TileException, ImageException {
    int top = GAP + LEGEND + TILE_SIDE + GAP;
    int at = 0;
    for (Worth worth : mostWorth(share, spool)) {
      GalaxyMorphology galaxy = spool.morphology(worth.ordinal());
      GalaxyMorphology.Cutout cutout = Objects.requireNonNull(galaxy.image().cutout());
      SkyCutout cut =
          image.cut(
              new Cut(
                  new Cut.Centre.Sky(
                      Objects.requireNonNull(galaxy.ra()), Objects.requireNonNull(galaxy.dec())),
                  new Cut.Side.Pixels(cutout.side())));
      int x = GAP + at % COLUMNS * (SIDE + GAP);
      int y = top + at / COLUMNS * (SIDE + CAPTION + GAP);
      canvas.drawImage(picture(cut.flux(), recipe), x, y, SIDE, SIDE, null);
      canvas.setFont(new Font(Font.SANS_SERIF, Font.BOLD, 14));
      canvas.setColor(CLASSES.get(form(galaxy)));
      canvas.drawString(
          Objects.requireNonNullElse(galaxy.morphology().classString(), "–"), x + 1, y + SIDE + 15);
      canvas.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 12));
      canvas.setColor(DIM);
      canvas.drawString(shortened(galaxy.objectId()), x + 1, y + SIDE + 31);
      at++;
    }
  }

  private static String shortened(String id) {
    int longest = 24;
    return Printable.of(
        id.length() <= longest ? id : "…" + id.substring(id.length() - longest + 1));
  }

  private static List<Worth> mostWorth(Share share, MorphologySpool spool) throws IOException {
    PriorityQueue<Worth> best = new PriorityQueue<>(Comparator.comparingDouble(Worth::score));
    PrimitiveIterator.OfInt ordinals = ordinals(share, spool);
    while (ordinals.hasNext()) {
      int ordinal = ordinals.nextInt();
      best.add(new Worth(ordinal, odd(spool.morphology(ordinal))));
      if (best.size() > COLUMNS * ROWS) {
        best.remove();
      }
    }
    List<Worth> sorted = new ArrayList<>(best);
    sorted.sort(Comparator.comparingDouble(Worth::score).reversed());
    return sorted;
  }

  /** How probably something is odd; for a model that is not asked, how unsure it is at first. */
  private static double odd(GalaxyMorphology galaxy) {
    for (GalaxyMorphology.Question question : galaxy.questions()) {
      for (GalaxyMorphology.Answer answer : question.answers()) {
        if (question.key().equals("odd") && answer.key().equals("yes")) {
          return answer.joint() == null ? answer.probability() : answer.joint();
        }
      }
    }
    return 1
        - galaxy.questions().getFirst().answers().stream()
            .mapToDouble(GalaxyMorphology.Answer::probability)
            .max()
            .orElse(1);
  }

  private static PrimitiveIterator.OfInt ordinals(Share share, MorphologySpool spool) {
    return IntStream.range(share.first(), share.first() + share.count())
        .filter(spool::has)
        .iterator();
  }

  private static String form(GalaxyMorphology galaxy) {
    String seen = Objects.requireNonNullElse(galaxy.morphology().classString(), "A");
    return CLASSES.keySet().stream()
        .filter(form -> form.length() == 2 && seen.startsWith(form))
        .findFirst()
        .orElse(CLASSES.containsKey(seen.substring(0, 1)) ? seen.substring(0, 1) : "A");
  }

  private static BufferedImage picture(LinearFlux flux, Recipe recipe) throws ImageException {
    Pixels.Levels levels = recipe.picture(flux, Channels.RGB);
    int side = flux.side();
    BufferedImage image = new BufferedImage(side, side, BufferedImage.TYPE_INT_RGB);
    byte[] bytes = levels.values();
    for (int i = 0; i < side * side; i++) {
      image.setRGB(
          i % side,
          i / side,
          ((bytes[3 * i] & 0xff) << 16)
              | ((bytes[3 * i + 1] & 0xff) << 8)
              | (bytes[3 * i + 2] & 0xff));
    }
    return image;
  }
}
