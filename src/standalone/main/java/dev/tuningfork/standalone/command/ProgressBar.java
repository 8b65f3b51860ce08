package dev.tuningfork.standalone.command;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * How many galaxies are done: a bar that is updated on a terminal, a line every ten seconds
 * elsewhere. Belongs to one thread.
 */
final class ProgressBar {

  private static final int WIDTH = 28;
  private static final String EIGHTHS = " ▏▎▍▌▋▊▉";
  private static final Duration REDRAW = Duration.ofMillis(100);
  private static final double SMOOTHING_SECONDS = 4;
  private static final Duration LINE = Duration.ofSeconds(10);

  /** What would take longer than this is no estimate: nothing is finished at present. */
  private static final Duration LONGEST = Duration.ofDays(30);

  private final Terminal terminal;
  private final LongSupplier nanoTime;
  private final int total;
  private final long start;
  private long drawn;
  private int done;
  private int unreadable;
  private long sampledAt;
  private int sampledDone;
  private double recentRate;

  ProgressBar(Terminal terminal, int total, LongSupplier nanoTime) {
    this.terminal = terminal;
    this.total = total;
    this.nanoTime = nanoTime;
    this.start = nanoTime.getAsLong();
    this.drawn = start;
    this.sampledAt = start;
    if (terminal.live()) {
      draw();
    } else {
      terminal.status(""); // what was under way before has ended
    }
  }

  /**
   * @param done images that have a reply, unreadable ones included
   */
  void update(int done, int unreadable) {
    this.done = done;
    this.unreadable = unreadable;
    long now = nanoTime.getAsLong();
    if (now - drawn >= (terminal.live() ? REDRAW : LINE).toNanos()) {
      drawn = now;
      sample(now);
      draw();
    }
  }

  /** Galaxies a second since the start. */
  double rate() {
    double seconds = (nanoTime.getAsLong() - start) / 1e9;
    return seconds > 0 ? done / seconds : 0;
  }

  Duration elapsed() {
    return Duration.ofNanos(nanoTime.getAsLong() - start);
  }

  /**
   * Says what was done, in how long.
   *
   * @param what such as {@code Classified 5 of 7 galaxies}
   */
  void report(String what) {
    terminal.line("%s in %s, %s.".formatted(what, inWords(elapsed()), perSecond(rate())));
  }

  /** Takes the bar away, so that what follows begins on a line of its own. */
  void finish() {
    terminal.status("");
  }

  private void draw() {
    if (terminal.live()) {
      terminal.status(bar((double) done / total) + "  " + text());
    } else {
      terminal.line(text());
    }
  }

  /** Smoothed over some seconds: answers come in bursts, one for each batch. */
  private void sample(long now) {
    double seconds = (now - sampledAt) / 1e9;
    if (seconds <= 0) {
      return;
    }
    double sinceLast = (done - sampledDone) / seconds;
    double weight = recentRate == 0 ? 1 : 1 - Math.exp(-seconds / SMOOTHING_SECONDS);
    recentRate += weight * (sinceLast - recentRate);
    sampledAt = now;
    sampledDone = done;
  }

  /** A bar of which this share, 0 to 1, is filled. */
  static String bar(double share) {
    double filled = share * WIDTH;
    int whole = (int) filled;
    StringBuilder bar = new StringBuilder("▕").append("█".repeat(whole));
    if (whole < WIDTH) {
      bar.append(EIGHTHS.charAt((int) ((filled - whole) * 8)));
      bar.append(" ".repeat(WIDTH - whole - 1));
    }
    return bar.append("▏").toString();
  }

  private String text() {
    StringBuilder text = new StringBuilder("%,d of %,d galaxies".formatted(done, total));
    if (recentRate > 0) {
      text.append(", ").append(perSecond(recentRate));
      double left = (total - done) / recentRate;
      if (done < total && left < LONGEST.toSeconds()) {
        text.append(", ").append(inWords(Duration.ofMillis((long) (left * 1000)))).append(" left");
      }
    }
    if (unreadable > 0) {
      text.append(", %,d unreadable".formatted(unreadable));
    }
    return text.toString();
  }

  /** Such as {@code 1,250/s} or {@code 0.2/s}. */
  static String perSecond(double rate) {
    return (rate < 9.95 && rate >= 0.05 ? "%.1f/s" : "%,.0f/s").formatted(rate);
  }

  /** Such as {@code 8 s}, {@code 3 min 20 s} or {@code 2 h 5 min}. */
  static String inWords(Duration duration) {
    if (duration.compareTo(LONGEST) > 0) {
      return "more than " + LONGEST.toDays() + " days";
    }
    long seconds = Math.max(1, Math.round(duration.toMillis() / 1000.0));
    if (seconds < 60) {
      return seconds + " s";
    } else if (seconds < 3600) {
      return seconds / 60 + " min " + seconds % 60 + " s";
    }
    return seconds / 3600 + " h " + seconds % 3600 / 60 + " min";
  }
}
