package dev.tuningfork.benchmark.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.imageio.ImageIO;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.CategorySeries;

/**
 * A report as a picture: a chart for each suite and unit, its bars the medians, with the ends as
 * error bars. Where bars differ widely the axis is logarithmic, and has no error bars, since those
 * are as long downwards as upwards. It needs no screen.
 */
public final class Picture {

  private static final int COLUMNS = 2;
  private static final int WIDTH = 620;
  private static final int HEIGHT = 380;
  private static final int HEAD = 44;

  /** More bars than this ask for the whole width. */
  private static final int MANY = 6;

  /** Where bars differ by more, the smaller ones cannot be read unless the axis is logarithmic. */
  private static final double LINEAR_UP_TO = 150;

  /** Drawn at twice its size, since most screens show two pixels where one is asked for. */
  private static final int SCALE = 2;

  private static final Color INK = new Color(0x1f2328);
  private static final Color FAINT = new Color(0xd0d7de);

  /** From Okabe and Ito's palette. */
  private static final Color BAR = new Color(0x0072b2);

  private Picture() {}

  /** Writes a PNG. */
  public static void write(Report report, Path file) throws IOException {
    BufferedImage image = draw(report);
    if (!ImageIO.write(image, "png", file.toFile())) {
      throw new IOException("This JDK writes no PNG, so " + file + " was not written.");
    }
  }

  static BufferedImage draw(Report report) {
    Map<String, List<Figure>> charts = new LinkedHashMap<>();
    for (Figure figure : report.figures()) {
      charts
          .computeIfAbsent(figure.suite() + ", " + figure.unit(), _ -> new ArrayList<>())
          .add(figure);
    }
    charts.values().removeIf(figures -> figures.size() == 1); // which has nothing to compare with
    List<Place> places = places(charts);
    int width = COLUMNS * WIDTH;
    int height = HEAD + HEIGHT * (places.isEmpty() ? 0 : places.getLast().row() + 1);
    BufferedImage image =
        new BufferedImage(SCALE * width, SCALE * height, BufferedImage.TYPE_INT_RGB);
    Graphics2D canvas = image.createGraphics();
    canvas.scale(SCALE, SCALE);
    canvas.setRenderingHint(
        RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
    canvas.setColor(Color.WHITE);
    canvas.fillRect(0, 0, width, height);
    canvas.setColor(INK);
    canvas.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 13));
    canvas.drawString(report.model() + " on " + report.machine(), 14, 28);
    for (Place place : places) {
      Graphics2D part =
          (Graphics2D)
              canvas.create(
                  place.column() * WIDTH,
                  HEAD + place.row() * HEIGHT,
                  place.columns() * WIDTH,
                  HEIGHT);
      chart(place.title(), place.figures(), place.columns() * WIDTH)
          .paint(part, place.columns() * WIDTH, HEIGHT);
      part.dispose();
    }
    canvas.dispose();
    return image;
  }

  private record Place(String title, List<Figure> figures, int row, int column, int columns) {}

  /** Row by row; a chart of many bars has a row to itself. */
  private static List<Place> places(Map<String, List<Figure>> charts) {
    List<Place> places = new ArrayList<>();
    int row = 0;
    int column = 0;
    for (Map.Entry<String, List<Figure>> chart : charts.entrySet()) {
      int columns = chart.getValue().size() > MANY ? COLUMNS : 1;
      if (column + columns > COLUMNS) {
        row++;
        column = 0;
      }
      places.add(new Place(chart.getKey(), chart.getValue(), row, column, columns));
      column += columns;
    }
    return places;
  }

  private static CategoryChart chart(String title, List<Figure> figures, int width) {
    CategoryChart chart =
        new CategoryChartBuilder().width(width).height(HEIGHT).title(title).build();
    var styler = chart.getStyler();
    styler.setLegendVisible(false);
    styler.setChartBackgroundColor(Color.WHITE);
    styler.setPlotBackgroundColor(Color.WHITE);
    styler.setPlotBorderVisible(false);
    styler.setPlotGridVerticalLinesVisible(false);
    styler.setPlotGridLinesColor(FAINT);
    styler.setChartFontColor(INK);
    styler.setChartTitleFont(new Font(Font.SANS_SERIF, Font.BOLD, 14));
    styler.setAxisTickLabelsFont(new Font(Font.SANS_SERIF, Font.PLAIN, 11));
    styler.setXAxisLabelRotation(25);
    styler.setXAxisTickMarkSpacingHint(1); // so that each bar has its name
    styler.setAvailableSpaceFill(0.6);
    styler.setErrorBarsColor(INK);
    styler.setLocale(Locale.ROOT);
    double least = figures.stream().mapToDouble(f -> f.spread().median()).min().orElseThrow();
    double most = figures.stream().mapToDouble(f -> f.spread().most()).max().orElseThrow();
    boolean logarithmic = most > LINEAR_UP_TO * least;
    styler.setYAxisLogarithmic(logarithmic);
    styler.setYAxisMin(logarithmic ? Math.pow(10, Math.floor(Math.log10(least))) : 0.0);
    List<String> names = figures.stream().map(Figure::name).toList();
    List<Double> medians = figures.stream().map(figure -> figure.spread().median()).toList();
    // XChart's error bars are symmetric: the farther end is shown on both sides
    List<Double> errors =
        figures.stream()
            .map(Figure::spread)
            .map(s -> Math.max(s.most() - s.median(), s.median() - s.least()))
            .toList();
    CategorySeries series = chart.addSeries("median", names, medians, logarithmic ? null : errors);
    series.setFillColor(BAR);
    series.setLineStyle(new BasicStroke(1));
    return chart;
  }
}
