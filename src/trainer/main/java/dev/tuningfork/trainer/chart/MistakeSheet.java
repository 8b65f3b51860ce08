package dev.tuningfork.trainer.chart;

import dev.tuningfork.image.ImageException;
import dev.tuningfork.image.InputSpec;
import dev.tuningfork.trainer.data.DataSet;
import dev.tuningfork.trainer.metrics.Comparison;
import dev.tuningfork.trainer.metrics.Judged;
import dev.tuningfork.trainer.metrics.Mistake;
import dev.tuningfork.tree.Morphology;
import java.awt.Font;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.util.List;

/** The galaxies on which a model is farthest from the volunteers, with what either said. */
public final class MistakeSheet {

  private static final int COLUMNS = 4;
  private static final int SIDE = 220;
  private static final int CAPTION = 76;
  private static final int GAP = 12;

  private MistakeSheet() {}

  /**
   * Draws the sheet.
   *
   * @param mistakes at least one
   * @param input how the model prepares images
   */
  public static BufferedImage of(List<Mistake> mistakes, InputSpec input) {
    int columns = Math.min(COLUMNS, mistakes.size());
    int rows = Math.ceilDiv(mistakes.size(), columns);
    try (Sheet sheet =
        new Sheet(columns * (SIDE + GAP) + GAP, rows * (SIDE + CAPTION + GAP) + GAP)) {
      for (int i = 0; i < mistakes.size(); i++) {
        place(
            sheet,
            mistakes.get(i),
            input,
            GAP + i % columns * (SIDE + GAP),
            GAP + i / columns * (SIDE + CAPTION + GAP));
      }
      return sheet.image();
    }
  }

  private static void place(Sheet sheet, Mistake mistake, InputSpec input, int left, int top) {
    Judged judged = mistake.galaxy();
    try {
      sheet.place(
          GalaxyPicture.of(
              judged.galaxy().image(),
              DataSet.cropped(input, judged.cropPixels()),
              Charts.SCALE * SIDE),
          left,
          top,
          SIDE);
    } catch (IOException | ImageException gone) {
      sheet.placeNothing(left, top, SIDE);
    }
    int line = top + SIDE + 17;
    sheet.write(judged.galaxy().id(), left, line, SIDE, 14, Font.BOLD, Theme.DARK.text());
    line += 17;
    sheet.write(mistake.question().key(), left, line, SIDE, 12, Font.PLAIN, Theme.DARK.text());
    line += 17;
    sheet.write(
        "volunteers: " + volunteers(mistake),
        left,
        line,
        SIDE,
        12,
        Font.PLAIN,
        Theme.DARK.second());
    line += 17;
    sheet.write("model: " + model(mistake), left, line, SIDE, 12, Font.PLAIN, Theme.DARK.first());
  }

  /** Their answer to the question, and the class of the galaxy by their votes. */
  public static String volunteers(Mistake mistake) {
    return said(
        mistake,
        mistake.votes(),
        Morphology.of(mistake.galaxy().galaxy().votes().orElseThrow().fractions()));
  }

  /** Its answer to the question, and the class of the galaxy by its answers. */
  public static String model(Mistake mistake) {
    return said(
        mistake,
        mistake.answers().conditional(mistake.question()),
        Morphology.of(mistake.answers()));
  }

  private static String said(Mistake mistake, double[] shares, Morphology morphology) {
    int most = Comparison.largest(shares);
    return "%s: %.0f %% · %s"
        .formatted(
            mistake.question().answers().get(most).key(),
            100 * shares[most],
            morphology.classString().isEmpty() ? "–" : morphology.classString());
  }
}
