package dev.tuningfork.benchmark.report;

import dev.tuningfork.benchmark.report.Bar.Ratio;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** A report in lines of text, for a terminal and, as Markdown, for a page. */
public final class Table {

  private Table() {}

  /** Aligned columns: the median, the ends in brackets, and what it is. */
  public static List<String> text(Report report) {
    List<String> lines = new ArrayList<>();
    lines.add(report.machine().toString());
    lines.add(
        "%s on %s, %s form; medians (least–most)"
            .formatted(report.model(), report.device(), report.quick() ? "short" : "full"));
    int width =
        report.figures().stream().mapToInt(figure -> figure.name().length()).max().orElse(1);
    for (String suite : suites(report)) {
      lines.add("");
      lines.add(suite);
      for (Figure figure : of(report, suite)) {
        lines.add(
            ("  %-" + width + "s %10s %-9s %-17s %s")
                .formatted(
                    figure.name(),
                    number(figure.spread().median()),
                    figure.unit(),
                    "(" + ends(figure.spread()) + ")",
                    figure.description()));
      }
    }
    lines.add("");
    for (Ratio ratio : report.ratios()) {
      lines.add("%8s  %s%s".formatted(number(ratio.value()), ratio.name(), verdict(ratio)));
    }
    report.leftOut().forEach(sentence -> lines.add("left out: " + sentence));
    return lines;
  }

  /** The same as tables in Markdown. */
  public static List<String> markdown(Report report) {
    List<String> lines = new ArrayList<>();
    lines.add("Measured on " + report.machine() + ", with " + report.model() + ".");
    for (String suite : suites(report)) {
      lines.add("");
      lines.add("| " + suite + " | median | least–most | runs | unit | |");
      lines.add("|---|---:|---:|---:|---|---|");
      for (Figure figure : of(report, suite)) {
        lines.add(
            "| %s | %s | %s | %d | %s | %s |"
                .formatted(
                    figure.name(),
                    number(figure.spread().median()),
                    ends(figure.spread()),
                    figure.spread().runs(),
                    figure.unit(),
                    figure.description()));
      }
    }
    lines.add("");
    lines.add("| ratio of medians | measured | bar |");
    lines.add("|---|---:|---:|");
    for (Ratio ratio : report.ratios()) {
      lines.add(
          "| %s | %s | %s |"
              .formatted(
                  ratio.name(),
                  number(ratio.value()),
                  ratio.bar() == null
                      ? ""
                      : "%s%s".formatted(ratio.bar(), ratio.reached() ? "" : ", **missed**")));
    }
    for (String sentence : report.leftOut()) {
      lines.add("");
      lines.add("Left out: " + sentence);
    }
    return lines;
  }

  private static String verdict(Ratio ratio) {
    return ratio.bar() == null
        ? ""
        : " (bar %s%s)".formatted(ratio.bar(), ratio.reached() ? "" : ", MISSED");
  }

  private static Set<String> suites(Report report) {
    Set<String> suites = new LinkedHashSet<>();
    report.figures().forEach(figure -> suites.add(figure.suite()));
    return suites;
  }

  private static List<Figure> of(Report report, String suite) {
    return report.figures().stream().filter(figure -> figure.suite().equals(suite)).toList();
  }

  private static String ends(Spread spread) {
    return number(spread.least()) + "–" + number(spread.most());
  }

  /** With three digits at least, and no more behind the point than they need. */
  static String number(double value) {
    double size = Math.abs(value);
    String format = size >= 100 ? "%,.0f" : size >= 10 ? "%.1f" : size >= 1 ? "%.2f" : "%.3f";
    return format.formatted(value);
  }
}
