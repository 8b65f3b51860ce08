package dev.tuningfork.trainer.chart;

import dev.tuningfork.trainer.learn.TrainingLog;
import dev.tuningfork.trainer.metrics.Calibration.Bin;
import dev.tuningfork.trainer.metrics.QuestionMetrics;
import dev.tuningfork.tree.Answer;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.knowm.xchart.HeatMapChart;
import org.knowm.xchart.HeatMapChartBuilder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.internal.chartpart.IChart;
import org.knowm.xchart.style.AxesChartStyler;
import org.knowm.xchart.style.Styler.LegendLayout;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** The charts of an evaluation. They need no screen. */
public final class Charts {

  /** Drawn at twice their size, since most screens show two pixels where one is asked for. */
  public static final int SCALE = 2;

  /** Beyond this many characters, labels under the columns of a matrix are written aslant. */
  private static final int SHORT_LABEL = 9;

  /** A bin of fewer galaxies is left out of a diagram: it says next to nothing. */
  private static final int FEW = 5;

  private static final int WIDTH = 496;
  private static final int HEIGHT = 330;

  /** Under a chart of this width. */
  private static final int MOST_LABELS = 12;

  private static final String FONT = Font.SANS_SERIF;

  private Charts() {}

  /**
   * Accuracy against the epoch, of training and validation, for the first of the questions that the
   * log knows of.
   */
  public static Optional<BufferedImage> accuracy(
      TrainingLog log, QuestionMetrics question, Theme theme) {
    String id = question.question().id();
    return course(
        "Accuracy of %s %s".formatted(id, question.question().key()),
        "accuracy",
        LegendPosition.InsideSE,
        log.course("trainingAccuracy", id),
        log.course("validationAccuracy", id),
        theme);
  }

  /** Loss against the epoch, of training and validation. */
  public static Optional<BufferedImage> loss(TrainingLog log, Theme theme) {
    return course(
        "Loss",
        "loss",
        LegendPosition.InsideNE,
        log.course("trainingLoss"),
        log.course("validationLoss"),
        theme);
  }

  private static Optional<BufferedImage> course(
      String title,
      String axis,
      LegendPosition legend,
      SequencedMap<Integer, Double> training,
      SequencedMap<Integer, Double> validation,
      Theme theme) {
    if (training.isEmpty() && validation.isEmpty()) {
      return Optional.empty();
    }
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(title)
            .xAxisTitle("epoch")
            .yAxisTitle(axis)
            .build();
    dress(chart.getStyler(), theme);
    chart.getStyler().setLegendPosition(legend);
    int last = last(training, validation);
    int step = Math.ceilDiv(last, MOST_LABELS);
    chart.setCustomXAxisTickLabelsFormatter(
        epoch -> epoch % step == 0 ? String.valueOf(Math.round(epoch)) : "");
    addCourse(chart, "training", training, theme.second(), SeriesMarkers.DIAMOND);
    addCourse(chart, "validation", validation, theme.first(), SeriesMarkers.CIRCLE);
    return Optional.of(drawn(chart, WIDTH, HEIGHT));
  }

  private static int last(
      SequencedMap<Integer, Double> training, SequencedMap<Integer, Double> validation) {
    return Stream.of(training, validation)
        .flatMap(course -> course.keySet().stream())
        .max(Integer::compare)
        .orElse(1);
  }

  private static void addCourse(
      XYChart chart,
      String name,
      SequencedMap<Integer, Double> course,
      Color colour,
      Marker marker) {
    if (!course.isEmpty()) {
      line(
          chart.addSeries(name, new ArrayList<>(course.keySet()), new ArrayList<>(course.values())),
          colour,
          marker);
    }
  }

  /**
   * Where most volunteers gave each answer, which share of the galaxies the model gave each: a row
   * sums to 100 %. Only galaxies whose question was reached count, of which there must be one.
   */
  public static BufferedImage confusion(QuestionMetrics figures, Theme theme) {
    List<Answer> answers = figures.question().answers();
    int count = answers.size();
    List<String> columns = answers.stream().map(Answer::key).toList();
    // the chart's rows go upwards; cells of nothing stay empty
    List<String> rows = new ArrayList<>();
    List<Number[]> cells = new ArrayList<>();
    for (int voted = count - 1; voted >= 0; voted--) {
      int whole = figures.reached().voted(voted);
      rows.add("%s (%,d)".formatted(answers.get(voted).key(), whole));
      for (int answered = 0; answered < count; answered++) {
        int part = figures.reached().counts().get(voted).get(answered);
        if (part > 0) {
          cells.add(
              new Number[] {
                answered, count - 1 - voted, Math.max(1, Math.round(100.0 * part / whole))
              });
        }
      }
    }
    boolean longLabels = columns.stream().anyMatch(column -> column.length() > SHORT_LABEL);
    HeatMapChart chart =
        new HeatMapChartBuilder()
            .width(230 + 64 * count)
            .height((longLabels ? 170 : 120) + 42 * count)
            .title(title(figures))
            .xAxisTitle("answer of the model")
            .yAxisTitle("answer of most volunteers")
            .build();
    dress(chart.getStyler(), theme);
    chart.getStyler().setLegendVisible(false);
    chart.getStyler().setPlotGridLinesVisible(false);
    chart.getStyler().setPlotContentSize(1);
    chart.getStyler().setMin(0).setMax(100);
    chart.getStyler().setRangeColors(new Color[] {theme.background(), theme.full()});
    chart.getStyler().setShowValue(true);
    chart.getStyler().setValueFont(new Font(FONT, Font.PLAIN, 12));
    chart.getStyler().setValueFontColor(theme.text());
    chart.getStyler().setDrawBorder(true);
    chart.getStyler().setXAxisLabelRotation(longLabels ? 35 : 0);
    chart.getStyler().setXAxisTickMarkSpacingHint(10).setYAxisTickMarkSpacingHint(10);
    chart.getStyler().setYAxisLabelAlignment(AxesChartStyler.TextAlignment.Right);
    chart.addSeries("share", columns, rows, cells);
    return drawn(chart, chart.getWidth(), chart.getHeight());
  }

  /**
   * The reliability diagram: what the model's probabilities are beside what volunteers said, for
   * the bins that hold enough galaxies to say something.
   */
  public static BufferedImage calibration(QuestionMetrics figures, Theme theme) {
    XYChart chart =
        new XYChartBuilder()
            .width(326)
            .height(370)
            .title(title(figures))
            .xAxisTitle("probability of the most probable answer")
            .yAxisTitle("what volunteers said")
            .build();
    dress(chart.getStyler(), theme);
    chart.getStyler().setXAxisMin(0.0).setXAxisMax(1.0).setYAxisMin(0.0).setYAxisMax(1.0);
    chart.getStyler().setLegendPosition(LegendPosition.OutsideS);
    chart.getStyler().setLegendLayout(LegendLayout.Horizontal);
    chart.getStyler().setLegendSeriesLineLength(16);
    chart.getStyler().setLegendPadding(6);
    XYSeries diagonal = chart.addSeries("calibrated", List.of(0, 1), List.of(0, 1));
    line(diagonal, theme.faint(), SeriesMarkers.NONE);
    addBins(chart, "votes", figures, Bin::votes, theme.first(), SeriesMarkers.CIRCLE);
    addBins(chart, "majority", figures, Bin::majority, theme.second(), SeriesMarkers.DIAMOND);
    return drawn(chart, chart.getWidth(), chart.getHeight());
  }

  private static void addBins(
      XYChart chart,
      String name,
      QuestionMetrics figures,
      ToDoubleFunction<Bin> value,
      Color colour,
      Marker marker) {
    List<Bin> bins =
        figures.calibration().bins().stream().filter(bin -> bin.galaxies() >= FEW).toList();
    if (!bins.isEmpty()) {
      line(
          chart.addSeries(
              name,
              bins.stream().map(Bin::probability).toList(),
              bins.stream().map(bin -> value.applyAsDouble(bin)).toList()),
          colour,
          marker);
    }
  }

  private static String title(QuestionMetrics figures) {
    return figures.question().id() + " " + figures.question().key();
  }

  private static void line(XYSeries series, Color colour, Marker marker) {
    series.setLineColor(colour);
    series.setLineStyle(new BasicStroke(2, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
    series.setMarker(marker);
    series.setMarkerColor(colour);
  }

  private static void dress(AxesChartStyler styler, Theme theme) {
    styler.setChartBackgroundColor(theme.background());
    styler.setPlotBackgroundColor(theme.background());
    styler.setPlotBorderColor(theme.faint());
    styler.setPlotGridLinesColor(theme.faint());
    styler.setChartFontColor(theme.text());
    styler.setAxisTickLabelsColor(theme.text());
    styler.setAxisTickMarksColor(theme.faint());
    styler.setXAxisTitleColor(theme.text());
    styler.setYAxisTitleColor(theme.text());
    styler.setLegendBackgroundColor(theme.background());
    styler.setLegendBorderColor(theme.faint());
    styler.setChartTitleFont(new Font(FONT, Font.BOLD, 15));
    styler.setAxisTitleFont(new Font(FONT, Font.PLAIN, 13));
    styler.setAxisTickLabelsFont(new Font(FONT, Font.PLAIN, 12));
    styler.setLegendFont(new Font(FONT, Font.PLAIN, 12));
    styler.setChartTitlePadding(10);
    styler.setMarkerSize(7);
    styler.setLocale(Locale.ROOT);
  }

  private static BufferedImage drawn(IChart chart, int width, int height) {
    BufferedImage image =
        new BufferedImage(SCALE * width, SCALE * height, BufferedImage.TYPE_INT_RGB);
    Graphics2D canvas = image.createGraphics();
    canvas.scale(SCALE, SCALE);
    chart.paint(canvas, width, height);
    canvas.dispose();
    return image;
  }

  /** As a PNG file holds it. */
  public static byte[] png(BufferedImage image) {
    return encoded(image, "png");
  }

  /** As a JPEG file holds it: a tenth of the size for photographs. */
  public static byte[] jpeg(BufferedImage image) {
    return encoded(image, "jpg");
  }

  private static byte[] encoded(BufferedImage image, String format) {
    try {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      if (!ImageIO.write(image, format, bytes)) {
        throw new IllegalStateException("Every Java platform writes PNG and JPEG.");
      }
      return bytes.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException("Memory can always be written to.", e);
    }
  }
}
