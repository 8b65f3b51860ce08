package dev.tuningfork.image;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds the numbers that stand for missing pixels in a plane of linear flux: 0 beyond the edge of a
 * mosaic, in a dead column, or in a band without coverage; −999 where a pipeline writes that.
 *
 * <p>A number is such a fill value where it is repeated exactly, in runs along rows or columns that
 * are longer than chance allows, and these facts hold as well:
 *
 * <ul>
 *   <li>On the lines that hold the runs it is rare outside of them. It is common where an image has
 *       few levels, as counts of photons do; these are all real.
 *   <li>The flux beside the runs is not the next level: in an image of few levels, contours are
 *       runs.
 *   <li>The flux beside the runs is not the lowest of all. It is where a galaxy fades into a
 *       background of exactly 0, as in simulations and in stamps cut out along an isophote.
 *   <li>If the number is above the sky, there is no light beside the runs, or hardly any compared
 *       with the number. There is around a source that is saturated.
 *   <li>Enough else is left, and it has noise.
 * </ul>
 *
 * <p>Without runs these numbers count as well:
 *
 * <ul>
 *   <li>0, if it is far below the sky.
 *   <li>The lowest and the highest number of the window, if all others are far from it. The highest
 *       one also if it is repeated and the pixels next to it hardly shine compared with it.
 *   <li>A number that is repeated more often than chance allows in an image of continuous flux, in
 *       which hardly any number is repeated. A single 0 is such a number there: the floating-point
 *       numbers next to 0 are so close together that none is met by chance.
 * </ul>
 */
final class FillValues {

  /** Rows and columns that are looked at outside of the window; all of the window's are. */
  private static final int LINES = 128;

  /** A run of fewer pixels means nothing. */
  private static final int SHORTEST_RUN = 4;

  private static final int LEAST_PIXELS = 12;
  private static final int MOST_CANDIDATES = 4;

  /** So many runs may come about by chance in all of the lines. */
  private static final double CHANCE = 1e-6;

  /** From this share of the pixels on, a number is one of the image's own levels. */
  private static final double ORDINARY = 0.25;

  /** Below this share, every pixel of the number is undefined, not only those in runs. */
  private static final double RARE = 0.01;

  private static final int LEAST_OTHERS = 64;

  /** The share of the other pixels that is fainter than those beside the runs. */
  private static final double LEAST_FAINTER = 0.12;

  /** The same where the number is the image's own next level below its lowest flux. */
  private static final double LEAST_FAINTER_AT_THE_LOWEST = 0.3;

  private static final double JUST_BELOW = 0.5;

  /** So many levels away, a number is still next to another. */
  private static final double NEXT_LEVELS = 2;

  private static final double FAR_BELOW = 8;
  private static final double CLEARLY_BELOW = 5;
  private static final double NO_LIGHT = 5;

  /** The lowest number is this far below all others, in units of the noise. */
  private static final double APART = 50;

  /** No source is so many times brighter than what is around it. */
  private static final double FAR_ABOVE = 100;

  /** Next to a repeated number, no source is so many times fainter than where it is saturated. */
  private static final double FAINT_BESIDE = 30;

  private static final int MOST_EXTREMES = 2;

  /** Pixels of the window that are searched for repeated numbers. */
  private static final int REPEAT_SAMPLES = 16_384;

  /** In continuous flux, this share of the numbers is there once. */
  private static final double CONTINUOUS = 0.9;

  private static final int LEAST_REPEATS = 3;

  /** Of n numbers, the two nearest are about a noise / n² apart, unless all were rounded. */
  private static final double ROUNDED = 100;

  /** The share of fainter flux from which on a number is not the lowest. */
  private static final double LEAST_AMID = 0.01;

  /** Where the number is undefined: wherever it is, or in runs of a length along a line. */
  private record Fill(double value, int shortestRun) {}

  /** A plane's fill values, and the sky of the rest; without others, all of it is one value. */
  record Found(List<Double> values, Background background, boolean isBare, List<Integer> runs) {

    /** Makes the undefined pixels of a square NaN. */
    void clear(double[] flux, int side) {
      if (values.isEmpty()) {
        return;
      }
      boolean[] undefined = new boolean[flux.length];
      for (int i = 0; i < values.size(); i++) {
        mark(flux, side, values.get(i), runs.get(i), undefined);
      }
      for (int i = 0; i < flux.length; i++) {
        if (undefined[i]) {
          flux[i] = Double.NaN;
        }
      }
    }

    private static void mark(double[] flux, int side, double value, int run, boolean[] undefined) {
      for (int line = 0; line < side; line++) {
        mark(flux, line * side, 1, side, value, run, undefined);
        mark(flux, line, side, side, value, run, undefined);
      }
    }

    private static void mark(
        double[] flux, int from, int step, int count, double value, int run, boolean[] undefined) {
      int begin = 0;
      for (int i = 0; i <= count; i++) {
        if (i == count || flux[from + i * step] != value) {
          for (int k = begin; i - begin >= run && k < i; k++) {
            undefined[from + k * step] = true;
          }
          begin = i + 1;
        }
      }
    }
  }

  /** Pixels in a row or column of an array. */
  @SuppressWarnings("ArrayRecordComponent") // lives for one image and is never compared
  private record Line(double[] flux, int from, int step, int length) {
    double at(int i) {
      return flux[from + i * step];
    }
  }

  private final List<Line> lines;

  /** Of the plane, in order. */
  private final double[] sample;

  private final double[] shown;

  private FillValues(List<Line> lines, double[] sample, double[] shown) {
    this.lines = lines;
    this.sample = sample;
    this.shown = shown;
    RadixSort.sort(sample, sample.length);
  }

  /**
   * Looks for the fill values of a plane, of which a window will be shown.
   *
   * @param shown the flux in the window
   */
  static Found in(FitsPixels pixels, int plane, Window window, double[] shown) {
    return new FillValues(lines(pixels, plane, window, shown), pixels.sample(plane), shown).found();
  }

  /** Looks for the fill values of a square of which nothing is known beyond it. */
  static Found in(double[] flux, int side) {
    List<Line> lines = new ArrayList<>();
    for (int line = 0; line < side; line++) {
      lines.add(new Line(flux, line, side, side));
      lines.add(new Line(flux, line * side, 1, side));
    }
    double[] defined = Arrays.stream(flux).filter(Double::isFinite).toArray();
    return new FillValues(lines, defined, flux).found();
  }

  /** Rows and columns over all of the plane, and the others of the window. */
  private static List<Line> lines(FitsPixels pixels, int plane, Window window, double[] shown) {
    List<Line> lines = new ArrayList<>();
    int width = pixels.width();
    int height = pixels.height();
    int side = window.side();
    for (int y = 0; y < height; y++) {
      int row = height - 1 - y; // FITS counts rows from the bottom
      int within = y - window.y();
      if (row % Math.ceilDiv(height, LINES) == 0) {
        lines.add(new Line(pixels.flux(plane, row, 0, 1, width), 0, 1, width));
      } else if (within >= 0 && within < side) {
        lines.add(new Line(shown, within * side, 1, side));
      }
    }
    int apart = Math.ceilDiv(width, LINES);
    double[] columns = columns(pixels, plane, apart);
    for (int x = 0; x < width; x++) {
      int within = x - window.x();
      if (x % apart == 0) {
        lines.add(new Line(columns, x / apart * height, 1, height));
      } else if (within >= 0 && within < side) {
        lines.add(new Line(shown, within, side, side));
      }
    }
    return lines;
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

  private Found found() {
    if (sample.length == 0) {
      return new Found(List.of(), new Background(0, 0), true, List.of());
    }
    List<Fill> fills = new ArrayList<>();
    for (double value : candidates()) {
      int run = runThatIsNoChance(value);
      if (run > 0 && isFill(value, run, others(fills, value))) {
        fills.add(new Fill(value, run));
      }
    }
    double[] window = spread();
    boolean more = window.length > 0;
    for (int round = 0; round < MOST_EXTREMES && more; round++) {
      more = addExtremes(fills, window[window.length / 2]);
    }
    addRepeated(fills, window);
    double[] others = fills.isEmpty() ? sample : others(fills, fills.getFirst().value);
    Background background = Background.ofSorted(others.length == 0 ? sample : others);
    if (background.noise() > 0
        && background.sky() > FAR_BELOW * background.noise()
        && fills.stream().noneMatch(fill -> fill.value == 0)) {
      fills.add(new Fill(0, 1));
    }
    return new Found(
        fills.stream().map(Fill::value).toList(),
        background,
        isBare(),
        fills.stream().map(Fill::shortestRun).toList());
  }

  private boolean isBare() {
    double usual = sample[sample.length / 2];
    return Arrays.stream(sample).filter(value -> value != usual).count() * 200 < sample.length;
  }

  /**
   * Adds the lowest and the highest number of the window, if they are far from all others. The
   * median spares most images the measurement of their noise.
   *
   * @return whether one of them was added
   */
  private boolean addExtremes(List<Fill> fills, double median) {
    boolean added = false;
    Extreme lowest = lowest(fills, 1);
    Extreme highest = lowest(fills, -1);
    if (lowest.isRare(shown.length) && lowest.next - lowest.value > median - lowest.next) {
      Background background = background(fills, lowest.value);
      if (background.noise() > 0 && lowest.next - lowest.value > APART * background.noise()) {
        add(fills, lowest.value);
        added = true;
      }
    }
    boolean isFar = -highest.value - median > FAR_ABOVE / 2 * (-highest.next - median);
    if (highest.isRare(shown.length) && (isFar || highest.count >= LEAST_REPEATS)) {
      Background background = background(fills, -highest.value);
      double height = -highest.value - background.sky();
      double light = Math.max(-highest.next - background.sky(), background.noise());
      if (background.noise() > 0
          && (height > FAR_ABOVE * light
              || (highest.count >= LEAST_REPEATS
                  && height / FAINT_BESIDE > lightBeside(-highest.value, background)))) {
        add(fills, -highest.value);
        added = true;
      }
    }
    return added;
  }

  /** The usual light next to a number, at least the noise. */
  private double lightBeside(double value, Background background) {
    double[] beside = beside(value, 1);
    Arrays.sort(beside);
    return beside.length == 0
        ? Double.POSITIVE_INFINITY
        : Math.max(beside[beside.length / 2] - background.sky(), background.noise());
  }

  /**
   * Adds numbers that chance does not repeat so often, if the window's flux is continuous.
   *
   * @param sorted flux of the window
   */
  private void addRepeated(List<Fill> fills, double[] sorted) {
    List<Repeat> most = new ArrayList<>(); // the most frequent first
    int zeros = 0;
    for (double value : shown) {
      zeros += value == 0 ? 1 : 0;
    }
    if (zeros > 0) {
      most.add(new Repeat(0, Math.max(1, (int) ((long) zeros * sorted.length / shown.length))));
    }
    int distinct = 0;
    for (int begin = 0, i = 1; i <= sorted.length; i++) {
      if (i == sorted.length || sorted[i] != sorted[begin]) {
        distinct++;
        if (i - begin >= LEAST_REPEATS && sorted[begin] != 0) {
          keep(most, new Repeat(sorted[begin], i - begin));
        }
        begin = i;
      }
    }
    int once = distinct - most.size();
    int others = sorted.length - most.stream().mapToInt(Repeat::count).sum();
    if (others < LEAST_OTHERS || once < CONTINUOUS * others) {
      return;
    }
    for (Repeat candidate : most) {
      double value = candidate.value;
      if (!isEverywhere(fills, value)
          && candidate.count < ORDINARY * sorted.length
          && isUnusual(value, candidate.count, sorted, others(fills, value))) {
        add(fills, value);
      }
    }
  }

  /** A number, and how often it is in the window. */
  private record Repeat(double value, int count) {}

  /** Adds a number, in its order, to the few that are repeated most. */
  private static void keep(List<Repeat> most, Repeat repeat) {
    int place = most.size();
    while (place > 0 && most.get(place - 1).count < repeat.count) {
      place--;
    }
    if (place < MOST_CANDIDATES) {
      most.add(place, repeat);
      if (most.size() > MOST_CANDIDATES) {
        most.removeLast();
      }
    }
  }

  /** Finite flux from all over the window, sorted. */
  private double[] spread() {
    int step = Math.max(1, shown.length / REPEAT_SAMPLES) | 1; // odd, so as not to keep to columns
    double[] spread = new double[Math.ceilDiv(shown.length, step)];
    int count = 0;
    for (int i = 0; i < shown.length; i += step) {
      if (Double.isFinite(shown[i])) {
        spread[count++] = shown[i];
      }
    }
    RadixSort.sort(spread, count);
    return Arrays.copyOf(spread, count);
  }

  /**
   * Whether a number is repeated more often than by chance, and amid the sky: at the limit of all
   * flux it may be where flux ends or is clipped.
   *
   * @param window numbers of the window, sorted
   * @param rest the flux of the plane without the number and the fill values, sorted
   */
  private static boolean isUnusual(double value, int count, double[] window, double[] rest) {
    if (rest.length < LEAST_OTHERS) {
      return false;
    }
    Background background = Background.ofSorted(rest);
    if (background.noise() == 0) {
      return false;
    }
    double step = level(window);
    double spacing = Math.ulp((float) value);
    if (step * window.length * window.length > ROUNDED * background.noise()) {
      spacing = Math.max(spacing, step);
    }
    double expected = window.length * spacing / background.noise();
    double chance = window.length;
    for (int i = 1; i <= count && chance > 0; i++) {
      chance *= expected / i;
    }
    long fainter = Arrays.stream(rest).filter(flux -> flux < value).count();
    return chance < CHANCE
        && Math.abs(value - background.sky()) <= NO_LIGHT * background.noise()
        && fainter >= LEAST_AMID * rest.length;
  }

  private static void add(List<Fill> fills, double value) {
    fills.removeIf(fill -> fill.value == value);
    fills.add(new Fill(value, 1));
  }

  private Background background(List<Fill> fills, double value) {
    double[] others = others(fills, value);
    return others.length < LEAST_OTHERS ? new Background(0, 0) : Background.ofSorted(others);
  }

  /**
   * The lowest number of the window.
   *
   * @param next the lowest one but for it
   */
  private record Extreme(double value, int count, double next) {
    boolean isRare(int pixels) {
      return 2 * count < pixels && Double.isFinite(next);
    }
  }

  /** Of the finite numbers that are no fill values everywhere, times a sign. */
  private Extreme lowest(List<Fill> fills, int sign) {
    double value = Double.POSITIVE_INFINITY;
    double next = Double.POSITIVE_INFINITY;
    int count = 0;
    for (double flux : shown) {
      double signed = sign * flux;
      if (!Double.isFinite(flux) || signed > next || isEverywhere(fills, flux)) {
        continue;
      }
      if (signed < value) {
        next = value;
        value = signed;
        count = 1;
      } else if (signed == value) {
        count++;
      } else {
        next = signed;
      }
    }
    return new Extreme(value, count, next);
  }

  private static boolean isEverywhere(List<Fill> fills, double value) {
    for (Fill fill : fills) {
      if (fill.value == value && fill.shortestRun == 1) {
        return true;
      }
    }
    return false;
  }

  /** The sample without a number and the fill values, sorted. */
  private double[] others(List<Fill> fills, double value) {
    double[] others = new double[sample.length];
    int count = 0;
    for (double flux : sample) {
      if (flux != value && !isFillValue(fills, flux)) {
        others[count++] = flux;
      }
    }
    return Arrays.copyOf(others, count);
  }

  private static boolean isFillValue(List<Fill> fills, double value) {
    for (Fill fill : fills) {
      if (fill.value == value) {
        return true;
      }
    }
    return false;
  }

  /** The numbers that are most often in runs. */
  private List<Double> candidates() {
    Map<Double, Integer> inRuns = new HashMap<>();
    for (Line line : lines) {
      int begin = 0;
      double value = line.at(0);
      for (int i = 1; i <= line.length(); i++) {
        double next = i == line.length() ? Double.NaN : line.at(i);
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
        .filter(entry -> entry.getValue() >= LEAST_PIXELS)
        .sorted(Map.Entry.<Double, Integer>comparingByValue().reversed())
        .limit(MOST_CANDIDATES)
        .map(Map.Entry::getKey)
        .toList();
  }

  /**
   * How long a run of the number must be for it to be no chance; 1 if the number is so rare that
   * each of its pixels counts, and 0 if there are no such runs or it is one of the image's levels.
   */
  private int runThatIsNoChance(double value) {
    int run = SHORTEST_RUN;
    for (int round = 0; round < 4; round++) {
      Tally tally = tally(value, run);
      if (tally.inRuns < LEAST_PIXELS || tally.share() > ORDINARY) {
        return 0;
      }
      if (tally.share() < RARE) {
        return 1;
      }
      int needed = (int) Math.ceil(Math.log(CHANCE / tally.pixels) / Math.log(tally.share()));
      if (needed <= run) {
        return run;
      }
      run = needed;
    }
    return run;
  }

  /**
   * @param pixels on the lines that hold a run
   * @param inRuns of these, in runs of the number
   * @param apart of these, with the number but in no run that is long enough
   */
  private record Tally(long pixels, long inRuns, long apart) {
    double share() {
      return pixels == inRuns ? 0 : (double) apart / (pixels - inRuns);
    }
  }

  private Tally tally(double value, int run) {
    long pixels = 0;
    long inRuns = 0;
    long apart = 0;
    for (Line line : lines) {
      long inLong = 0;
      long all = 0;
      int length = 0;
      for (int i = 0; i <= line.length(); i++) {
        if (i < line.length() && line.at(i) == value) {
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

  /**
   * @param others the flux of the plane without the number and the fill values, sorted
   */
  private boolean isFill(double value, int run, double[] others) {
    if (others.length < LEAST_OTHERS) {
      return false;
    }
    Background background = Background.ofSorted(others);
    double[] beside = beside(value, Math.max(run, SHORTEST_RUN));
    if (background.noise() == 0) {
      return false;
    }
    if (beside.length == 0) {
      return true;
    }
    Arrays.sort(beside);
    double median = beside[beside.length / 2];
    double[] steps = Arrays.stream(beside).map(other -> Math.abs(other - value)).sorted().toArray();
    if (steps[steps.length / 2] <= NEXT_LEVELS * level(others)) {
      return false;
    }
    if (value > median) {
      double light = median - background.sky();
      double height = value - background.sky();
      return height > FAR_ABOVE * Math.max(light, background.noise())
          || (light <= NO_LIGHT * background.noise() && light < height / 2);
    }
    double gap = others[0] - value;
    boolean lowest = gap > 0 && gap <= JUST_BELOW * background.noise();
    double least = lowest ? LEAST_FAINTER_AT_THE_LOWEST : LEAST_FAINTER;
    long fainter = Arrays.stream(others).filter(other -> other < median).count();
    return fainter >= least * others.length || gap > CLEARLY_BELOW * background.noise();
  }

  /** The smallest difference of numbers, which are sorted: 1 of integers. */
  private static double level(double[] sorted) {
    double smallest = Double.POSITIVE_INFINITY;
    for (int i = 1; i < sorted.length; i++) {
      double difference = sorted[i] - sorted[i - 1];
      smallest = difference > 0 ? Math.min(smallest, difference) : smallest;
    }
    return smallest;
  }

  /** The finite flux of the pixels next to the runs of a number. */
  private double[] beside(double value, int run) {
    List<Double> beside = new ArrayList<>();
    for (Line line : lines) {
      int begin = 0;
      for (int i = 0; i <= line.length(); i++) {
        if (i == line.length() || line.at(i) != value) {
          if (i - begin >= run) {
            if (begin > 0 && Double.isFinite(line.at(begin - 1))) {
              beside.add(line.at(begin - 1));
            }
            if (i < line.length() && Double.isFinite(line.at(i))) {
              beside.add(line.at(i));
            }
          }
          begin = i + 1;
        }
      }
    }
    return beside.stream().mapToDouble(Double::doubleValue).toArray();
  }
}
