package dev.tuningfork.image;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Rows and columns of a plane of flux, and the runs of one number along them: borders of a mosaic,
 * dead columns and areas without coverage are such runs.
 */
final class FluxLines {

  /** Rows and columns that are looked at outside of the window; all of the window's are. */
  private static final int LINES = 128;

  /** A run of fewer pixels means nothing. */
  static final int SHORTEST_RUN = 4;

  /** Pixels of a row or column, which lie side by side in an array. */
  @SuppressWarnings("ArrayRecordComponent") // lives for one image and is never compared
  private record Line(double[] flux, int from, int length) {
    int to() {
      return from + length;
    }
  }

  private final List<Line> lines;

  private FluxLines(List<Line> lines) {
    this.lines = lines;
  }

  /** All rows and columns of a square. */
  static FluxLines ofSquare(double[] flux, int side) {
    List<Line> lines = new ArrayList<>();
    double[] columns = columns(flux, side);
    for (int line = 0; line < side; line++) {
      lines.add(new Line(columns, line * side, side));
      lines.add(new Line(flux, line * side, side));
    }
    return new FluxLines(lines);
  }

  /** The columns of a square, one after the other. */
  private static double[] columns(double[] flux, int side) {
    double[] columns = new double[flux.length];
    for (int y = 0; y < side; y++) {
      for (int x = 0; x < side; x++) {
        columns[x * side + y] = flux[y * side + x];
      }
    }
    return columns;
  }

  /**
   * Rows and columns over all of a plane, and the others of a window.
   *
   * @param shown the flux in the window
   */
  static FluxLines ofPlane(FitsPixels pixels, int plane, Window window, double[] shown) {
    List<Line> lines = new ArrayList<>();
    int width = pixels.width();
    int height = pixels.height();
    int side = window.side();
    for (int y = 0; y < height; y++) {
      int row = height - 1 - y; // FITS counts rows from the bottom
      int within = y - window.y();
      if (row % Math.ceilDiv(height, LINES) == 0) {
        lines.add(new Line(pixels.flux(plane, row, 0, 1, width), 0, width));
      } else if (within >= 0 && within < side) {
        lines.add(new Line(shown, within * side, side));
      }
    }
    int apart = Math.ceilDiv(width, LINES);
    double[] columns = columns(pixels, plane, apart);
    double[] ofWindow = columns(shown, side);
    for (int x = 0; x < width; x++) {
      int within = x - window.x();
      if (x % apart == 0) {
        lines.add(new Line(columns, x / apart * height, height));
      } else if (within >= 0 && within < side) {
        lines.add(new Line(ofWindow, within * side, side));
      }
    }
    return new FluxLines(lines);
  }

  /** Columns that are so far apart, one after the other; the file has them row by row. */
  private static double[] columns(FitsPixels pixels, int plane, int apart) {
    int height = pixels.height();
    int count = Math.ceilDiv(pixels.width(), apart);
    double[] columns = new double[count * height];
    for (int row = 0; row < height; row++) {
      double[] of = pixels.flux(plane, row, 0, apart, count);
      for (int column = 0; column < count; column++) {
        columns[column * height + row] = of[column];
      }
    }
    return columns;
  }

  /**
   * The numbers that are most often in runs.
   *
   * @param least in how many pixels in runs a number must be
   * @param most how many numbers there are at most
   */
  List<Double> mostInRuns(int least, int most) {
    Map<Double, Integer> inRuns = new HashMap<>();
    for (Line line : lines) {
      double[] flux = line.flux;
      int begin = line.from;
      double value = flux[begin];
      for (int i = line.from + 1; i <= line.to(); i++) {
        double next = i == line.to() ? Double.NaN : flux[i];
        if (next != value) {
          if (i - begin >= SHORTEST_RUN && Double.isFinite(value)) {
            inRuns.merge(value + 0.0, i - begin, Integer::sum);
          }
          begin = i;
          value = next;
        }
      }
    }
    return inRuns.entrySet().stream()
        .filter(entry -> entry.getValue() >= least)
        .sorted(Map.Entry.<Double, Integer>comparingByValue().reversed())
        .limit(most)
        .map(Map.Entry::getKey)
        .toList();
  }

  /**
   * @param pixels on the lines that hold a run
   * @param inRuns of these, in runs of the number
   * @param apart of these, with the number but in no run that is long enough
   */
  record Tally(long pixels, long inRuns, long apart) {
    /** How often the number is outside of its runs. */
    double share() {
      return pixels == inRuns ? 0 : (double) apart / (pixels - inRuns);
    }
  }

  /** How many pixels hold a number, in runs of so many pixels and otherwise. */
  Tally tally(double value, int run) {
    long pixels = 0;
    long inRuns = 0;
    long apart = 0;
    for (Line line : lines) {
      double[] flux = line.flux;
      long inLong = 0;
      long all = 0;
      int length = 0;
      for (int i = line.from; i <= line.to(); i++) {
        if (i < line.to() && flux[i] == value) {
          length++;
        } else {
          all += length;
          inLong += length >= run ? length : 0;
          length = 0;
        }
      }
      if (inLong > 0) {
        pixels += line.length();
        inRuns += inLong;
        apart += all - inLong;
      }
    }
    return new Tally(pixels, inRuns, apart);
  }

  /** The finite flux of the pixels next to the runs of a number. */
  double[] beside(double value, int run) {
    List<Double> beside = new ArrayList<>();
    for (Line line : lines) {
      double[] flux = line.flux;
      int begin = line.from;
      for (int i = line.from; i <= line.to(); i++) {
        if (i == line.to() || flux[i] != value) {
          if (i - begin >= run) {
            if (begin > line.from && Double.isFinite(flux[begin - 1])) {
              beside.add(flux[begin - 1]);
            }
            if (i < line.to() && Double.isFinite(flux[i])) {
              beside.add(flux[i]);
            }
          }
          begin = i + 1;
        }
      }
    }
    return beside.stream().mapToDouble(Double::doubleValue).toArray();
  }
}
