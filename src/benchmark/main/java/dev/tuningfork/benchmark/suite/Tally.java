package dev.tuningfork.benchmark.suite;

import dev.tuningfork.benchmark.report.Figure;
import dev.tuningfork.benchmark.report.Spread;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Gathers what a suite measures. Belongs to one thread, but for {@link #progress}. */
public final class Tally {

  private final String suite;
  private final Consumer<String> told;
  private final Map<String, Entry> entries = new LinkedHashMap<>();
  private final List<String> leftOut = new ArrayList<>();
  private volatile Supplier<String> underWay = () -> "at work";
  private volatile long since = System.nanoTime();

  private record Entry(String unit, String description, List<Double> values) {}

  /**
   * Something that is measured several times.
   *
   * @param once measures it once, in the unit
   */
  record Measurement(String name, String unit, String description, Callable<Double> once) {}

  /**
   * Begins with nothing.
   *
   * @param told gets a line for each value at once
   */
  public Tally(String suite, Consumer<String> told) {
    this.suite = suite;
    this.told = told;
  }

  /** What is done from now on, in a few words. */
  void now(String work) {
    now(() -> work);
  }

  /** The same, where the words change while it goes on; called on another thread. */
  void now(Supplier<String> work) {
    underWay = work;
    since = System.nanoTime();
  }

  /** What is under way and for how long, in a line. */
  public String progress() {
    return "%s: %s, for %d s"
        .formatted(
            suite, underWay.get(), TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - since));
  }

  /** A line about what happens. */
  void say(String line) {
    told.accept(suite + ": " + line);
  }

  /** One value of a figure, which is printed. */
  void add(String name, String unit, String description, double value) {
    told.accept(
        "%s: %s %s %s"
            .formatted(
                suite,
                name,
                value < 100 ? "%.2f".formatted(value) : "%,.0f".formatted(value),
                unit));
    addQuietly(name, unit, description, value);
  }

  /** One value of a figure of very many. */
  void addQuietly(String name, String unit, String description, double value) {
    entries
        .computeIfAbsent(name, _ -> new Entry(unit, description, new ArrayList<>()))
        .values()
        .add(value);
  }

  /** What was to be measured and could not be, in a sentence. */
  void leaveOut(String sentence) {
    told.accept(suite + ": left out: " + sentence);
    leftOut.add(suite + ": " + sentence);
  }

  /**
   * Warms each of several things up, and then measures them in turn, so that they share the drift
   * of the machine.
   */
  void inTurn(Plan plan, List<Measurement> all) throws Exception {
    for (Measurement one : all) {
      WarmUp.of(
          plan,
          () -> {
            now("warming up " + one.name());
            one.once().call();
          });
    }
    for (int run = 0; run < plan.runs(); run++) {
      for (Measurement one : all) {
        now("%s, run %d of %d".formatted(one.name(), run + 1, plan.runs()));
        add(one.name(), one.unit(), one.description(), one.once().call());
      }
    }
  }

  public List<Figure> figures() {
    return entries.entrySet().stream()
        .map(
            entry ->
                new Figure(
                    suite,
                    entry.getKey(),
                    entry.getValue().unit(),
                    Spread.of(entry.getValue().values()),
                    entry.getValue().description()))
        .toList();
  }

  public List<String> leftOut() {
    return List.copyOf(leftOut);
  }
}
